"""The study of the chorale: four-part writing beside Bach's own."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from composer_core.corpora.chorales import Corpus, Piece
from composer_core.evaluation.chorale import Truth, measure, songroll_of
from composer_core.evaluation.chorale_systems import (
    System,
    by_technique,
    copy_baseline,
    reference_system,
    rule_baseline,
    with_chords_given,
)
from composer_core.evaluation.reference import trained_reference
from composer_core.evaluation.report import Row, Target, at_least, at_most, lowest, no_more_than
from composer_core.evaluation.study import Contender, Layout, Options, Panel
from composer_core.evaluation.yardsticks import Yardsticks
from composer_core.genres import Genre
from composer_core.harmony import find_key
from composer_core.metrics.songroll import SongRoll
from composer_core.music import Key
from composer_core.roll import Roll, make_roll
from composer_core.techniques.band import Band
from composer_core.techniques.band_config import DRAFTS, read_config
from composer_core.training.wgan_gp import reference_windows

CHORDS_GIVEN = "Tutti, chords given"

LAYOUT = Layout(
    columns={
        "overlapped_area": "OA",
        "chord_tone_beats": "chordal",
        "fifths": "p5/100",
        "octaves": "p8/100",
        "in_scale": "in scale",
        "empty_bars": "empty",
        "out_of_range": "range",
        "near_copies": "near copies",
        "seeds_differ": "differ",
        "agreement": "exact",
        "judge": "judge",
        "copied": "copied",
        "nearest": "nearest",
        "seconds": "s a take",
    },
    panels=[
        Panel("overlapped_area", "Overlapped area (1: like Bach)", 0.85),
        Panel("chord_tone_beats", "Chord-tone beats", 0.9),
        Panel("judge", "A fresh judge's AUC (.5: cannot tell)", 0.95),
        Panel("fifths", "Parallel fifths per 100 verticals", 0.3),
        Panel("octaves", "Parallel octaves per 100 verticals", 0.3),
        Panel("copied", "Bars found in the training set"),
    ],
)


class ChoraleStudy:
    """The reserved pieces and what must be true of what is composed under their melodies."""

    def __init__(self, genre: Genre, corpus: Corpus, pieces: int | None, options: Options) -> None:
        self.genre, self.options, self.layout = genre, options, LAYOUT
        self.pieces = corpus.reserved[:pieces]
        self.truth = Truth(
            real=_rolls(self.pieces),
            keys={piece.name: _key(piece) for piece in (*self.pieces, *corpus.training)},
            training=_rolls(corpus.training),
            parts=genre.parts[1:],
        )
        real, training = ([songroll_of(roll, genre.parts[1:]) for roll in group]
                          for group in (self.truth.real, self.truth.training))  # fmt: skip
        self.yardsticks = Yardsticks(real, training, genre.parts[1:], options.with_judge)

    def real_rows(self) -> list[Row]:
        """Bach himself: one half of the pieces against the other, and a training sample against them all."""
        truth = self.truth
        whole = self._with_originality(measure("Bach", [truth.real], truth), truth.real)
        halves = measure("", [truth.real[::2]], replace(truth, real=truth.real[1::2]))
        figures = {**whole.figures, "overlapped_area": halves.figures["overlapped_area"]}
        step = max(len(truth.training) // len(truth.real), 1)
        others = truth.training[::step][: len(truth.real)]
        sample = measure("other Bach (ceiling)", [others], truth)
        judged = self.yardsticks.judged([self._songrolls(others)])
        return [
            replace(whole, figures=figures, areas=halves.areas, is_real=True),
            replace(sample, figures={**sample.figures, "near_copies": None, **judged}, is_real=True),
        ]

    def contenders(self) -> list[Contender]:
        """Tutti, with the chords given, with parts of its road left out; the reference, the copy and the rule."""
        seeds, genre = self.options.seeds, self.genre
        tutti = Band(genre)
        contenders = [
            self._contender("Tutti", by_technique(tutti), seeds),
            self._contender(CHORDS_GIVEN, with_chords_given(tutti)),  # one seed is many drafts already
        ]
        if self.options.ablate:
            contenders += [self._contender(name, system, seeds) for name, system in _variants(genre).items()]
        if self.options.reference:
            windows = partial(reference_windows, self.truth.training)
            generator = trained_reference(genre.name, len(genre.parts), windows, self.options.reference)
            contenders.append(self._contender("DeepComposer GAN", reference_system(generator), seeds))
        contenders.append(self._contender("copy of the nearest", copy_baseline(self.truth.training)))
        contenders.append(self._contender("rule: block chords", rule_baseline(genre)))
        return contenders

    def _contender(self, name: str, system: System, seeds: int = 1) -> Contender:
        return Contender(name, partial(system, self.pieces), seeds)

    def measure(self, name: str, takes: Sequence[Sequence[Roll]]) -> Row:
        """Every measure, then the judge and the search for copies."""
        row = self._with_originality(measure(name, takes, self.truth), [roll for take in takes for roll in take])
        return replace(
            row, figures={**row.figures, **self.yardsticks.judged([self._songrolls(take) for take in takes])}
        )

    def _with_originality(self, row: Row, rolls: Sequence[Roll]) -> Row:
        figures, _, distances = self.yardsticks.originality(self._songrolls(rolls))
        return replace(row, figures={**row.figures, **figures}, nearest=distances)

    def _songrolls(self, rolls: Sequence[Roll]) -> list[SongRoll]:
        return [songroll_of(roll, self.genre.parts[1:]) for roll in rolls]

    def finished(self, rows: Sequence[Row]) -> list[Row]:
        """Nothing is missing."""
        return list(rows)

    def targets(self, rows: Sequence[Row]) -> list[Target]:
        """What issue 3 asks of the chorale."""
        by_name = {row.system: row.figures for row in rows}
        tutti, bach = by_name["Tutti"], by_name["Bach"]
        return [
            at_least("overlapped area", tutti["overlapped_area"], 0.85),
            at_least("chord-tone beats", tutti["chord_tone_beats"], 0.9),
            at_most("parallel fifths per 100 verticals", tutti["fifths"], 0.3),
            at_most("parallel octaves per 100 verticals", tutti["octaves"], 0.3),
            at_least("exact alto, tenor and bass with the chords given", by_name[CHORDS_GIVEN]["agreement"], 0.58),
            at_most("a fresh judge's AUC", tutti.get("judge"), 0.95),
            lowest("a fresh judge's AUC: the lowest of all systems", "judge", rows),
            no_more_than("bars found in the training set, no more than Bach's", tutti["copied"], bach["copied"]),
        ]


def _variants(genre: Genre) -> dict[str, System]:
    config = read_config(genre)
    drafts = {f"Tutti, {draft} draft": replace(config, draft=draft) for draft in DRAFTS}
    return {name: by_technique(Band(genre, variant)) for name, variant in drafts.items()}


def _key(piece: Piece) -> Key:
    return find_key([note for voice in piece.voices for note in voice])


def _rolls(pieces: Sequence[Piece]) -> list[Roll]:
    return [make_roll(piece.name, piece.timing, piece.voices) for piece in pieces]
