"""Every measure of an orchestra against a case computed by hand."""

from composer_core.metrics import orchestra


def test_everyone_sounds_on_the_pulses_that_all_share(roll_of, line):
    roll = roll_of(line(*[72] * 4), winds=line(60, 60, 60, None), brass=line(None, 48, 48, 48))
    assert orchestra.everyone_sounds(roll, ["winds", "brass"]) == 0.5
    assert orchestra.everyone_sounds(roll, ["winds", "brass", "timpani"]) == 0


def test_doubled_at_the_unison_or_in_octaves_by_any_section(roll_of, line):
    melody = line(72, 74, 76, None)
    roll = roll_of(melody, winds=line(72, 60, None, 60), basses=line(None, 50, 41, None))
    assert orchestra.doubled_melody(roll) == 2 / 3
    assert orchestra.doubled_melody(roll_of(())) is None


def test_a_section_carries_the_bars_whose_melody_it_joins(roll_of, line):
    melody = line(72, 74, 76, 77, 79, 77, 76, 74)
    violins = line(72, 74, 76, 60)  # three notes in four
    winds = line(60, 62, 64, 65, 67, 65, 64, 62)  # both bars, an octave lower
    basses = line(36, 36, 36, 36, 36, 36, 36, 36)
    roll = roll_of(melody, violins=violins, winds=winds, basses=basses)
    assert orchestra.carriers(roll) == {"violins": 1, "winds": 2, "basses": 0}


def test_a_bar_of_one_note_is_carried_by_nobody(roll_of, line):
    roll = roll_of(line(72, length=1920), winds=line(72, length=1920))
    assert orchestra.carriers(roll) == {"winds": 0}
