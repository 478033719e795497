import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from composer_core.corpora.groove import Performance
from composer_core.errors import GenreError, ResourceError
from composer_core.feel import PHRASE_PLACES, SLOTS, Feel, Touch
from composer_core.genres import SHIPPED, list_genres, read_genre
from composer_core.music import Note
from composer_core.training.drummers import FEWEST_HITS, intraclass, measure_drummers
from composer_core.training.feel import RECIPES, Recipe, choose, rebuild_feel
from composer_core.training.players import Line, measure_players, read_lines

DATA = Path(__file__).parents[3] / "shared" / "data"
GENRE = """title = "T"\ndescription = "D"\ntechnique = "accompany"\ntempo_bpm = 100.0
tempo_bpm_range = [60, 180]\n[feel]\nswing = 0.6\npush_ms = {{ bass = -5 }}\n{more}
[[part]]\nname = "Melody"\nrole = "melody"\nprogram = 0\nlow = 40\nhigh = 90\n"""


def written(folder: Path, more: str = "") -> Path:
    (folder / "genre.toml").write_text(GENRE.format(more=more), encoding="utf-8")
    return folder


# --- what a genre says


def test_a_genre_reads_its_feel(tmp_path):
    genre = read_genre(written(tmp_path, "pedal = true"))
    assert genre.feel == Feel(swing=0.6, push_ms={"bass": -5}, pedal=True)
    assert genre.tempo_bpm_range == (60.0, 180.0)


@pytest.mark.parametrize("more", ["swign = 0.6", "looseness_ms = 500", "strum_ms = -1", "ritard = 2"])
def test_a_wrong_feel_is_named(tmp_path, more):
    with pytest.raises(GenreError, match=more.split()[0]):
        read_genre(written(tmp_path, more))


def test_damaged_figures_are_named(tmp_path):
    (tmp_path / "feel.json").write_text('{"touch": {"drums": {"36": {"velocity": [1]}}}}', encoding="utf-8")
    with pytest.raises(GenreError, match="damaged"):
        read_genre(written(tmp_path))


def test_figures_survive_json():
    for genre in list_genres():
        if genre.feel.touch:
            assert Touch.from_json(json.loads(json.dumps(genre.feel.touch.to_json()))) == genre.feel.touch


# --- what is shipped


@pytest.mark.parametrize("name", RECIPES)
def test_shipped_figures_are_small_attributed_and_human(name):
    path = SHIPPED / name / "feel.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    assert path.stat().st_size <= 20_000
    assert "Groove MIDI Dataset, Google Magenta, CC BY 4.0" in content["sources"][0]
    touch = read_genre(SHIPPED / name).feel.touch
    assert {36, 38, 42, 51} <= set(touch.drums)
    assert set(touch.parts) == {"bass", "chords", "line"}
    for drum in touch.drums.values():
        assert {len(drum.velocity), len(drum.spread), len(drum.late_ms), len(drum.loose_ms)} == {SLOTS}
        assert all(3 < spread < 35 for spread in drum.spread)
        assert all(5 < loose < 30 for loose in drum.loose_ms)
    snare = touch.drums[38]
    assert max(snare.ghosts[4], snare.ghosts[12]) < snare.ghosts[1] - 0.2


def test_jazz_swings_the_others_hardly_and_the_choir_not_at_all():
    swing = {genre.name: genre.feel.swing for genre in list_genres()}
    assert 0.62 <= swing["jazz"] <= 0.66
    assert swing["rock"] == swing["pop"] == swing["symphony"] == swing["chorale"] == 0.5
    assert 0.5 < swing["songwriter"] < 0.56


# --- how drummers are measured


def take(hits: list[Note], **changes: object) -> Performance:
    settings = {"name": "t", "drummer": "d", "styles": ("rock",), "tempo_bpm": 100.0, "is_fill": False}
    settings |= {"split": "training", "swing": 0.5, **changes}
    return Performance(**settings, hits=tuple(sorted(hits)))


def backbeats(bars: int = 60, late: int = 0, ghost: int = 30, wander: int = 5) -> list[Note]:
    """Even hats, a backbeat that is ``late`` ticks (1.25 ms each) behind them, and one ghost a bar."""
    rng = np.random.default_rng(4)
    hits = []
    for bar in range(bars):
        start = bar * 1920
        hits += [Note(start + k * 240, 42, 120, 90 - 30 * (k % 2) + int(rng.integers(-4, 5))) for k in range(8)]
        hits += [
            Note(start + k * 960 + 480 + late, 38, 120, 110 + int(rng.integers(-wander, wander + 1))) for k in (0, 1)
        ]
        hits.append(Note(start + 120, 38, 120, ghost))
    return hits


def test_velocity_lateness_and_ghosts_are_found_where_they_are():
    touch = measure_drummers([take(backbeats(late=12))])
    hats, snare = touch.drums[42], touch.drums[38]
    assert hats.velocity[0] == pytest.approx(90, abs=4)
    assert hats.velocity[2] == pytest.approx(60, abs=4)
    assert snare.velocity[4] == pytest.approx(110, abs=2)
    assert snare.late_ms[4] - hats.late_ms[4] == pytest.approx(15, abs=2)
    assert snare.ghosts[1] > 0.8
    assert snare.ghosts[4] < 0.1
    assert snare.ghost_velocity == 30


def test_spread_is_how_freely_a_pattern_is_repeated_not_how_takes_differ():
    soft = [Note(hit.start, hit.pitch, 120, max(hit.velocity - 40, 1)) for hit in backbeats()]
    both = measure_drummers([take(backbeats(wander=6)), take(soft)]).drums[38]
    assert both.spread[4] < 6


def test_a_drum_hardly_hit_is_left_out():
    hits = [*backbeats(), *(Note(k * 1920, 49, 120) for k in range(FEWEST_HITS - 1))]
    assert 49 not in measure_drummers([take(hits)]).drums


def test_swung_takes_are_measured_against_the_swung_place():
    hits = [
        Note(bar * 1920 + beat * 480 + (307 if off else 0), 51, 120, 80)
        for bar in range(40)
        for beat in range(4)
        for off in (0, 1)
    ]
    ride = measure_drummers([take(hits, swing=0.64)]).drums[51]
    assert max(map(abs, ride.late_ms)) < 2


def test_intraclass_correlation_of_known_cases():
    rng = np.random.default_rng(1)
    shared, own, groups = rng.standard_normal(2000).repeat(4), rng.standard_normal(8000), np.arange(2000).repeat(4)
    assert intraclass(own, groups) == pytest.approx(0, abs=0.03)
    assert intraclass(shared, groups) == 1.0
    assert intraclass(shared + own, groups) == pytest.approx(0.5, abs=0.03)


def test_straight_genres_learn_from_straight_takes_of_the_training_split():
    takes = [
        take(backbeats(4)),
        take(backbeats(4), swing=0.6),
        take(backbeats(4), split="test"),
        take(backbeats(4), styles=("jazz",)),
    ]
    assert choose(takes, Recipe(("rock",), False, "")) == takes[:1]
    assert choose(takes, Recipe(("rock",), True, "")) == takes[1:2]


# --- how players are measured


def line(role: str = "bass", bars: int = 40) -> Line:
    rng = np.random.default_rng(2)
    notes = [
        Note(k * 240, 40, 240, 80 + (12 if k % 8 == 0 else 0) - 6 * (k % 2) + int(rng.integers(-3, 4)))
        for k in range(8 * bars)
    ]
    return Line(role, 480, tuple(notes))


def test_players_stress_what_they_stress():
    touch = measure_players([line(), replace(line(), notes=line().notes[:200]), line(), line("chords")])
    assert set(touch) == {"bass", "chords"}
    bass = touch["bass"]
    assert (len(bass.stress), len(bass.phrase)) == (SLOTS, PHRASE_PLACES)
    assert bass.stress[0] > bass.stress[4] + 4
    assert bass.stress[4] > bass.stress[2] + 2
    assert bass.spread < 6


# --- the command


def test_missing_corpora_are_named(tmp_path):
    with pytest.raises(ResourceError, match=r"groove\.zip"):
        rebuild_feel(tmp_path, tmp_path)
    with pytest.raises(ResourceError, match=r"freedoom\.zip"):
        list(read_lines(tmp_path / "freedoom.zip"))


@pytest.mark.skipif(not (DATA / "groove.zip").is_file(), reason="needs the corpora in ../shared/data")
def test_what_is_shipped_can_be_rebuilt(tmp_path):
    (rebuilt,) = rebuild_feel(DATA, tmp_path, ["songwriter"])
    assert rebuilt.read_bytes() == (SHIPPED / "songwriter" / "feel.json").read_bytes()
