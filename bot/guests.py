"""Who uses the studio: the machine's own user, or somebody who came by a link from a chat."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from bot.chat import MIB, Incoming, Place, User

STUDIO = "studio"
LOCAL_USER = "local"  # as whom the terminal composes, too
TITLES = {"discord": "Discord", "slack": "Slack"}


@dataclass(frozen=True)
class Guest:
    """``place`` is where in a chat the link was asked for; None for whoever came without one."""

    user: User
    place: Place | None = None

    @classmethod
    def local(cls) -> Self:
        """Return this machine's own user."""
        return cls(User(LOCAL_USER, "you", ""))

    @classmethod
    def of(cls, incoming: Incoming) -> Self:
        """Return who asks in a chat; their way in will not last (``Place.door``)."""
        return cls(incoming.user, replace(incoming.place, door="", source=""))

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data; ``from_json`` mirrors it."""
        return {"user": asdict(self.user), "place": self.place.to_json() if self.place else None}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild from ``to_json``'s data."""
        return cls(User(**data["user"]), Place.from_json(data["place"]) if data["place"] else None)

    def wish(self, command: str, key: str, /, **options: Any) -> Incoming:  # noqa: ANN401 - options are JSON values
        """Return a wish of theirs, made in the studio; ``key`` is theirs alone, the same one makes one job."""
        guest_of = f"{self.place.platform}:{self.place.space}" if self.place and self.place.space else ""
        place = Place(
            STUDIO,
            self.user.id,
            file_bytes=256 * MIB,
            message_bytes=1024 * MIB,
            message_files=100,
            guest_of=guest_of,
            space_name=self.place.space_name if self.place else Place.space_name,
        )
        given = {name: value for name, value in options.items() if value is not None}
        return Incoming(f"{self.user.id}:{key}", command, self.user, place, given)
