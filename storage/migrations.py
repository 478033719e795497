"""The database's schema, step by step. A published step is never changed: append another."""

from sqlite_utils import Database, Migrations

MIGRATIONS = Migrations("tutti")


@MIGRATIONS()
def m001_jobs(database: Database) -> None:
    """Make the ledger: jobs, what happened to them, and who works on them. Times are seconds since 1970."""
    database.execute(
        """
        create table jobs (
            id text primary key,
            kind text not null,
            user text not null,
            origin text not null,
            priority integer not null,
            status text not null
                check (status in ('queued', 'running', 'done', 'failed', 'cancelled', 'interrupted')),
            payload text not null,
            result text,
            progress text,
            error text,
            error_detail text,
            created_at real not null,
            started_at real,
            finished_at real,
            owner text,
            lease_until real,
            attempts integer not null default 0,
            cancel_requested integer not null default 0,
            reported_at real
        )
        """
    )
    database.execute("create index jobs_to_claim on jobs (status, kind, priority desc, created_at)")
    database.execute("create index jobs_started on jobs (started_at, user)")  # fairness: who was served lately
    database.execute("create index jobs_of_user on jobs (user, status)")
    database.execute("create index jobs_created on jobs (created_at)")
    database.execute("create index jobs_unreported on jobs (created_at) where reported_at is null")
    database.execute(
        """
        create table events (
            job_id text not null references jobs (id),
            sequence integer not null,
            kind text not null,
            payload text not null,
            created_at real not null,
            primary key (job_id, sequence)
        ) without rowid
        """
    )
    database.execute(
        """
        create table workers (
            owner text primary key,
            kinds text not null,
            pid integer not null,
            host text not null,
            started_at real not null,
            seen_at real not null
        )
        """
    )


@MIGRATIONS()
def m002_compositions(database: Database) -> None:
    """Make the history: one row for each take that was composed."""
    database.execute(
        """
        create table compositions (
            id text primary key,
            job_id text not null,
            take integer not null,
            user text not null,
            name text not null,
            genre text not null,
            technique text not null,
            seed integer not null,
            key text not null,
            metre text not null,
            tempo_bpm real not null,
            length_s real not null,
            settings text not null,
            files text not null,
            created_at real not null
        )
        """
    )
    database.execute("create index compositions_of_job on compositions (job_id, take)")
    database.execute("create index compositions_of_user on compositions (user, created_at)")
    database.execute("create index compositions_created on compositions (created_at)")


@MIGRATIONS()
def m003_chat(database: Database) -> None:
    """Make what chats need: which message shows a job, what each space decided, what was shared, what was pressed."""
    # The followers of jobs ask several times a second; jobs from the terminal are never reported and pile up.
    database.execute(
        "create index jobs_to_report on jobs (json_extract(origin, '$.platform'), created_at) where reported_at is null"
    )
    database.execute(
        """
        create table postings (
            job_id text primary key,
            channel text not null,
            message text not null,
            posted_at real not null
        ) without rowid
        """
    )
    database.execute(
        """
        create table spaces (
            platform text not null,
            space text not null,
            settings text not null,
            primary key (platform, space)
        ) without rowid
        """
    )
    database.execute(
        """
        create table shares (
            take_id text not null,
            platform text not null,
            space text not null,
            channel text not null,
            message text not null,
            user text not null,
            shared_at real not null,
            primary key (take_id, platform, channel)
        ) without rowid
        """
    )
    database.execute("create table presses (key text primary key, job_id text not null) without rowid")


@MIGRATIONS()
def m004_studio(database: Database) -> None:
    """Make what the studio needs: names and tags of compositions, share pages, sign-in links and sessions."""
    database.execute("alter table compositions add column title text not null default ''")
    database.execute("alter table compositions add column tags text not null default '[]'")
    database.execute("alter table compositions add column favourite integer not null default 0")
    database.execute("create index jobs_finished on jobs (finished_at)")  # figures count what has ended lately
    database.execute(
        """
        create table pages (
            token text primary key,
            take_id text not null unique,
            user text not null,
            created_at real not null
        ) without rowid
        """
    )
    for table in ("invitations", "sessions"):
        database.execute(
            f"""
            create table {table} (
                token_hash text primary key,
                user text not null,
                guest text not null,
                created_at real not null,
                valid_until real not null
            ) without rowid
            """
        )


@MIGRATIONS()
def m005_workspaces(database: Database) -> None:
    """Make what platforms with many installations need: their tokens, encrypted; events taken; files sent apart."""
    database.execute(
        """
        create table installations (
            platform text not null,
            space text not null,
            secret text not null,
            installed_at real not null,
            primary key (platform, space)
        ) without rowid
        """
    )
    database.execute(
        """
        create table inbox (
            key text primary key,
            payload text,
            taken_at real not null,
            tries integer not null default 1
        ) without rowid
        """
    )
    database.execute("create index inbox_taken on inbox (taken_at)")
    database.execute("create index inbox_open on inbox (taken_at) where payload is not null")
    database.execute(
        """
        create table enclosures (
            channel text not null,
            message text not null,
            file text not null,
            key text not null,
            primary key (channel, message, file)
        ) without rowid
        """
    )


@MIGRATIONS()
def m006_genres(database: Database) -> None:
    """Make what custom genres need: their owners, and several messages for one job."""
    database.execute(
        """
        create table genres (
            name text primary key,
            user text not null,
            platform text not null,
            space text not null,
            shared integer not null,
            job_id text not null,
            created_at real not null
        ) without rowid
        """
    )
    database.execute("create index genres_of_user on genres (user)")
    database.execute("alter table postings rename to postings_before")
    database.execute(
        """
        create table postings (
            job_id text not null,
            part text not null default '',
            channel text not null,
            message text not null,
            posted_at real not null,
            primary key (job_id, part)
        ) without rowid
        """
    )
    database.execute(
        """
        insert into postings (job_id, channel, message, posted_at)
        select job_id, channel, message, posted_at from postings_before
        """
    )
    database.execute("drop table postings_before")
