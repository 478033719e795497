"""Texts for pictures in letters that their font has."""

from hypothesis import given
from hypothesis import strategies as st

from composer_core.legible import legible


def is_latin(character):
    return ord(character) < 0x250


def test_titles_in_other_scripts_are_written_in_latin_letters():
    titles = {"茉莉花": "MoLiHua", "さくら さくら": "sakura sakura", "아리랑": "ALiLang", "「花」 No. 2": "[Hua] No. 2"}
    assert {title: legible(title, is_latin) for title in titles} == titles


def test_letters_that_the_font_has_stay_and_pictograms_go():
    assert legible("Für Elise 🎺", is_latin) == "Für Elise"
    assert legible("Fu\u0308r Elise", is_latin) == "Für Elise"  # written in two characters
    assert legible("茉莉花", lambda character: True) == "茉莉花"


@given(st.text(max_size=50))
def test_nothing_is_left_that_the_font_lacks(text):
    assert all(map(is_latin, legible(text, is_latin)))
