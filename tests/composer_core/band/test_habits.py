import numpy as np
import pytest

from composer_core.errors import GenreError
from composer_core.habits import Habit, Habits
from composer_core.training.instrumentation import learn_habits

LOW, HIGH = Habit(45.0, 1.0, 0.0), Habit(66.0, 2.0, 0.5)


def test_a_take_borrows_a_whole_piece_and_only_what_it_lacks_from_another():
    habits = Habits([{"Keys": LOW, "Bass": LOW}, {"Keys": HIGH}])
    drawn = [habits.draw(np.random.default_rng(seed), ["Keys", "Bass", "Tuba"]) for seed in range(20)]
    assert {players["Keys"] for players in drawn} == {LOW, HIGH}
    assert all(players["Bass"] == LOW and "Tuba" not in players for players in drawn)


def test_a_file_brings_back_the_same_habits(tmp_path):
    Habits([{"Keys": HIGH}, {"Bass": LOW}]).save(tmp_path / "h.json", {"sources": []})
    assert Habits.load(tmp_path / "h.json").pieces == [{"Keys": HIGH}, {"Bass": LOW}]


@pytest.mark.parametrize(
    "text", ["", "[]", '{"pieces": [3]}', '{"pieces": [{"Keys": [1, 2]}]}', '{"pieces": [{"Keys": [NaN, 1, 1]}]}']
)
def test_a_damaged_file_is_one_line(tmp_path, text):
    (tmp_path / "h.json").write_text(text)
    with pytest.raises(GenreError) as raised:
        Habits.load(tmp_path / "h.json")
    assert "damaged" in str(raised.value) and "\n" not in str(raised.value)


def test_habits_are_read_from_songs(make_song, trio):
    (players,) = learn_habits([make_song(bars=4)], trio).pieces
    song = make_song(bars=4)
    assert set(players) == {part.name for part in trio.parts[1:]} & set(song.parts)
    for name, habit in players.items():
        pitches = sorted(note.pitch for note in song.parts[name])
        assert pitches[0] <= habit.centre <= pitches[-1] and habit.busyness > 0 and 0 <= habit.doubled <= 1
