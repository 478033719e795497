"""Every setting, read from the environment once, in ``__main__``, and handed on explicitly."""

from collections.abc import Mapping
from dataclasses import dataclass
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
class Settings:
    """The data folder, the sound equipment (``None``: look in the usual places) and which tokens are set."""

    home: Home
    soundfont: Path | None = None
    fluidsynth: str | None = None
    tokens: frozenset[str] = frozenset()

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Read ``TUTTI_HOME``, ``TUTTI_SOUNDFONT``, ``TUTTI_FLUIDSYNTH`` and see which tokens there are."""
        soundfont = environ.get("TUTTI_SOUNDFONT", "").strip()
        return cls(
            home=Home.from_environment(environ),
            soundfont=Path(soundfont).expanduser().absolute() if soundfont else None,
            fluidsynth=environ.get("TUTTI_FLUIDSYNTH", "").strip() or None,
            tokens=frozenset(name for name in TOKENS if environ.get(name)),
        )

    @property
    def genre_folders(self) -> tuple[Path, ...]:
        """Where genres are looked for: shipped ones first."""
        return (SHIPPED, self.home.genres)
