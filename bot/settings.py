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
    "SLACK_APP_TOKEN": "the Slack frontend (or SLACK_SIGNING_SECRET, where it has a public address)",
}
SLACK_PORT = "3000"


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
class SlackSettings:
    """Tokens and secrets of the Slack app, how it is reached, and what its commands begin with.

    With ``app_token`` it listens by Socket Mode; without one, for signed requests at ``host`` and ``port``. With
    ``client_id`` and ``client_secret`` any workspace may install it. ``secret_key`` encrypts what they entrust to us;
    when it is empty, a key file in the data folder does. ``api_base`` is empty for Slack's own address.
    """

    bot_token: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    api_base: str = ""
    prefix: str = ""
    host: str = "127.0.0.1"
    port: str = SLACK_PORT
    public_url: str = ""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "SlackSettings | None":
        """Read ``SLACK_BOT_TOKEN``, ``SLACK_APP_TOKEN`` and so on; none of them, or no way to a token, is no Slack."""
        values = {name: environ.get(f"SLACK_{name.upper()}", "").strip() for name in cls.__dataclass_fields__}
        values["api_base"] = environ.get("SLACK_API_BASE_URL", "").strip()
        values["prefix"] = environ.get("SLACK_COMMAND_PREFIX", "").strip().lstrip("/")
        values["secret_key"] = environ.get("TUTTI_SECRET_KEY", "").strip()
        settings = cls(**{name: value for name, value in values.items() if value})
        return settings if settings.bot_token or settings.client_id else None


@dataclass(frozen=True)
class Settings:
    """The data folder, the sound equipment (``None``: look in the usual places) and which tokens are set."""

    home: Home
    soundfont: Path | None = None
    fluidsynth: str | None = None
    tokens: frozenset[str] = frozenset()
    discord: DiscordSettings | None = None
    slack: SlackSettings | None = None
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
            slack=SlackSettings.from_environment(environ),
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
