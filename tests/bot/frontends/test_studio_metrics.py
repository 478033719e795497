"""Figures: what waits, how long things took, what failed; the same whoever asks and however often."""

import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.fakes.studio import Site


async def figures(page):
    answer = await page.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain")
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def of(seen, name, **labels):
    return seen.get((name, *sorted(labels.items())))


async def test_what_waits_and_who_works(page, studio):
    ledger = studio.desk.ledger
    for number in range(3):
        ledger.enqueue(str(number), "compose", {})
    ledger.claim("w", ["compose"], limit=1)
    ledger.announce_worker("w", ["compose", "export"], pid=1, host="elsewhere")
    seen = await figures(page)
    assert of(seen, "tutti_jobs", kind="compose", status="queued") == 2
    assert of(seen, "tutti_jobs", kind="compose", status="running") == 1
    assert of(seen, "tutti_workers", kind="export") == 1
    ledger.cancel("1")
    assert of(await figures(page), "tutti_jobs", kind="compose", status="queued") == 1


async def test_ends_are_counted_once_however_often_one_looks(page, studio):
    ledger, takes = studio.desk.ledger, [{"timings": {"compose_s": 1.5, "render_s": 0.3}}] * 2
    for job in ("a", "b", "c"):
        ledger.enqueue(job, "compose", {})
    ledger.claim("w", ["compose"])
    ledger.finish("w", "a", {"takes": takes})
    ledger.fail("w", "b", "Sorry", "Traceback")
    for _ in range(3):
        seen = await figures(page)
    assert of(seen, "tutti_jobs_ended_total", kind="compose", status="done") == 1
    assert of(seen, "tutti_faults_total", kind="compose") == 1
    assert of(seen, "tutti_stage_seconds_count", stage="compose") == 2
    assert of(seen, "tutti_stage_seconds_sum", stage="render") == pytest.approx(0.6)
    assert of(seen, "tutti_wait_seconds_count", kind="compose") == 2
    ledger.fail("w", "c", "Your melody is too long.")
    seen = await figures(page)
    assert of(seen, "tutti_jobs_ended_total", kind="compose", status="failed") == 2
    assert of(seen, "tutti_faults_total", kind="compose") == 1, "what the user can mend is no fault of ours"


async def test_what_ended_before_this_process_is_not_counted(settings, ledger):
    ledger.enqueue("old", "compose", {})
    ledger._database.execute("update jobs set status = 'done', finished_at = 1000.0, started_at = 999.0")
    site = Site(settings)
    await site.start()
    browser = site.browser()
    try:
        assert of(await figures(browser), "tutti_jobs_ended_total", kind="compose", status="done") is None
    finally:
        await browser.close()
        await site.stop()


async def test_requests_are_timed_by_operation_and_no_label_is_the_users(page):
    await page.get("/api/compositions?q=my-secret-search")
    await page.get("/api/jobs/0123456789ab")
    seen = await figures(page)
    assert of(seen, "tutti_request_seconds_count", operation="compositions") == 1
    assert of(seen, "tutti_request_seconds_count", operation="job") == 1
    assert not re.search("secret|0123456789ab", str(seen))
