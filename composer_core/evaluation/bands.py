"""Measures takes of a band or an orchestra: songs in, one row of figures out."""

import itertools
from collections.abc import Sequence

import numpy as np

from composer_core.evaluation.report import Figures, Row, mean, means
from composer_core.genres import Genre, Part
from composer_core.metrics import features, fit, orchestra, patterns
from composer_core.metrics.areas import overlapped_area
from composer_core.metrics.songroll import SongRoll

PART_COLUMNS = {
    "area": "OA",
    "chord_tones": "chord tones",
    "empty": "empty",
    "notes": "notes a bar",
    "repeat": "rhythm again",
    "tiled": "tiled",
    "distinct": "distinct",
    "range": "range",
    "copied": "copied",
}


def bass_part(genre: Genre) -> str | None:
    """The name of the part that has the root: of several basses the one that reaches lowest."""
    basses = [part for part in genre.parts if part.role == "bass"]
    return min(basses, key=lambda part: part.low).name if basses else None


def drum_part(genre: Genre) -> str | None:
    """The name of the part that plays drums."""
    return next((part.name for part in genre.parts if part.is_drum), None)


def measure(system: str, takes: Sequence[Sequence[SongRoll]], real: Sequence[SongRoll], genre: Genre) -> Row:
    """Measure a system's takes, one list of songs a seed, beside the real songs.

    Parts that a song lacks do not count; of the parts' chord-tone shares the row shows the lowest.
    """
    rolls = [roll for take in takes for roll in take]
    areas = means([_areas(take, real, genre) for take in takes])
    parts = {part.name: _part_row(rolls, part, areas) for part in genre.parts[1:]}
    bass, drums = parts.get(bass_part(genre) or "", {}), parts.get(drum_part(genre) or "", {})
    tones = [tone for figures in parts.values() if (tone := figures.get("chord_tones")) is not None]
    figures: Figures = {
        "overlapped_area": mean([figures.get("area") for figures in parts.values()]),
        "chord_tones": min(tones, default=None),
        "bass_repeat": bass.get("repeat"),
        "drum_repeat": drums.get("repeat"),
        "drum_tiled": drums.get("tiled"),
        "drum_distinct": drums.get("distinct"),
        "out_of_range": mean([figures.get("range") for figures in parts.values()]),
        "seeds_differ": _seeds_differ(takes),
        **means([_ensemble(roll, genre) for roll in rolls]),
    }
    return Row(system, figures, {name: area for name, area in areas.items() if area is not None}, parts)


def _part_row(rolls: Sequence[SongRoll], part: Part, areas: Figures) -> Figures:
    playing = [_part_figures(roll, part) for roll in rolls if part.name in roll.parts]
    area = mean([area for name, area in areas.items() if name.startswith(f"{part.name}: ")])
    return {"area": area, **means(playing)}


def _part_figures(roll: SongRoll, part: Part) -> Figures:
    name = part.name
    both: Figures = {"empty": patterns.empty_bars(roll, name), "notes": patterns.notes_per_bar(roll, name)}
    bars = patterns.drum_bars(roll, name) if part.is_drum else patterns.rhythm_bars(roll, name)
    both |= {
        "repeat": patterns.repeated_bars(bars),
        "tiled": patterns.tiled_bars(bars),
        "distinct": patterns.distinct_bars(bars),
    }
    if part.is_drum:
        return both
    return {
        **both,
        "chord_tones": fit.chord_tone_share(roll, name),
        "range": fit.out_of_range(roll, name, part.low, part.high),
    }


def _ensemble(roll: SongRoll, genre: Genre) -> Figures:
    """What concerns several parts at once."""
    pitched = [part.name for part in genre.parts[1:] if not part.is_drum]
    bass = bass_part(genre)
    return {
        "bass_on_root": fit.bass_on_root(roll, bass) if bass in roll.parts else None,
        "clashes": fit.strong_beat_clashes(roll, pitched),
        "mud": fit.mud(roll, pitched),
        "everyone": orchestra.everyone_sounds(roll, pitched),
        "doubled": orchestra.doubled_melody(roll),
        "carriers": float(sum(bars > 0 for bars in orchestra.carriers(roll).values())),
    }


def _areas(rolls: Sequence[SongRoll], real: Sequence[SongRoll], genre: Genre) -> Figures:
    """Overlapped area of every part and feature; only songs that have the part are compared."""
    areas = {}
    for part in genre.parts[1:]:
        here, there = ([roll for roll in group if part.name in roll.parts] for group in (rolls, real))
        for name, feature in (features.DRUMS if part.is_drum else features.PITCHED).items():
            areas[f"{part.name}: {name}"] = overlapped_area(
                _vectors(here, part, feature), _names(here), _vectors(there, part, feature), _names(there)
            )
    return areas


def _vectors(rolls: Sequence[SongRoll], part: Part, feature: features.Feature) -> list[np.ndarray]:
    return [feature(roll, part.name) for roll in rolls]


def _names(rolls: Sequence[SongRoll]) -> list[str]:
    return [roll.name for roll in rolls]


def _seeds_differ(takes: Sequence[Sequence[SongRoll]]) -> float | None:
    pairs = itertools.pairwise(takes)
    return mean([patterns.difference(a, b) for first, second in pairs for a, b in zip(first, second, strict=True)])
