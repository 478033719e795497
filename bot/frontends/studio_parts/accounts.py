"""Who asks: the machine's own user, or whoever a session belongs to."""

from aiohttp import web

from bot.frontends.studio_parts.answers import Problem
from bot.frontends.studio_parts.armour import caller
from bot.frontends.studio_parts.service import Ask, Service
from bot.guests import TITLES, Guest

COOKIE = "tutti_session"
COOKIE_S = 30 * 24 * 3600


async def who(request: web.Request, service: Service) -> tuple[str, Guest | None]:
    """Return the session's token and whose it is; without a public address everybody is the machine's own user."""
    if not service.is_public:
        return "", Guest.local()
    session = request.cookies.get(COOKIE, "")
    if not session:
        return "", None
    found = await service.desk.do(service.desk.sessions.guest, session)
    return session, Guest.from_json(found) if found else None


async def sign_in(ask: Ask) -> web.StreamResponse:
    """Turn a link's token into a session."""
    service = ask.service
    if wait_s := service.limits.wait_s(caller(ask.request, service), service.limits.sign_ins):
        raise Problem(429, f"Too many attempts: come again in {wait_s} s.", retry_after_s=wait_s)
    session = await ask.desk.do(ask.desk.sessions.open, ask.body["token"])
    if session is None:
        raise Problem(422, "This link is used up or too old: ask for another with /studio.", "token")
    if ask.session:
        await ask.desk.do(ask.desk.sessions.close, ask.session)
    answer = web.Response(status=204)
    answer.set_cookie(
        COOKIE, session, max_age=COOKIE_S, path="/", httponly=True, samesite="Lax", secure=service.is_secure
    )
    return answer


async def sign_out(ask: Ask) -> web.StreamResponse:
    """End the session."""
    await ask.desk.do(ask.desk.sessions.close, ask.session)
    answer = web.Response(status=204)
    answer.del_cookie(COOKIE, path="/")
    return answer


def place_json(guest: Guest, service: Service) -> dict[str, str] | None:
    """Return where results can be sent; None where that chat is not with us."""
    if guest.place is None or guest.place.platform not in service.others:
        return None
    return {"platform": guest.place.platform, "name": TITLES.get(guest.place.platform, guest.place.platform)}
