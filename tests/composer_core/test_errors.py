"""An error says which option it is about, so that a form can show it there."""

import pytest

from composer_core.errors import SettingError, UserError, about
from composer_core.genres import find_genre
from composer_core.notation import parse_notes
from composer_core.preparation import make_request


@pytest.mark.parametrize(
    ("option", "wish"),
    [
        ("tempo", {"tempo_bpm": 5.0}),
        ("takes", {"takes": 99}),
        ("seed", {"seed": -1}),
        ("bars", {"length_bars": 0}),
        ("risk", {"risk": 9.0}),
        ("density", {"density": 2.0}),
        ("reharmonise", {"reharmonise": 99}),
        ("key", {"key": "H major"}),
        ("chords", {"chords": "C | Xyz"}),
        ("chords", {"chords": "C", "reharmonise": 1}),
        ("only", {"only": "trombone"}),
        ("without", {"without": "alto,tenor,bass"}),
        ("intro", {"intro": True}),
    ],
)
def test_every_setting_that_is_refused_is_named(option, wish):
    with pytest.raises(UserError) as refused:
        make_request(parse_notes("C4 D E F"), find_genre("chorale"), **wish)
    assert refused.value.option == option


def test_the_innermost_option_stands():
    with pytest.raises(SettingError) as refused, about("outer"), about("inner"):
        raise SettingError("no")
    assert refused.value.option == "inner"
    assert SettingError("no").option == ""
