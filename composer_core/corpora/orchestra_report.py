"""What a corpus holds, as a table for people: how much, who plays when, who doubles the melody, which chords fit."""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from composer_core.corpora.songs import Song
from composer_core.metrics.fit import chord_tone_share
from composer_core.metrics.orchestra import doubled_melody, everyone_sounds
from composer_core.metrics.patterns import empty_bars, notes_per_bar
from composer_core.metrics.songroll import SongRoll, make_songroll
from composer_core.pianoroll import REST

_COLUMNS = ("songs", "empty bars", "notes/bar", "on melody", "chord tones")


def describe(songs: Sequence[Song], parts: Sequence[str]) -> str:
    """Describe songs for the given parts, in several lines.

    A part's row: in how many songs it plays, and of these (songs weighing by their bars) its share of empty bars, its
    notes per bar, the share of its notes that begin with a melody note of the same pitch class, and the share of its
    sounding time on tones of the chord. ``all sound`` counts the pulses at which every part of the piece sounds.
    """
    rolls = [make_songroll(song) for song in songs]
    bars = [len(roll.bars) for roll in rolls]
    metres = Counter(str(song.timing.metre_at(song.timing.pickup_ticks)) for song in songs)
    lines = [
        f"{len(songs)} songs of {len({song.work for song in songs})} works, {sum(bars)} bars",
        f"metres: {', '.join(f'{metre} {count}' for metre, count in metres.most_common())}",
        f"chords per bar: {sum(int(roll.change.sum()) for roll in rolls) / max(sum(bars), 1):.2f}",
        f"melody doubled by some part: {_mean(doubled_melody, rolls, bars):.3f} of its pulses",
        f"all sound: {_mean(lambda roll: everyone_sounds(roll, tuple(roll.parts)), rolls, bars):.3f} of the pulses",
        f"{'part':14s}" + "".join(f"{column:>13s}" for column in _COLUMNS),
    ]
    return "\n".join([*lines, *(_row(part, rolls, bars) for part in parts)])


def _row(part: str, rolls: Sequence[SongRoll], bars: Sequence[int]) -> str:
    present = [at for at, roll in enumerate(rolls) if part in roll.parts]
    own, weights = [rolls[at] for at in present], [bars[at] for at in present]
    measures: tuple[Callable[[SongRoll], float | None], ...] = (
        lambda roll: empty_bars(roll, part),
        lambda roll: notes_per_bar(roll, part),
        lambda roll: _on_melody(roll, part),
        lambda roll: chord_tone_share(roll, part),
    )
    return f"{part:14s}{len(own):13d}" + "".join(f"{_mean(measure, own, weights):13.3f}" for measure in measures)


def _on_melody(roll: SongRoll, part: str) -> float | None:
    """Share of a part's notes that begin together with a melody note and on its pitch class."""
    table, melody = roll.parts[part], roll.melody_line()
    begun = np.zeros(len(roll), dtype=bool)
    begun[roll.melody[:, 0]] = True
    if not len(table):
        return None
    start = table[:, 0]
    return float((begun[start] & (melody[start] != REST) & (melody[start] % 12 == table[:, 2] % 12)).mean())


def _mean(measure: Callable[[SongRoll], float | None], rolls: Sequence[SongRoll], weights: Sequence[int]) -> float:
    found = [
        (value, weight) for roll, weight in zip(rolls, weights, strict=True) if (value := measure(roll)) is not None
    ]
    return float(np.average([v for v, _ in found], weights=[w for _, w in found])) if found else float("nan")
