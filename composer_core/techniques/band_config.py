"""How a band composes: the settings that stand in a genre's ``[band]``."""

from dataclasses import dataclass

from composer_core.errors import GenreError
from composer_core.genres import Genre

DRAFTS = ("autoregressive", "adversarial", "masked")
MOST = 64  # passes or drafts


@dataclass(frozen=True)
class BandConfig:
    """How a band composes; the defaults of a genre stand in its ``genre.toml`` and were chosen on validation pieces.

    ``temperature`` and ``floor`` of the draws (``Walk.draw``); ``human`` which kind of player the networks imitate (1
    human, 0 rendered); ``fullness`` how many spreads busier than the corpus each part is asked to be (0: nothing is
    asked); ``refine_passes`` hide ``refine_share`` of the symbols each; ``vary`` is the chance that a part
    plays a returning section anew instead of as before; ``repeat`` is the share of the repeated bars of an
    instrumentation that are carried out (0: the networks repeat as they like); ``pull`` is what a tone costs, in nats,
    that is no chord's own, and ``rooted`` what it costs a bass to meet a new chord without its root (both with an
    instrumentation). ``drawn_plan`` is the power of the odds by which a plan of chords is drawn (0: the likeliest is
    taken). Where the user gives the chords, the most typical of ``typical_of`` drafts at ``typical_temperature`` is
    taken.
    """

    draft: str = "autoregressive"
    temperature: float = 0.95
    floor: float = 0.01
    human: float = 1.0
    fullness: float = 0.0
    refine_passes: int = 0
    refine_share: float = 0.15
    masked_passes: int = 16
    vary: float = 0.3
    repeat: float = 1.0
    pull: float = 0.0
    rooted: float = 0.0
    drawn_plan: float = 0.0
    typical_of: int = 1
    typical_temperature: float = 0.95


def read_config(genre: Genre) -> BandConfig:
    """Read the settings that stand in a genre's ``[band]``.

    Raises:
        GenreError: a setting is unknown or out of bounds, or there is no such draft.
    """
    try:
        config = BandConfig(**genre.band)
    except TypeError as error:
        raise GenreError(
            f"The genre {genre.name!r} has a wrong [band] in genre.toml ({error}): mend or remove it."
        ) from error
    if config.draft not in DRAFTS:
        known = ", ".join(DRAFTS)
        raise GenreError(f"The genre {genre.name!r} asks for the draft {config.draft!r}: choose {known} in genre.toml.")
    counts = (config.masked_passes, config.refine_passes, config.typical_of)
    if not all(type(count) is int and 0 <= count <= MOST for count in counts):
        raise GenreError(f"The genre {genre.name!r} asks for a wrong count of passes: write 0 to {MOST} in genre.toml.")
    if min(config.temperature, config.typical_temperature) <= 0:
        raise GenreError(f"The genre {genre.name!r} asks for no temperature: write one above 0 in genre.toml.")
    return config
