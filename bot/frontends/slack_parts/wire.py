"""Every call of Slack's Web API, and the files that it hands out."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.chat import MIB, NotFetched, Unreachable
from bot.frontends.slack_parts.faults import AGAIN, SlackRefused, lacking_scopes
from bot.frontends.slack_parts.pacing import Pacer
from bot.frontends.slack_parts.workspaces import Workspace
from bot.frontends.slack_parts.writing import compact

SLACK = "https://slack.com/api/"
TRIES, PAUSE_S, LONGEST_WAIT_S = 6, 0.3, 120.0
PATIENCE_S = 30
AS_FORM = ("files.", "users.", "conversations.", "auth.", "apps.", "oauth.")  # take no JSON, or not always

log = logging.getLogger(__name__)

Answer = Mapping[str, Any]


class Wire:
    """Speaks to the Web API for any workspace; waits out rate limits and repeats after server errors."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str = "", pacer: Pacer | None = None) -> None:
        self._session, self.base_url = session, with_slash(base_url or SLACK)
        self._pacer = pacer or Pacer()

    def client(self, token: str | None = None) -> AsyncWebClient:
        """Return the library's client, pointed at where Slack is."""
        client = AsyncWebClient(token, self.base_url, timeout=PATIENCE_S, session=self._session, retry_handlers=[])
        client.proxy = None if self.base_url != SLACK else client.proxy  # a proxy from the environment knows no others
        return client

    async def call(self, workspace: Workspace, method: str, /, **arguments: object) -> Answer:
        """Call a method; what is None is left out.

        Raises:
            SlackRefused: Slack said no.
            Unreachable: Slack cannot be reached.
        """
        given = {key: value for key, value in arguments.items() if value is not None}
        for tries in range(1, TRIES + 1):
            if method == "chat.postMessage":
                await self._pacer.post(workspace.team, str(given["channel"]))
            await self._pacer.call(workspace.team, method)
            try:
                return await self._try(workspace, method, given)
            except SlackApiError as error:
                refused, wait_s = _refusal(method, error), _wait_s(error, tries)
                if wait_s is None or tries == TRIES:
                    raise refused from error
                log.warning("%s: once more in %g s", refused, wait_s)
                self._pacer.hold(workspace.team, method, wait_s)
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                if tries == TRIES:
                    raise Unreachable(f"{method}: {error}") from error
                log.warning("%s: %s", method, error)
                await asyncio.sleep(PAUSE_S * tries)
        raise AssertionError("unreachable")

    async def respond(self, door: str, payload: Mapping[str, Any]) -> None:
        """Answer by a response URL.

        Raises:
            SlackRefused: it takes no more answers.
            Unreachable: Slack cannot be reached.
        """
        for tries in range(1, 4):
            try:
                async with self._session.post(door, json=dict(payload), timeout=_patience()) as response:
                    if response.status == 200:
                        return
                    if response.status != 429 and response.status < 500:
                        raise SlackRefused("response_url", {"error": (await response.text())[:100]}, response.status)
                    wait_s = min(float(response.headers.get("Retry-After", PAUSE_S * tries)), LONGEST_WAIT_S)
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                log.warning("response_url: %s", error)
                wait_s = PAUSE_S * tries
            await asyncio.sleep(wait_s)
        raise Unreachable("response_url")

    async def upload(self, url: str, content: Any) -> None:  # noqa: ANN401 - whatever aiohttp sends
        """Send a file's bytes to where Slack wants them. Raises as ``call``."""
        try:
            async with self._session.post(url, data=content, timeout=_patience(300)) as response:
                if response.status != 200:
                    raise SlackRefused("upload", {"error": (await response.text())[:100]}, response.status)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unreachable(f"upload: {error}") from error

    async def fetch(self, workspace: Workspace, file: Answer, limit: int) -> bytes:
        """Fetch a file that a user has shared.

        Raises:
            NotFetched: it is larger than it should be, lies outside Slack, or cannot be had.
            PlaceClosed: we lack the permission.
        """
        url = str(file.get("url_private_download") or file.get("url_private") or "")
        if not self.is_slack(url):
            raise NotFetched("That file lies outside Slack: upload the MIDI file itself.")
        headers = {"Authorization": f"Bearer {workspace.token}"}
        for tries in range(1, 4):
            try:
                async with self._session.get(
                    url, headers=headers, allow_redirects=False, timeout=_patience()
                ) as response:
                    if response.status in (301, 302, 303, 307, 401, 403) or _is_a_page(response, file):
                        raise lacking_scopes("files:read")
                    response.raise_for_status()
                    return await _read(response, limit)
            except (aiohttp.ClientError, TimeoutError) as error:
                log.warning("file, try %d: %s", tries, error)
                await asyncio.sleep(PAUSE_S * tries)
        raise NotFetched("Slack did not hand over the file: attach it once more.")

    def is_slack(self, url: str) -> bool:
        """Whether our token may be sent to an address: to Slack's own, or to the host that the settings name."""
        to, ours = urlsplit(url), urlsplit(self.base_url)
        host = to.hostname or ""
        if self.base_url != SLACK:
            return to.scheme == ours.scheme and host == ours.hostname
        return to.scheme == "https" and (host == "slack.com" or host.endswith(".slack.com"))

    async def _try(self, workspace: Workspace, method: str, given: dict[str, Any]) -> Answer:
        client = self.client(workspace.token)
        if method.startswith(AS_FORM):
            form = {key: value if isinstance(value, str) else compact(value) for key, value in given.items()}
            response = await client.api_call(method, data=form)
        else:
            response = await client.api_call(method, json=given)
        answer = dict(response.data) if isinstance(response.data, dict) else {}
        return answer | {"scopes": response.headers.get("x-oauth-scopes", "")}


def with_slash(url: str) -> str:
    """Return a base address with its final slash."""
    return url.rstrip("/") + "/"


def _refusal(method: str, error: SlackApiError) -> SlackRefused:
    data = error.response.data if isinstance(getattr(error.response, "data", None), dict) else {}
    return SlackRefused(method, data, int(getattr(error.response, "status_code", 0) or 0))


def _wait_s(error: SlackApiError, tries: int) -> float | None:
    """Return how long to wait before another try; None if none would help."""
    response = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0) or 0)
    data = response.data if isinstance(getattr(response, "data", None), dict) else {}
    if status == 429 or data.get("error") in AGAIN:
        return min(float(response.headers.get("Retry-After", PAUSE_S * tries)), LONGEST_WAIT_S)
    return PAUSE_S * 2**tries if status >= 500 else None


def _is_a_page(response: aiohttp.ClientResponse, file: Answer) -> bool:
    """Whether Slack sent its page for logging in instead of the file."""
    return response.content_type == "text/html" and not str(file.get("name", "")).endswith((".html", ".htm"))


async def _read(response: aiohttp.ClientResponse, limit: int) -> bytes:
    data = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        data += chunk
        if len(data) > limit:
            allowed = f"{limit // MIB} MB" if limit >= MIB else f"{limit // 1024} KB"
            raise NotFetched(f"The file is larger than the {allowed} allowed here: send less at once.")
    return bytes(data)


def _patience(seconds: float = PATIENCE_S) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=seconds)
