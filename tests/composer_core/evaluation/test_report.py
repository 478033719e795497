from composer_core.evaluation.report import (
    Row,
    at_least,
    at_most,
    lowest,
    mean,
    means,
    near,
    no_more_than,
    part_table,
    table,
    target_table,
)


def test_means_leave_out_what_is_not_there():
    assert mean([1.0, None, 3.0]) == 2 and mean([None]) is None and mean([]) is None
    assert means([{"a": 1.0, "b": None}, {"a": 3.0}]) == {"a": 2, "b": None}


def test_bounds_are_reached_at_the_bound():
    assert at_least("x", 0.85, 0.85).reached and not at_least("x", 0.84, 0.85).reached
    assert at_most("x", 0.3, 0.3).reached and not at_most("x", 0.31, 0.3).reached
    assert at_least("x", None, 0.85).reached is at_most("x", None, 0.3).reached is None


def test_beside_another_figure():
    assert near("x", 0.5, 0.6, 0.11).reached and not near("x", 0.5, 0.7, 0.1).reached
    assert no_more_than("x", 0.5, 0.5).reached and not no_more_than("x", 0.6, 0.5).reached
    assert near("x", None, 0.6, 0.1).reached is no_more_than("x", 0.5, None).reached is None


def test_the_lowest_is_looked_for_among_systems_only():
    rows = [
        Row("players", {"judge": 0.5}, is_real=True),
        Row("Tutti", {"judge": 0.7}),
        Row("Tutti, chords given", {"judge": 0.6}),  # itself, no rival
        Row("copy", {"judge": 0.8}),
        Row("rule", {"judge": None}),
    ]
    target = lowest("x", "judge", rows)
    assert target.reached and "copy" in target.measured
    rows[3] = Row("copy", {"judge": 0.6})
    assert lowest("x", "judge", rows).reached is False
    assert lowest("x", "judge", rows[:3]).reached is None


def test_tables_show_a_dash_for_what_is_missing():
    rows = [Row("one", {"a": 0.5, "b": None}, parts={"Bass": {"a": 1.0}})]
    assert table(rows, {"a": "A", "b": "B"}).splitlines() == [
        "| system | A | B |",
        "| --- | --- | --- |",
        "| one | 0.500 | – |",
    ]
    assert part_table(rows, {"a": "A"}).splitlines()[-1] == "| Bass | one | 1.000 |"


def test_missed_targets_stand_out():
    text = target_table([at_least("good", 1.0, 0.5), at_least("bad", 0.1, 0.5), at_least("unknown", None, 0.5)])
    assert [line.split(" | ")[-1] for line in text.splitlines()[2:]] == ["reached |", "**missed** |", "not measured |"]
