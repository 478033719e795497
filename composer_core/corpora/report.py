"""A corpus in figures: what a musician and a trainer want to know before they believe in it."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from functools import partial

import numpy as np

from composer_core.corpora.songs import Song, Songs
from composer_core.metrics.fit import bass_on_root, chord_tone_share
from composer_core.metrics.patterns import drum_bars, empty_bars, notes_per_bar, repeated_bars, rhythm_bars
from composer_core.metrics.songroll import SongRoll, make_songroll

HUMAN_DRUMMER = "groove"  # in the source of a rendered song whose drums were played by hand
_DRUMS = "Drums"


def describe(songs: Songs) -> str:
    """Tell each side's songs, bars and metres, and for human and rendered songs what each part does."""
    lines = [_side(field.name, getattr(songs, field.name)) for field in fields(Songs)]
    everything = [song for field in fields(Songs) for song in getattr(songs, field.name)]
    for title, kind in (("human", True), ("rendered", False)):
        chosen = [song for song in everything if song.is_human is kind]
        if chosen:
            lines += ["", f"{title}: {len(chosen)} songs, {len({song.work for song in chosen})} works", *_parts(chosen)]
    return "\n".join(lines)


def _side(name: str, songs: Sequence[Song]) -> str:
    bars = {kind: sum(_bars(song) for song in songs if song.is_human is kind) for kind in (True, False)}
    total = max(sum(bars.values()), 1)
    drums = sum(_bars(song) for song in songs if _DRUMS in song.parts)
    played = sum(_bars(song) for song in songs if _DRUMS in song.parts and _has_human_drums(song))
    metres = Counter(str(song.timing.metres[0][1]) for song in songs)
    swung = sum(song.swing > 0.5 for song in songs)
    return (
        f"{name}: {len(songs)} songs ({sum(song.is_human for song in songs)} human, {swung} swung), {total} bars,"
        f" {bars[True] / total:.0%} human, drums {played / max(drums, 1):.0%} human;"
        f" {', '.join(f'{metre} {count}' for metre, count in metres.most_common())}"
    )


def _has_human_drums(song: Song) -> bool:
    return song.is_human or HUMAN_DRUMMER in song.source


def _bars(song: Song) -> int:
    return len(song.timing.bar_starts(song.end))


def _parts(songs: Sequence[Song]) -> Iterable[str]:
    rolls = [make_songroll(song) for song in songs]
    names = list(dict.fromkeys(name for song in songs for name in song.parts))
    for name in sorted(names, key=lambda name: (name == _DRUMS, name)):
        there = [roll for roll in rolls if name in roll.parts]
        yield "  " + "  ".join(
            [
                f"{name:14}{len(there):5} songs",
                f"notes a bar {_mean(there, partial(notes_per_bar, part=name)):5.1f}",
                f"empty bars {_mean(there, partial(empty_bars, part=name)):.2f}",
                f"same rhythm as the bar before {_mean(there, partial(_repeats, part=name)):.2f}",
                *_harmony(there, name),
            ]
        )


def _repeats(roll: SongRoll, part: str) -> float | None:
    return repeated_bars(drum_bars(roll, part) if part == _DRUMS else rhythm_bars(roll, part))


def _harmony(rolls: Sequence[SongRoll], name: str) -> list[str]:
    if name == _DRUMS:
        return []
    tones = _mean(rolls, partial(chord_tone_share, part=name))
    root = _mean(rolls, partial(bass_on_root, part=name))
    return [f"chord tones {tones:.2f}", f"root at changes {root:.2f}"]


def _mean(rolls: Sequence[SongRoll], measure: Callable[[SongRoll], float | None]) -> float:
    values = [value for value in map(measure, rolls) if value is not None]
    return float(np.mean(values)) if values else float("nan")
