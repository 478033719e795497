"""Laws over what trainings look like in a chat: it fits, every button leads somewhere, no stranger's text is markup."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat import Place
from bot.commands import COMMANDS
from bot.training_cards import Course, course_card, genre_card, report_card, sample_card, stopped_card
from composer_core.training_request import Epoch
from storage.files import FileStore
from storage.jobs import Event, Ledger
from tests.fakes.trainer import REPORT

MOST_TEXT = 2000  # of a message, in Discord


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    """A training by somebody whose name calls on everybody."""
    ledger = Ledger(tmp_path_factory.mktemp("home") / "tutti.db")
    origin = {"mention": "<@1>"}
    return ledger.enqueue("0123456789ab", "train", {"name": "w" * 32, "dataset": "file:x"}, origin=origin)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return FileStore(tmp_path_factory.mktemp("files"))


def told(*payloads):
    course = Course()
    for number, (kind, payload) in enumerate(payloads, 1):
        course.take(Event("0123456789ab", number, kind, payload, 0.0))
    return course


def epoch(number=1, similarity=0.5, **about):
    return Epoch(
        number, 24, 0.5, 1.0, 2.0, similarity, 0.6, {}, (0.1, 0.2), 1.0, 3.0, 75.0, **{"best": True, **about}
    ).to_json()


def check(reply):
    assert 0 < len(reply.text) <= MOST_TEXT
    for row in reply.rows:
        for button in row:
            assert COMMANDS[button.action.split(" ")[0]].shown == "pressed" and len(button.action) <= 100


words = st.text(max_size=400)


@settings(max_examples=40)
@given(name=words, reason=words, verdict=words, advice=st.lists(words, max_size=9), tags=st.dictionaries(words, words))
def test_every_card_fits_and_leads_somewhere(job, files, name, reason, verdict, advice, tags):
    many = {value: 1 for value in tags.values()}
    report = REPORT | {
        "verdict": verdict,
        "advice": advice,
        "tags": {key: many for key in tags},
        "refused": [{"name": name, "reason": reason}] * 50,
    }
    survey = replace(job, kind="survey", status="done", result={"report": report})
    check(report_card(survey))
    assert report_card(survey, started=True).rows == ()
    course = told(("epoch", epoch()), ("note", {"text": reason}))
    running = replace(job, status="running", progress={"stage": name, "fraction": 7.0})
    check(course_card(running, course, files))
    check(stopped_card(replace(job, status="failed", error=reason or "x"), course, files, goes_on=False))
    figures = dict.fromkeys(
        ("similarity", "base_similarity", "reach", "chord_tones", "copied", "shared", "minutes"), 0.1
    )
    result = {"genre": "w" * 32, "title": name, "files": {}, "reason": reason, "figures": figures | {"epochs": 1}}
    card = genre_card(replace(job, status="done", result=result), files)
    check(card)
    assert "@everyone" not in card.text.replace(reason, "").replace(name, "")


def test_a_genre_is_shared_with_what_its_people_call_their_space(job, files):
    figures = dict.fromkeys(
        ("similarity", "base_similarity", "reach", "chord_tones", "copied", "shared", "minutes", "epochs"), 1
    )
    result = {"genre": "waltzes", "title": "Waltzes", "files": {}, "reason": "", "figures": figures}
    origin = Place("slack", "C1", space="T1", space_name="workspace").to_json()
    ((button,),) = genre_card(replace(job, status="done", result=result, origin=origin), files).rows
    assert button.label == "Share with this workspace"


def test_a_course_keeps_the_last_epoch_the_best_and_the_last_picture():
    course = told(
        ("epoch", epoch(1, 0.5) | {"plot_dark": "j.e1/curves-dark.png"}),
        ("epoch", epoch(2, 0.6, best=False)),
        ("sample", {"epoch": 2, "files": {}}),
        ("progress", {}),
    )
    assert (course.epoch["epoch"], course.best, course.plot) == (2, 0.5, "j.e1/curves-dark.png")
    assert course.seen == 4 and len(course.samples) == 1


def test_nothing_can_be_kept_of_what_has_learned_nothing(job, files):
    stopped = replace(job, status="cancelled")
    assert stopped_card(stopped, Course(), files, goes_on=False).rows == ()
    assert stopped_card(stopped, told(("epoch", epoch())), files, goes_on=True).rows == ()
    (row,) = course_card(replace(job, status="running"), Course(), files).rows
    assert [button.label for button in row] == ["Stop"]


def test_files_that_are_gone_are_left_out(job, files):
    with files.publish("0123456789ab.s1") as folder:
        (folder / "epoch-1.mp3").write_bytes(b"ID3")
    sample = {"epoch": 1, "files": {"mp3": "0123456789ab.s1/epoch-1.mp3", "png": "0123456789ab.s1/epoch-1.png"}}
    assert [file.name for file in sample_card(job, sample, files).files] == ["epoch-1.mp3"]
