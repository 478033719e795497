"""What every piece of a dataset is tagged with, and choosing by tags."""

from collections.abc import Iterable, Mapping, Sequence

from composer_core.corpora.swing import EVEN
from composer_core.dataset.casting import Cast
from composer_core.dataset.instruments import INSTRUMENTS
from composer_core.dataset.names import shown
from composer_core.errors import UserError
from composer_core.music import Timing

Tags = Mapping[str, tuple[str, ...]]
"""Name → values; most tags have one, ``instruments`` has several."""

OWN = ("mode", "key", "metre", "tempo", "instruments", "folder", "density", "swing")
"""The tags that are found in the music; a ``tags.csv`` adds its columns."""

SLOW_BPM, FAST_BPM = 80, 140
SPARSE, BUSY = 8.0, 24.0  # onsets a bar of everyone together, drums left out
_MOST_NAMED = 12


def tags_of(cast: Cast, folders: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Tag a piece by its music, and by the folders that it was in."""
    timing, end = cast.piece.timing, cast.piece.end
    tempo = timing.tempos[0][1]
    pitched = [member.notes for member in cast.members if member.role != "drums"]
    onsets = sum(len({note.start for note in notes}) for notes in (cast.melody, *pitched))
    onsets_per_bar = onsets / max(len(timing.bar_starts(end)), 1)
    kinds = {cast.melody_kind, *(member.kind for member in cast.members)} & INSTRUMENTS.keys()
    return {
        "mode": ("major" if cast.key.is_major else "minor",),
        "key": (str(cast.key),),
        "metre": (lasting_metre(timing, end),),
        "tempo": ("slow" if tempo < SLOW_BPM else "fast" if tempo > FAST_BPM else "medium",),
        "instruments": tuple(sorted(INSTRUMENTS[kind].label.lower() for kind in kinds)),
        "folder": tuple(dict.fromkeys(folders)),
        "density": ("sparse" if onsets_per_bar < SPARSE else "busy" if onsets_per_bar > BUSY else "medium",),
        "swing": ("swung" if cast.piece.swing > EVEN else "straight",),
    }


def lasting_metre(timing: Timing, end: int) -> str:
    """The metre in which most of a piece stands."""
    lasting: dict[str, int] = {}
    for (tick, metre), (following, _) in zip(timing.metres, [*timing.metres[1:], (end, None)], strict=True):
        lasting[str(metre)] = lasting.get(str(metre), 0) + max(following - tick, 0)
    return max(lasting, key=lambda metre: lasting[metre])


def choose(all_tags: Sequence[Tags], wanted: Mapping[str, str]) -> list[bool]:
    """Say which pieces have the tags asked for: ``{"mode": "minor", "folder": "waltzes, slow"}``.

    Several values with commas between them: one of them is enough. Case does not matter.

    Raises:
        UserError: no piece has such a tag or value; the message names those that there are.
    """
    known = count_values(all_tags)
    wishes = {_tag(name, known): _values(name, text, known) for name, text in wanted.items()}
    return [
        all(values & {value.casefold() for value in tags.get(name, ())} for name, values in wishes.items())
        for tags in all_tags
    ]


def count_values(all_tags: Iterable[Tags]) -> dict[str, dict[str, int]]:
    """Tag → value → in how many pieces, the commonest value first."""
    counts: dict[str, dict[str, int]] = {}
    for tags in all_tags:
        for name, values in tags.items():
            for value in values:
                of_name = counts.setdefault(name, {})
                of_name[value] = of_name.get(value, 0) + 1
    return {name: dict(sorted(values.items(), key=lambda item: (-item[1], item[0]))) for name, values in counts.items()}


def _tag(name: str, known: Mapping[str, Mapping[str, int]]) -> str:
    for tag in known:
        if tag.casefold() == name.strip().casefold():
            return tag
    raise UserError(f"No piece has the tag {shown(name)!r}: the tags here are {', '.join(sorted(known))}.")


def _values(name: str, text: str, known: Mapping[str, Mapping[str, int]]) -> set[str]:
    values = known[_tag(name, known)]
    there = {value.casefold() for value in values}
    several = {value.strip().casefold() for value in text.split(",") if value.strip()}
    wished = {text.strip().casefold()} if text.strip().casefold() in there else several  # a folder may hold a comma
    if not wished or not wished <= there:
        wrong = next(iter(sorted(wished - there)), "")
        named = ", ".join(list(values)[:_MOST_NAMED]) + (", ..." if len(values) > _MOST_NAMED else "")
        raise UserError(f"No piece has the {shown(name)} {shown(wrong)!r}: choose from {named}.")
    return wished
