from pathlib import Path

import numpy as np
import pytest
import torch

from composer_core.corpora.lead_sheets import make_folds, read_lead_sheets
from composer_core.corpora.songs import Song
from composer_core.evaluation.chord_baselines import HiddenMarkovModel, always_tonic
from composer_core.evaluation.harmony import figures, tally
from composer_core.harmony import CHORDS
from composer_core.music import Chord, Key, Melody, Metre, Note, Timing
from composer_core.planner.cells import make_cells
from composer_core.planner.minor import to_minor
from composer_core.planner.train import TrainingConfig, count_moves, make_examples, printed_key, train_planner

DATA = Path(__file__).parents[2].parent / "shared" / "data"
TRIADS = {"C": (60, 64, 67, 64), "F": (65, 69, 72, 69), "G": (67, 71, 74, 71), "Am": (69, 72, 76, 72)}


def song(*labels, name="tune", work="someone/tune"):
    """A melody that breaks every chord into four crotchets, one chord a bar."""
    pitches = [pitch for label in labels for pitch in TRIADS[label]]
    melody = tuple(Note(number * 480, pitch, 480) for number, pitch in enumerate(pitches))
    chords = tuple(Chord(number * 1920, label) for number, label in enumerate(labels))
    return Song(name, work, "test", Timing(480), melody, chords, {})


TUNES = [song(*labels.split()) for labels in ("C F G C", "C Am F G C", "C G Am F C G C", "F C G C")]


def test_training_lowers_the_loss_and_the_same_seed_gives_the_same_weights():
    config, losses = TrainingConfig(steps=41, batch=4, window=16), []
    first = train_planner(TUNES, config, 3, lambda _, values: losses.append(values["nats a pulse"]))
    again = train_planner(TUNES, config, 3, lambda _, __: None)
    assert losses[-1] < 0.7 * losses[0]
    for name, tensor in first.state_dict().items():
        torch.testing.assert_close(tensor, again.state_dict()[name], rtol=0, atol=0)


def test_moves_are_odds_and_favour_what_was_seen():
    moves = np.exp(count_moves(make_examples(TUNES)))
    np.testing.assert_allclose(moves.sum(axis=1) - np.diag(moves), 1, rtol=1e-5)
    tonic, dominant, foreign = (CHORDS.index(chord) for chord in ((0, ""), (7, ""), (6, "aug")))
    assert moves[dominant, tonic] > 10 * moves[dominant, foreign]


def test_a_tune_retold_in_minor():
    retold = to_minor(song("C", "F", "Am", "G"), 0)
    assert [chord.label for chord in retold.chords] == ["Cm", "Fm", "Ab", "G"]
    assert [note.pitch for note in retold.melody[:4]] == [60, 63, 67, 63]
    assert [note.pitch for note in retold.melody[-4:]] == [67, 71, 74, 71]  # the leading note stays in the dominant
    assert printed_key(to_minor(song("C", "F", "G", "C"), 0)) == Key(0, False)


# Baselines and counting


def test_the_markov_model_repeats_what_it_was_taught():
    model = HiddenMarkovModel(TUNES)
    melody = Melody(TUNES[1].melody, TUNES[1].timing)
    assert [CHORDS[chord] for chord in model(melody)[::4]] == [(0, ""), (9, "m"), (5, ""), (7, ""), (0, "")]


@pytest.mark.parametrize("system", [always_tonic, HiddenMarkovModel(TUNES)], ids=["tonic", "markov"])
def test_baselines_answer_every_cell(system):
    notes = tuple(Note(number * 240, 60 + number % 5, 240) for number in range(30))
    for timing in (Timing(480, pickup_ticks=240), Timing(480, metres=((0, Metre(7, 8)),))):
        melody = Melody(notes, timing)
        assert len(system(melody)) == len(make_cells(melody))


def test_figures_count_what_is_right():
    printed = song("C", "F", "G", "C")
    perfect = figures([tally(printed, None)])
    assert (perfect["root"], perfect["majmin"], perfect["chord"], perfect["chord_tones"]) == (1, 1, 1, 1)
    assert perfect["changes"] == 3 / 4
    tonic = figures([tally(printed, lambda m: np.array([CHORDS.index((0, ""))] * 16))])
    assert (tonic["root"], tonic["changes"]) == (0.5, 0)
    wrong_quality = figures([tally(printed, lambda m: np.array([CHORDS.index((0, "m"))] * 16))])
    assert (wrong_quality["root"], wrong_quality["majmin"], wrong_quality["chord"]) == (0.5, 0, 0)


# Lead sheets


def test_folds_part_works_and_people():
    works = ["Ann-Ben/a", "Ben-Cleo/b", "Dan/c", "[Traditional]/d", "[Traditional]/e", "Eve/f", "Eve/g"]
    folds = make_folds([song("C", work=work) for work in works], 3)
    where = {member.work: number for number, fold in enumerate(folds) for member in fold}
    assert len(where) == len(works)
    assert where["Ann-Ben/a"] == where["Ben-Cleo/b"]
    assert where["Eve/f"] == where["Eve/g"]
    assert all(folds)


@pytest.mark.skipif(not DATA.is_dir(), reason=f"the lead sheets are not here: {DATA} is missing")
def test_the_lead_sheets_are_read():
    sheets = read_lead_sheets(DATA)
    assert len(sheets.songs) > 290
    assert sheets.counts["chords: unknown"] == 0
    for sheet in sheets.songs:
        assert sheet.melody
        assert any(chord.label != "N" for chord in sheet.chords)
        assert all(a.end <= b.start for a, b in zip(sheet.melody, sheet.melody[1:], strict=False))
    entertainer = next(sheet for sheet in sheets.songs if sheet.name == "The Entertainer")
    assert printed_key(entertainer) == Key(0)
