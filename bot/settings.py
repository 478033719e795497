"""Every setting, read from the environment once, in ``__main__``, and handed on explicitly."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from composer_core.genres import SHIPPED
from storage.home import Home

# Environment variable → what it is needed for; ``tutti doctor`` names them.
TOKENS = {
    "DISCORD_TOKEN": "the Discord frontend",
    "SLACK_BOT_TOKEN": "the Slack frontend",
    "SLACK_APP_TOKEN": "the Slack frontend",
}


@dataclass(frozen=True)
class DiscordSettings:
    """The bot's token, and where Discord is when it is not where it always is (empty: Discord's own addresses)."""

    token: str = field(repr=False)
    api_base: str = ""
    gateway_url: str = ""
    cdn_base: str = ""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "DiscordSettings | None":
        """Read ``DISCORD_TOKEN``, ``DISCORD_API_BASE``, ``DISCORD_GATEWAY_URL``, ``DISCORD_CDN_BASE``."""
        token = environ.get("DISCORD_TOKEN", "").strip()
        api, gateway, cdn = (
            environ.get(f"DISCORD_{name}", "").strip() for name in ("API_BASE", "GATEWAY_URL", "CDN_BASE")
        )
        return cls(token, api.rstrip("/"), gateway, cdn.rstrip("/")) if token else None


@dataclass(frozen=True)
class StudioSettings:
    """Where the studio listens, and where it is found from anywhere (empty: on this machine only)."""

    port: int = 8080
    host: str = "127.0.0.1"
    public_url: str = ""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "StudioSettings":
        """Read ``TUTTI_STUDIO_PORT`` (0: off), ``TUTTI_STUDIO_HOST`` and ``TUTTI_PUBLIC_URL``."""
        port, host, url = (
            environ.get(f"TUTTI_{name}", "").strip() for name in ("STUDIO_PORT", "STUDIO_HOST", "PUBLIC_URL")
        )
        return cls(_port(port), host or cls.host, url.rstrip("/"))


@dataclass(frozen=True)
class Settings:
    """The data folder, the sound equipment (``None``: look in the usual places) and which tokens are set."""

    home: Home
    soundfont: Path | None = None
    fluidsynth: str | None = None
    tokens: frozenset[str] = frozenset()
    discord: DiscordSettings | None = None
    studio: StudioSettings = field(default_factory=StudioSettings)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Read ``TUTTI_HOME``, ``TUTTI_SOUNDFONT``, ``TUTTI_FLUIDSYNTH`` and see which tokens there are."""
        soundfont = environ.get("TUTTI_SOUNDFONT", "").strip()
        return cls(
            home=Home.from_environment(environ),
            soundfont=Path(soundfont).expanduser().absolute() if soundfont else None,
            fluidsynth=environ.get("TUTTI_FLUIDSYNTH", "").strip() or None,
            tokens=frozenset(name for name in TOKENS if environ.get(name)),
            discord=DiscordSettings.from_environment(environ),
            studio=StudioSettings.from_environment(environ),
        )

    @property
    def genre_folders(self) -> tuple[Path, ...]:
        """Where genres are looked for: shipped ones first."""
        return (SHIPPED, self.home.genres)


def _port(text: str) -> int:
    """Read a port's number; -1 for what is none, which the studio refuses when it starts."""
    if not text:
        return StudioSettings.port
    return int(text) if text.isdecimal() and len(text) <= 5 else -1
