"""What the ledger holds, as plain values: jobs, events, workers."""

import json
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

WAITING = ("queued", "interrupted")
"""Nobody works on it. Interrupted: a worker that did so died; the job will be claimed once more."""
ENDED = ("done", "failed", "cancelled")
"""Nothing will change any more."""
STATUSES = ("queued", "running", "done", "failed", "cancelled", "interrupted")

Row = dict[str, Any]


class QueueFull(Exception):
    """A user has ``limit`` jobs waiting already."""

    def __init__(self, user: str, limit: int) -> None:
        super().__init__(f"{user} has {limit} jobs waiting already: wait for some, or cancel them.")
        self.limit = limit


@dataclass(frozen=True)
class Job:
    """A row of the ledger at the moment when it was read. Times are seconds since 1970."""

    id: str
    kind: str
    user: str
    origin: dict[str, Any]
    """Where the wish came from and the result goes to, in the frontend's own words."""
    priority: int
    status: str
    payload: dict[str, Any]
    result: dict[str, Any] | None
    progress: dict[str, Any] | None
    """The latest event's payload."""
    error: str | None
    """For the user: one line."""
    error_detail: str | None
    """For us: the traceback."""
    created_at: float
    started_at: float | None
    finished_at: float | None
    owner: str | None
    """The worker that runs it, or ran it last."""
    lease_until: float | None
    attempts: int
    """How often it was claimed, not counting those that were released in good order."""
    cancel_requested: bool
    reported_at: float | None

    @property
    def ended(self) -> bool:
        """Whether nothing will change any more."""
        return self.status in ENDED

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read a row of the table ``jobs``."""
        decoded = {name: read_json(row[name]) for name in ("origin", "payload", "result", "progress")}
        return cls(**{**row, **decoded, "cancel_requested": bool(row["cancel_requested"])})

    def to_json(self) -> dict[str, Any]:
        """Return what may be shown as plain JSON data: not the bulky payload, not the traceback."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("payload", "error_detail")}


@dataclass(frozen=True)
class Event:
    """Something that happened to a job. ``sequence`` counts from 1 within the job."""

    job_id: str
    sequence: int
    kind: str
    payload: dict[str, Any]
    created_at: float

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read a row of the table ``events``."""
        return cls(**{**row, "payload": read_json(row["payload"])})


@dataclass(frozen=True)
class Worker:
    """A process that claims jobs of some kinds."""

    owner: str
    kinds: tuple[str, ...]
    pid: int
    host: str
    started_at: float
    seen_at: float

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read a row of the table ``workers``."""
        return cls(**{**row, "kinds": tuple(read_json(row["kinds"]))})

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return asdict(self) | {"kinds": list(self.kinds)}


def read_json(text: str | None) -> Any:  # noqa: ANN401 - JSON is anything
    """Mirror ``write_json``; a null stays None."""
    return None if text is None else json.loads(text)


def write_json(data: object) -> str:
    """Return compact JSON.

    Raises:
        TypeError, ValueError: the data are not plain, or hold NaN or infinity.
    """
    return json.dumps(data, separators=(",", ":"), allow_nan=False)
