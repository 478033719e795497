"""What keeps other pages out: hosts, origins, and headers that bind the browser to our own files."""

import ipaddress
from urllib.parse import urlsplit

from aiohttp import web

from bot.frontends.studio_parts.service import Service

LOOPBACK = ("127.0.0.1", "localhost", "::1")
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
UNSEEN = ("/metrics",)  # not for the public address
SELF_CHECKS = ("/healthz", "/metrics")  # asked by a monitor, by whatever name it knows this machine
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "midi=(self), camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


def knows_host(request: web.Request, service: Service) -> bool:
    """Whether the request names us by a name of ours: a page that rebinds its own name to our address does not.

    On the public address, ``/metrics`` does not exist.
    """
    name = _host_name(request.host)
    if not service.is_public:
        return name in LOOPBACK
    is_ours = name == urlsplit(service.settings.public_url).hostname
    if request.path in SELF_CHECKS:
        return not (is_ours and request.path in UNSEEN)
    return is_ours


def comes_from_us(request: web.Request, service: Service) -> bool:
    """Whether a request that changes something was made by our own page (or by no page at all)."""
    if request.method in SAFE_METHODS:
        return True
    if request.headers.get("X-Tutti") != "studio":  # no other page can set it without being asked whether it may
        return False
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    return origin is None or _is_ours(origin, request, service)


def protect(response: web.StreamResponse, service: Service) -> None:
    """Add what every answer carries."""
    response.headers.update(HEADERS)
    response.headers["Server"] = "Tutti"  # not which Python and aiohttp it is
    if service.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    response.headers.setdefault("Cache-Control", "no-store")


def caller(request: web.Request, service: Service) -> str:
    """Say from which address somebody asks. Behind a proxy on this machine it is what the proxy says."""
    address = request.remote or ""
    if service.is_public and _is_near(address):
        return request.headers.get("X-Forwarded-For", address).rpartition(",")[2].strip()[:64] or address
    return address


def _is_ours(origin: str, request: web.Request, service: Service) -> bool:
    if service.is_public:
        return origin == service.settings.public_url
    # The host was checked before: it is this machine's.
    return origin == f"http://{request.host}"


def _host_name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_near(address: str) -> bool:
    """Whether an address is of this machine or of a network behind it, as a proxy's is."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return False
    return known.is_loopback or known.is_private
