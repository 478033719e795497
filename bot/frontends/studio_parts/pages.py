"""The page itself: one index.html for every address, and the files that it names."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from bot.frontends.studio_parts.preview import preview
from bot.frontends.studio_parts.service import SERVICE

FOLDER = Path(__file__).parent.parent / "studio"
ADDRESSES = ("/", "/signin", "/{page:compose|train|library|learn}{rest:(/.*)?}")
SHARED = "/s/{token}"
TEXTS = {".html", ".js", ".mjs", ".css", ".svg", ".json", ".webmanifest", ".txt", ".map"}
TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".webmanifest": "application/manifest+json",
    ".mid": "audio/midi",
}
MISSING = "The studio's page is not installed here: its API works, see /openapi.json.\n"


@dataclass(frozen=True)
class Text:
    """A file of ours as it goes over the line, plain and compressed."""

    tag: str
    kind: str
    plain: bytes
    packed: bytes

    def answer(self, request: web.Request, status: int = 200) -> web.Response:
        """Return it, or that it has not changed."""
        headers = {"ETag": f'"{self.tag}"', "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if request.if_none_match and any(known.value == self.tag for known in request.if_none_match):
            return web.Response(status=304, headers=headers)
        headers["Content-Type"] = self.kind
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            return web.Response(body=self.packed, status=status, headers=headers | {"Content-Encoding": "gzip"})
        return web.Response(body=self.plain, status=status, headers=headers)


class Pages:
    """Serves the files below ``folder``; texts are kept in memory until they change on disk."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder.resolve()
        self._texts: dict[Path, tuple[int, Text]] = {}

    def add_to(self, app: web.Application) -> None:
        """Add the routes; those of the API come before."""
        for address in ADDRESSES:
            app.router.add_get(address, self.index)
        app.router.add_get(SHARED, self.shared)
        app.router.add_get("/{path:.+}", self.file)

    async def index(self, request: web.Request, status: int = 200) -> web.StreamResponse:
        """Return the page."""
        path = self.folder / "index.html"
        do = request.app[SERVICE].desk.do
        if not await do(path.is_file):
            return web.Response(text=MISSING, status=503)
        return (await do(self._text, path)).answer(request, status)

    async def shared(self, request: web.Request) -> web.StreamResponse:
        """Return the page with a head that says what is shared, for whatever previews the link in a chat."""
        service = request.app[SERVICE]
        head = await preview(service.desk, request.match_info["token"], service.settings.public_url)
        answer = await self.index(request)
        path = self.folder / "index.html"
        if not head or not await service.desk.do(path.is_file):
            return answer
        plain = (await service.desk.do(self._text, path)).plain.decode()
        return web.Response(text=plain.replace("</head>", f"{head}</head>", 1), content_type="text/html")

    async def file(self, request: web.Request) -> web.StreamResponse:
        """Return one of the page's files."""
        do = request.app[SERVICE].desk.do
        path = await do(self._find, request.match_info["path"])
        if path is None:
            if "text/html" in request.headers.get("Accept", ""):  # a person: the page says that there is no such one
                return await self.index(request, status=404)
            raise web.HTTPNotFound
        if path.suffix in TEXTS:
            return (await do(self._text, path)).answer(request)
        return web.FileResponse(path, headers={"Content-Type": kind_of(path), "Cache-Control": "no-cache"})

    def _find(self, wanted: str) -> Path | None:
        """The file of a path; None if there is none, or it is hidden, or not below our folder."""
        if any(part.startswith(".") or "\0" in part or "\\" in part for part in wanted.split("/")):
            return None
        try:
            path = (self.folder / wanted).resolve()
            return path if path.is_relative_to(self.folder) and path.is_file() else None
        except OSError:  # a name too long
            return None

    def _text(self, path: Path) -> Text:
        changed_ns = path.stat().st_mtime_ns
        known = self._texts.get(path)
        if known is None or known[0] != changed_ns:
            plain = path.read_bytes()
            tag = hashlib.sha256(plain).hexdigest()[:16]
            text = Text(tag, f"{kind_of(path)}; charset=utf-8", plain, gzip.compress(plain, mtime=0))
            known = self._texts[path] = (changed_ns, text)
        return known[1]


def kind_of(path: Path) -> str:
    """Return the media type of a file by its name."""
    return TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
