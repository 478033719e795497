"""Whatever the description allows is answered as it says, and whatever it does not is refused; by schemathesis."""

import asyncio
import threading

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from bot.frontends.studio_parts.description import Description
from bot.frontends.studio_parts.pages import ADDRESSES, SHARED
from bot.settings import Settings
from storage.home import Home
from tests.fakes.studio import Site

DATA = Description.read().data
OPEN = {**DATA, "security": []}  # on this machine nobody signs in: a request without a session is whole
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
]
OPERATIONS = [(path, method) for path, methods in DATA["paths"].items() for method in methods]
EXAMPLES = 6


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """A studio in a thread of its own, so that blocking requests can be made of it."""
    loop, site = asyncio.new_event_loop(), Site(Settings(Home(tmp_path_factory.mktemp("home"))))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(site.start(), loop).result(20)
    yield site.url
    asyncio.run_coroutine_threadsafe(site.stop(), loop).result(20)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.mark.parametrize(("path", "method"), OPERATIONS, ids=[f"{method} {path}" for path, method in OPERATIONS])
def test_an_operation_answers_as_described(url, path, method):
    schema = schemathesis.openapi.from_dict(OPEN)
    schema.config.update(base_url=url)
    operation = schema[path][method.upper()]
    cases = operation.as_strategy(generation_mode=GenerationMode.POSITIVE) | operation.as_strategy(
        generation_mode=GenerationMode.NEGATIVE
    )

    @seed(1)
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(cases)
    def ask(case):
        case.call_and_validate(checks=CHECKS, timeout=20)

    ask()


def test_the_description_is_whole():
    names = [about["operationId"] for methods in DATA["paths"].values() for about in methods.values()]
    assert len(names) == len(set(names)) and all(
        about["summary"] and about["tags"][0] for methods in DATA["paths"].values() for about in methods.values()
    )
    assert not [path for path in DATA["paths"] if path in (*ADDRESSES, SHARED)]


def test_every_schema_is_used():
    text = str(DATA)
    assert [name for name in DATA["components"]["schemas"] if f"#/components/schemas/{name}'" not in text] == []
