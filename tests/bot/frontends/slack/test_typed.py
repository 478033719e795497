"""What is typed after a command: options in any order, quotes, what stands alone, and mistakes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import Misread
from bot.commands import COMMANDS
from bot.frontends.slack_parts.checking import checked
from bot.frontends.slack_parts.typed import channel_of, command_of, options_of, without_mention

COMPOSE = COMMANDS["compose"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("C4 D4 E4:2 genre:jazz", {"notes": "C4 D4 E4:2", "genre": "jazz"}),
        ("genre:jazz C4 D4 takes:2 E4", {"notes": "C4 D4 E4", "genre": "jazz", "takes": "2"}),
        ("notes: C4 D E F | G:2 G:2", {"notes": "C4 D E F | G:2 G:2"}),
        ("C4 D GENRE=jazz Key: Am", {"notes": "C4 D", "genre": "jazz", "key": "Am"}),
        ("C4 chords:C Am | F G7 takes:2", {"notes": "C4", "chords": "C Am | F G7", "takes": "2"}),
        ('C4 key:"Eb major" E4', {"notes": "C4 E4", "key": "Eb major"}),
        ("C4 chords:“C | G” D4", {"notes": "C4 D4", "chords": "C | G"}),
        ('"C4 genre:jazz" D4', {"notes": "C4 genre:jazz D4"}),
        ("G4:1/3 A:1/3 B:1/3", {"notes": "G4:1/3 A:1/3 B:1/3"}),
        ("genre:", {}),
        ("", {}),
    ],
)
def test_options_are_found_wherever_they_stand(text, found):
    assert options_of(text, COMPOSE) == found


@given(st.permutations(["C4 D:2", "genre:jazz", "takes:2", "tempo:90", 'key:"C minor"', "seed:7"]))
def test_the_order_of_options_does_not_matter(parts):
    assert options_of(" ".join(parts), COMPOSE) == {
        "notes": "C4 D:2", "genre": "jazz", "takes": "2", "tempo": "90", "key": "C minor", "seed": "7",
    }  # fmt: skip


@given(st.text(max_size=200), st.sampled_from([command for command in COMMANDS.values() if command.shown == "typed"]))
def test_whatever_is_typed_is_options_of_the_command_or_a_mistake(text, command):
    try:
        found = options_of(text, command)
    except Misread as error:
        assert str(error)
        return
    assert set(found) <= {option.name for option in command.options if option.kind != "file"}
    assert all(value.strip() for value in found.values())


@pytest.mark.parametrize(
    ("text", "said"),
    [("gerne:jazz C4", "Did you mean genre"), ("C4 takes:1 takes:2", "given twice")],
)
def test_mistakes_are_named(text, said):
    with pytest.raises(Misread, match=said):
        options_of(text, COMPOSE)


def test_a_command_without_options_takes_none():
    with pytest.raises(Misread, match="does not know"):
        options_of("rock", COMMANDS["queue"])


def test_beside_a_file_talk_is_only_talk():
    assert options_of("here is my song, please genre:jazz", COMPOSE, stray=False) == {"genre": "jazz"}


def test_what_stands_alone_is_what_a_command_is_about():
    assert options_of("0123456789ab-1", COMMANDS["show"]) == {"id": "0123456789ab-1"}
    assert options_of("2", COMMANDS["history"]) == {"page": "2"}


def test_the_first_word_may_be_a_command():
    assert command_of("history 2", COMMANDS, "compose") == ("history", "2")
    assert command_of("/Compose  C4", COMMANDS, "help") == ("compose", "C4")
    assert command_of("C4 D4", COMMANDS, "compose") == ("compose", "C4 D4")
    assert command_of("forget me", COMMANDS, "compose")[0] == "compose"  # a button's, not to be typed
    with pytest.raises(Misread, match="Did you mean history"):
        command_of("histroy", COMMANDS, "compose")


def test_our_name_and_marks_of_code_are_not_said_to_us():
    assert without_mention("<@U0123> <@U9|tutti>  ```C4 D```") == "C4 D"


def test_a_channel_is_only_what_slack_has_written():
    assert channel_of("<#C012|music>") == ("C012", "music")
    assert channel_of("<#C012>") == ("C012", "")
    for forged in ("&lt;#C012&gt;", "C012", "#music", "<@U012>"):
        assert channel_of(forged) == ("", "")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [("takes", "3", 3), ("tempo", "92,5", 92.5), ("technique", "BLOCKS", "blocks"), ("genre", "x" * 40, "x" * 40)],
)
def test_values_have_the_kind_of_their_option(name, text, value):
    assert checked(COMPOSE.option(name), text) == value


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("takes", "9", "outside 1-4"),
        ("takes", "two", "not a whole number"),
        ("takes", "2.5", "not a whole number"),
        ("takes", "1" * 30, "not a whole number"),
        ("tempo", "nan", "not a number"),
        ("tempo", "inf", "not a number"),
        ("technique", "magic", "not one of: accompany, blocks"),
        ("genre", "x" * 41, "at most 40"),
    ],
)
def test_values_out_of_bounds_are_refused_with_the_bounds(name, text, said):
    with pytest.raises(Misread, match=said) as error:
        checked(COMPOSE.option(name), text)
    assert error.value.option == name and text[:10] in str(error.value) + text
