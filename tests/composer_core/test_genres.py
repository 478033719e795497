"""Genres: folders that are read, named and refused; and what every shipped one promises."""

import shutil

import pytest

from composer_core.errors import GenreError
from composer_core.genres import SHIPPED, find_genre, list_genres

ROLES = {"melody", "voice", "bass", "chords", "line", "drums"}


@pytest.fixture
def own(tmp_path):
    """A user's folder of genres with one in it: ``own(name)`` → the genre's own folder."""

    def make(name="own"):
        shutil.copytree(SHIPPED / "chorale", tmp_path / name, ignore=shutil.ignore_patterns("*.safetensors"))
        return tmp_path / name

    return make


@pytest.mark.parametrize("genre", list_genres(), ids=lambda genre: genre.name)
def test_a_shipped_ensemble_can_be_played(genre):
    assert [part.role for part in genre.parts].index("melody") == 0
    assert len({part.name.casefold() for part in genre.parts}) == len(genre.parts)
    for part in genre.parts:
        assert part.role in ROLES and 0 <= part.program <= 127
        assert 0 <= part.low <= part.high <= 127 and part.high - part.low >= 12
        assert -1 <= part.pan <= 1 and -24 <= part.level_db <= 6 and 0 <= part.reverb_send <= 1
    assert 20 <= genre.tempo_bpm <= 300 and genre.title and genre.description.endswith(".")


@pytest.mark.parametrize("name", ["chorale", "Chorale", "  CHORALE "])
def test_a_genre_is_found_whatever_its_case(name):
    assert find_genre(name).folder == SHIPPED / "chorale"


@pytest.mark.parametrize("name", ["own", "Own", "ÉTUDE"])
def test_so_is_a_users_own(own, name):
    folder = own(name)
    assert find_genre(name.lower(), (SHIPPED, folder.parent)).name == name


def test_a_hidden_genre_is_neither_found_nor_listed_nor_hinted_at(own):
    folder = own("coral")
    there = (SHIPPED, folder.parent)
    with pytest.raises(GenreError, match="mean 'chorale'") as caught:
        find_genre("coral", there, hidden={"coral", "chorale"})
    assert "coral," not in str(caught.value)
    assert "coral" not in {genre.name for genre in list_genres(there, hidden={"coral"})}
    assert (
        find_genre("chorale", there, hidden={"chorale"}).folder == SHIPPED / "chorale"
    )  # a shipped one is everybody's


def test_a_genre_in_the_making_is_none_and_a_damaged_one_does_not_hide_the_others(own):
    folder = own(".own.partial")
    (own("broken") / "genre.toml").write_text("[[part]]\n")
    names = {genre.name for genre in list_genres((SHIPPED, folder.parent), lenient=True)}
    assert "chorale" in names and names.isdisjoint({"broken", ".own.partial"})
    with pytest.raises(GenreError, match="'broken' is damaged"):
        list_genres((SHIPPED, folder.parent))


def test_a_shipped_genre_wins_over_a_users_own_of_that_name(own):
    folder = own("chorale")
    assert find_genre("chorale", (SHIPPED, folder.parent)).folder == SHIPPED / "chorale"
    assert find_genre("chorale", (folder.parent, SHIPPED)).folder == folder
    assert [genre.name for genre in list_genres((SHIPPED, folder.parent))].count("chorale") == 1


@pytest.mark.parametrize("name", ["coral", "", "../chorale", "chorale/", "."])
def test_an_unknown_genre_is_told_with_the_nearest_and_all_there_are(name):
    with pytest.raises(GenreError, match=r"Did you mean '\w+'\? Genres here: chorale, ") as caught:
        find_genre(name)
    assert name != "coral" or "mean 'chorale'" in str(caught.value)


def test_without_any_genre_it_says_so(tmp_path):
    with pytest.raises(GenreError, match="Genres here: none"):
        find_genre("chorale", (tmp_path / "nowhere",))


@pytest.mark.parametrize(
    "text",
    ["part = [", 'title = "x"\n', 'title = 1\ntempo_bpm = 1.0\n[[part]]\nname = "a"\n', "\0", "[[part]]\nx = 1\n"],
)
def test_a_damaged_genre_is_named_and_no_obstacle_to_the_others(own, text):
    folder = own()
    (folder / "genre.toml").write_text(text)
    with pytest.raises(GenreError, match=r"'own' is damaged .*genre\.toml") as caught:
        find_genre("own", (SHIPPED, folder.parent))
    assert "\n" not in str(caught.value)
    assert find_genre("chorale", (folder.parent, SHIPPED)).name == "chorale"
