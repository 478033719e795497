"""The study of a band genre or the symphony."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from composer_core.corpora.songs import Song, Songs
from composer_core.errors import ResourceError
from composer_core.evaluation.band_copy import copy_baseline
from composer_core.evaluation.band_systems import System, by_technique, rule_baseline
from composer_core.evaluation.bands import PART_COLUMNS, measure
from composer_core.evaluation.excerpts import excerpt, spread, yardstick
from composer_core.evaluation.reference import band_reference
from composer_core.evaluation.report import Row, Target, at_least, at_most, lowest, near, no_more_than
from composer_core.evaluation.study import Contender, Layout, Options, Panel
from composer_core.evaluation.yardsticks import Yardsticks
from composer_core.genres import Genre
from composer_core.metrics.songroll import SongRoll, make_songroll
from composer_core.techniques import load_technique

PIECES = 30
FEWEST_FOR_HALVES = 16

_FIT = {
    "overlapped_area": "OA",
    "of_ceiling": "of ceiling",
    "bass_on_root": "root",
    "chord_tones": "chord tones",
    "bass_repeat": "bass again",
}
_DRUMS = {"drum_repeat": "drums again", "drum_tiled": "drums tiled", "drum_distinct": "drum bars distinct"}
_ORCHESTRA = {"everyone": "everyone", "doubled": "doubled", "carriers": "carriers"}
_ALL = {
    "empty_gap": "empty gap",
    "clashes": "clashes",
    "mud": "mud",
    "out_of_range": "range",
    "judge": "judge",
    "copied": "copied",
    "nearest": "nearest",
    "seeds_differ": "differ",
    "seconds": "s a take",
}


class BandStudy:
    """A genre's held-out songs, cut to 32 bars, and what must be true of what is composed for their melodies."""

    def __init__(self, genre: Genre, songs: Songs, pieces: int | None, options: Options) -> None:
        if not songs.test or not songs.training:
            raise ResourceError(f"The corpus of {genre.name} holds no test songs: look at the folder behind --data.")
        self.genre, self.options, self._songs = genre, options, songs
        self.layout = _layout(genre)
        self.songs = [excerpt(song) for song in spread(yardstick(songs.test), pieces or PIECES)]
        self.real = [make_songroll(song) for song in self.songs]
        self.training = [make_songroll(song) for song in songs.training]
        self.yardsticks = Yardsticks(self.real, self.training, genre.parts[1:], options.with_judge)

    def real_rows(self) -> list[Row]:
        """The held-out songs (one half against the other for the overlapped area), then other songs beside them."""
        name = f"held-out {_kinds(self.songs)}"
        whole = self._with_originality(measure(name, [self.real], self.real, self.genre), self.real)
        rows = [replace(self._with_areas_of_halves(whole), is_real=True)]
        for kind in ("human", "render"):
            others = [song for song in self._songs.test if _kinds([song]) == kind]
            if others and name != f"held-out {kind}":
                rolls = [make_songroll(excerpt(song)) for song in spread(others, len(self.songs))]
                row = measure(f"held-out {kind}", [rolls], self.real, self.genre)
                rows.append(replace(self._with_originality(row, rolls), is_real=True))
        return [*rows, self._ceiling()]

    def _with_areas_of_halves(self, row: Row) -> Row:
        """Areas of one half of the real songs against the other; none where halves are too small to say anything."""
        areas: Row = Row("", {})
        if len(self.real) >= FEWEST_FOR_HALVES:
            areas = measure("", [self.real[::2]], self.real[1::2], self.genre)
        parts = {
            name: {**figures, "area": areas.parts.get(name, {}).get("area")} for name, figures in row.parts.items()
        }
        figures = {**row.figures, "overlapped_area": areas.figures.get("overlapped_area")}
        return replace(row, figures=figures, areas=areas.areas, parts=parts)

    def _ceiling(self) -> Row:
        """As many training songs of each kind: what two samples of one kind of music have in common."""
        chosen: list[Song] = []
        for is_human in (True, False):
            count = sum(song.is_human == is_human for song in self.songs)
            chosen += spread([song for song in self._songs.training if song.is_human == is_human], count)
        rolls = [make_songroll(excerpt(song)) for song in chosen]
        row = measure(f"training {_kinds(chosen)} (ceiling)", [rolls], self.real, self.genre)
        return replace(row, figures={**row.figures, **self.yardsticks.judged([rolls])}, is_real=True)

    def contenders(self) -> list[Contender]:
        """Tutti, its drafts, the reference, the copy and the rule."""
        options, genre = self.options, self.genre
        contenders = [self._contender("Tutti", by_technique(load_technique(genre.technique, genre)), options.seeds)]
        if options.ablate:
            contenders += [self._contender(f"Tutti, {name}", system, options.seeds) for name, system in _drafts(genre)]
        if options.reference:
            reference = band_reference(self.training, genre, options.reference)
            contenders.append(self._contender("DeepComposer GAN", reference, options.seeds))
        training = [excerpt(song) for song in self._songs.training]
        contenders.append(self._contender("copy of the nearest", copy_baseline(training, genre)))
        contenders.append(self._contender("rule: root, pad, stock drums", rule_baseline(genre)))
        return contenders

    def _contender(self, name: str, system: System, seeds: int = 1) -> Contender:
        return Contender(name, partial(system, self.songs), seeds)

    def measure(self, name: str, takes: Sequence[Sequence[Song]]) -> Row:
        """Every measure, against each song's own plan; then the judge and the search for copies."""
        rolls = [[make_songroll(song) for song in take] for take in takes]
        row = measure(name, rolls, self.real, self.genre)
        row = self._with_originality(row, [roll for take in rolls for roll in take])
        return replace(row, figures={**row.figures, **self.yardsticks.judged(rolls)})

    def _with_originality(self, row: Row, rolls: Sequence[SongRoll]) -> Row:
        figures, copied, distances = self.yardsticks.originality(rolls)
        parts = {part: {**entry, "copied": copied.get(part)} for part, entry in row.parts.items()}
        return replace(row, figures={**row.figures, **figures}, parts=parts, nearest=distances)

    def finished(self, rows: Sequence[Row]) -> list[Row]:
        """Add each row's share of the ceiling and its largest difference from the real empty-bar rates."""
        real, ceiling = rows[0], next(row for row in rows if row.system.endswith("(ceiling)"))
        top = ceiling.figures["overlapped_area"]
        done = []
        for row in rows:
            area = row.figures["overlapped_area"]
            added = {
                "of_ceiling": area / top if area is not None and top else None,
                "empty_gap": _empty_gap(row, real),
            }
            done.append(replace(row, figures={**row.figures, **added}))
        return done

    def targets(self, rows: Sequence[Row]) -> list[Target]:
        """What issue 3 asks of a band, or of the symphony."""
        real, tutti = rows[0].figures, next(row for row in rows if not row.is_real).figures
        shared = [
            at_least("overlapped area, share of the ceiling's", tutti["of_ceiling"], 0.85),
            lowest("a fresh judge's AUC: the lowest of all systems", "judge", rows),
            no_more_than(
                "bars found in the training set, no more than held-out pieces'", tutti["copied"], real["copied"]
            ),
        ]
        if self.genre.name == "symphony":
            return [*_orchestra_targets(tutti, real), *shared]
        return [*_band_targets(tutti, real), *shared]


def _band_targets(tutti: dict[str, float | None], real: dict[str, float | None]) -> list[Target]:
    tiled = real["drum_tiled"]
    return [
        at_least("bass on the root at chord changes", tutti["bass_on_root"], 0.85),
        at_least("chord tones, of the part with fewest", tutti["chord_tones"], 0.85),
        near("bass rhythm again in the next bar", tutti["bass_repeat"], real["bass_repeat"], 0.1),
        near("drums again in the next bar", tutti["drum_repeat"], real["drum_repeat"], 0.1),
        no_more_than(
            "drum bars tiled (equal to the four before), at most .10 more than held-out pieces'",
            tutti["drum_tiled"],
            None if tiled is None else tiled + 0.1,
        ),
        at_most("empty bars, largest difference of a part", tutti["empty_gap"], 0.05),
    ]


def _orchestra_targets(tutti: dict[str, float | None], real: dict[str, float | None]) -> list[Target]:
    return [
        at_most("notes out of range", tutti["out_of_range"], 0.0),
        near("melody doubled", tutti["doubled"], real["doubled"], 0.1),
        near("sections that carry the melody in some bar", tutti["carriers"], real["carriers"], 1.0),
        at_most("pulses on which every section sounds", tutti["everyone"], 0.15),
    ]


def _empty_gap(row: Row, real: Row) -> float | None:
    gaps = [
        abs(own - theirs)
        for part, figures in row.parts.items()
        if (own := figures.get("empty")) is not None and (theirs := real.parts[part].get("empty")) is not None
    ]
    return max(gaps, default=None)


def _drafts(genre: Genre) -> list[tuple[str, System]]:
    """The genre's networks with each of the drafts that they can make."""
    from composer_core.techniques.band import Band
    from composer_core.techniques.band_config import DRAFTS

    default = Band(genre).config
    return [(f"{name} draft", by_technique(Band(genre, replace(default, draft=name)))) for name in DRAFTS]


def _kinds(songs: Sequence[Song]) -> str:
    names = {True: "human", False: "render"}
    return " and ".join(names[kind] for kind in (True, False) if kind in {song.is_human for song in songs})


def _layout(genre: Genre) -> Layout:
    is_symphony = genre.name == "symphony"
    own = _ORCHESTRA if is_symphony else _DRUMS
    panels = [
        Panel("of_ceiling", "Overlapped area, share of the ceiling's", 0.85),
        Panel("everyone", "Pulses with every section", 0.15)
        if is_symphony
        else Panel("bass_on_root", "Bass on the root at chord changes", 0.85),
        Panel("chord_tones", "Chord tones, of the part with fewest", None if is_symphony else 0.85),
        Panel("judge", "A fresh judge's AUC (.5: cannot tell)"),
        Panel("copied", "Bars found in the training set"),
    ]
    return Layout({**_FIT, **own, **_ALL}, panels, PART_COLUMNS)
