"""A request's way to its handler and back."""

import json
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from aiohttp import web

from bot.chat import User
from bot.frontends.studio_parts import accounts, armour
from bot.frontends.studio_parts.answers import Problem, problem_answer, refusal_answer
from bot.frontends.studio_parts.description import NotAsDescribed, Operation
from bot.frontends.studio_parts.service import SERVICE, Ask, Service
from bot.guests import Guest
from bot.refusals import refusal

JSON_BYTES = 4 * 1024 * 1024  # 20,000 notes have 1.2 MB

Handler: TypeAlias = Callable[[Ask], Awaitable[web.StreamResponse]]
_Next: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]
_NOBODY = Guest(User("", "", ""))  # owns nothing

log = logging.getLogger(__name__)


@web.middleware
async def guard(request: web.Request, handler: _Next) -> web.StreamResponse:
    """Refuse what is not meant for us; turn whatever goes wrong into JSON."""
    service = request.app[SERVICE]
    try:
        if not armour.knows_host(request, service):
            return problem_answer(Problem(421, "This address is not the studio's."))
        if not armour.comes_from_us(request, service):
            return problem_answer(Problem(403, "Only the studio's own page may do this: reload it."))
        return await handler(request)
    except Problem as problem:
        return problem_answer(problem)
    except NotAsDescribed as error:
        return problem_answer(Problem(400, str(error), error.field))
    except web.HTTPRequestEntityTooLarge:
        return problem_answer(Problem(413, f"This is more than the {JSON_BYTES // 1024**2} MB allowed."))
    except web.HTTPException as error:
        return _plain_problem(error)
    except Exception as error:
        return _refused(request, error)


async def shield(request: web.Request, response: web.StreamResponse) -> None:
    """Add the headers that every answer carries; a signal of aiohttp's, so that streams and files have them too."""
    armour.protect(response, request.app[SERVICE])


def route(operation: Operation, handler: Handler) -> _Next:
    """Return what aiohttp calls for an operation."""

    async def answer(request: web.Request) -> web.StreamResponse:
        service = request.app[SERVICE]
        session, guest = await accounts.who(request, service)
        _check_pace(request, service, guest)
        if guest is None and not operation.is_public:
            raise Problem(401, "Sign in first: type /studio in the chat, and open the link that comes.")
        values = _values(request, operation)
        body = await _body(request, operation, service) if operation.body else None
        began = time.perf_counter()
        try:
            return await handler(Ask(request, service, guest or _NOBODY, values, body, session))
        finally:
            if not operation.is_stream:
                service.metrics.asked(operation.name, time.perf_counter() - began)

    return answer


def _check_pace(request: web.Request, service: Service, guest: Guest | None) -> None:
    limits = service.limits
    pace = limits.reads if request.method in armour.SAFE_METHODS else limits.changes
    who = guest.user.id if guest else armour.caller(request, service)
    if wait_s := limits.wait_s(who, pace):
        raise Problem(429, f"Too many requests: come again in {wait_s} s.", retry_after_s=wait_s)


def _values(request: web.Request, operation: Operation) -> Mapping[str, Any]:
    """The path's, query's and headers' values; what the path cannot name does not exist."""
    given = {"path": request.match_info, "query": request.query, "header": request.headers}
    values = {}
    for parameter in operation.parameters:
        text = given[parameter.where].get(parameter.name)
        if text is None:
            if "default" in parameter.schema:
                values[parameter.name] = parameter.schema["default"]
            continue
        try:
            values[parameter.name] = parameter.read(text)
        except NotAsDescribed as error:
            if parameter.where == "path":
                raise Problem(404, "There is no such thing here.") from error
            raise
    known = {parameter.name for parameter in operation.parameters}
    if strangers := sorted(set(request.query) - known):
        raise NotAsDescribed(f"There is no parameter {strangers[0][:40]!r} here.", strangers[0][:40])
    return values


async def _body(request: web.Request, operation: Operation, service: Service) -> Any:  # noqa: ANN401 - JSON
    """The body, read and checked off the loop: 20,000 notes take a tenth of a second."""
    data = await request.read()
    if not data and not operation.needs_body:
        return {}
    if request.content_type != "application/json":
        raise Problem(415, "Send JSON, and say so: Content-Type: application/json.")
    return await service.desk.do(_read_json, data, operation)


def _read_json(data: bytes, operation: Operation) -> Any:  # noqa: ANN401 - JSON
    try:
        body = json.loads(data.decode("utf-8"), parse_constant=_no_number)
        if b"\\u" in data:  # half of a surrogate pair is no text: nothing could store it
            json.dumps(body, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise Problem(400, "This is not JSON: " + " ".join(str(error).split())[:100]) from error
    operation.read_body(body)
    return body


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _plain_problem(error: web.HTTPException) -> web.StreamResponse:
    words = {404: "There is no such thing here.", 405: "This cannot be done with it."}
    answer = problem_answer(Problem(error.status, words.get(error.status, error.reason)))
    if "Allow" in error.headers:
        answer.headers["Allow"] = error.headers["Allow"]
    return answer


def _refused(request: web.Request, error: Exception) -> web.StreamResponse:
    refused = refusal(error)
    if refused.kind != "fault":
        return refusal_answer(refused)
    if isinstance(error, ConnectionResetError):  # whoever asked has gone
        raise error
    number = secrets.token_hex(4)
    log.exception("%s %s failed: %s", request.method, request.path, number)
    return problem_answer(Problem(500, f"{refused.message} It is in our log under {number}."))
