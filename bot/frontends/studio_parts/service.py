"""What every handler works with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from bot.chat import Frontend
from bot.desk import Desk
from bot.frontends.studio_parts.description import Description
from bot.frontends.studio_parts.feed import Feed
from bot.frontends.studio_parts.limits import Limits
from bot.frontends.studio_parts.metrics import Metrics
from bot.guests import Guest
from bot.settings import StudioSettings


@dataclass(frozen=True)
class Service:
    """The studio, put together by the frontend. ``others`` are the chats, to send results to."""

    settings: StudioSettings
    desk: Desk
    others: Mapping[str, Frontend]
    description: Description
    feed: Feed
    metrics: Metrics
    limits: Limits
    version: str

    @property
    def is_public(self) -> bool:
        """Whether people sign in."""
        return bool(self.settings.public_url)

    @property
    def is_secure(self) -> bool:
        """Whether the public address is an encrypted one."""
        return urlsplit(self.settings.public_url).scheme == "https"


SERVICE = web.AppKey("service", Service)


@dataclass(frozen=True)
class Ask:
    """One request, checked: who asks, the path's and query's values by name, the JSON body."""

    request: web.Request
    service: Service
    guest: Guest
    values: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    session: str = ""

    @property
    def desk(self) -> Desk:
        """The desk."""
        return self.service.desk

    @property
    def user(self) -> str:
        """The id of who asks."""
        return self.guest.user.id

    @property
    def base_url(self) -> str:
        """Where the studio is found by whoever asks."""
        return self.service.settings.public_url or f"{self.request.scheme}://{self.request.host}"
