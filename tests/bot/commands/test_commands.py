"""Laws over every command, and commands as generators of replies: no chat is needed to test one."""

import ast
import dataclasses
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards import duration, plain, take_card, take_rows, takes_card
from bot.chat import Button, Incoming, Place, Select, User
from bot.commands import COMMANDS
from bot.desk import Desk, job_id_for
from bot.dispatch import Dispatch
from bot.variations import VARIATIONS, vary
from composer_core.controls import DENSITY, REHARMONISE, RISK
from composer_core.errors import SettingError
from composer_core.genres import list_genres
from composer_core.notation import parse_notes
from composer_core.request import ComposeRequest
from storage.files import FileStore
from tests.storage.test_history import ENTRY

BOT = Path(__file__).parents[3] / "bot"
ANN = User("discord:1", "Ann", "<@1>")
PLACE = Place("discord", "10", space="20", person="1")
TAKE = dataclasses.replace(ENTRY, id="0123456789ab-1", job_id="0123456789ab")


@pytest.fixture
def desk(settings):
    return Desk.open(settings)


async def replies(desk, command, **options):
    incoming = Incoming("event", command, ANN, PLACE, options)
    return [reply async for reply in Dispatch(desk, COMMANDS).handle(incoming)]


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_command_is_declared_as_every_platform_can_show_it(command):
    assert command.shown in ("typed", "menu", "pressed") and bool(command.title) == (command.shown == "menu")
    assert 0 < len(command.summary) <= 100 and len(command.name) <= 24
    for option in command.options:
        assert 0 < len(option.summary) <= 100 and len(option.choices) <= 25
        assert not (option.choices and option.complete)
    required = [option.required for option in command.options]
    assert required == sorted(required, reverse=True)


@pytest.mark.parametrize("module", [*BOT.glob("*.py"), *BOT.glob("commands/*.py")], ids=lambda path: path.stem)
def test_what_is_said_on_every_platform_calls_no_space_by_one_platforms_word(module):
    tree = ast.parse(module.read_text(encoding="utf-8"))
    explained = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    said = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in explained]
    words = [
        str(node.value) for node in said if re.search(r" (server|workspace)\b|\b(server|workspace) ", str(node.value))
    ]
    assert words == []


@pytest.mark.parametrize("word", ["server", "workspace"])
async def test_whoever_is_refused_reads_their_own_platforms_word(desk, word):
    place = dataclasses.replace(PLACE, space_name=word)
    wishes = [("settings", {}), ("train", {"name": "waltzes"})]
    answers = [
        reply.text
        for command, options in wishes
        async for reply in Dispatch(desk, COMMANDS).handle(Incoming("event", command, ANN, place, options))
    ]
    assert all(f"who manage this {word}" in answer for answer in answers) and len(answers) == 2


def test_every_control_under_a_take_leads_to_a_command():
    genres = list_genres()
    files = FileStore(Path("/nowhere"))
    cards = (take_card(TAKE, files, genres), takes_card([TAKE, TAKE], files))
    for row in [row for card in cards for row in card.rows] + list(take_rows(TAKE, genres, shared=True)):
        for control in [row] if isinstance(row, Select) else row:
            assert control.action.split(" ")[0] in COMMANDS and len(control.action) <= 100
            assert isinstance(control, Button) or 0 < len(control.choices) <= 25


async def test_a_composition_is_enqueued_with_where_it_came_from(desk):
    (reply,) = await replies(desk, "compose", notes="C4 D E F", technique="blocks")
    (job,) = desk.ledger.jobs()
    assert reply.private and reply.files and job.id in reply.text
    assert Place.from_json(job.origin) == PLACE and job.user == ANN.id
    await replies(desk, "compose", notes="C4 D E F", technique="blocks")
    assert len(desk.ledger.jobs()) == 1  # the same event


@pytest.mark.parametrize("command", [one for one in COMMANDS.values() if one.gathers], ids=lambda one: one.name)
async def test_a_command_that_takes_several_files_does_nothing_without_them(desk, command):
    manager = dataclasses.replace(ANN, manages=True)
    incoming = Incoming("event", command.name, manager, PLACE, {"name": "my-waltzes"})
    (reply,) = [reply async for reply in Dispatch(desk, COMMANDS).handle(incoming)]
    assert reply.blames == command.gathers.name and desk.ledger.jobs() == []
    assert list(desk.files.root.glob("[!.]*")) == []


async def test_an_unknown_command_is_answered_with_the_nearest(desk):
    (reply,) = await replies(desk, "compost")
    assert "/compose" in reply.text


def test_a_place_survives_the_ledger():
    assert Place.from_json(PLACE.to_json() | {"mention": "<@1>"}) == PLACE


@given(st.text())
def test_strangers_text_has_no_markup_and_no_second_line(text):
    shown = plain(text)
    assert not set(shown) & set("*_~`|<>[]\\\n\r") and len(shown) <= 80 and shown == shown.strip()


@given(st.text(), st.text())
def test_events_make_jobs_of_their_own(one, other):
    jobs = [job_id_for(Incoming(key, "compose", ANN, PLACE)) for key in (one, other)]
    assert (jobs[0] == jobs[1]) == (one == other) and len(jobs[0]) == 12


@given(st.lists(st.sampled_from([choice.value for choice in VARIATIONS]), max_size=30))
def test_variations_stay_within_what_the_composer_takes(moves):
    request = ComposeRequest(parse_notes("C4 D"), "chorale", 1)
    for move in moves:
        request = vary(request, move)
    low, high = RISK
    assert low <= request.controls.risk <= high and DENSITY[0] <= request.controls.density <= DENSITY[1]
    assert request.seed == 1 and ComposeRequest.from_json(request.to_json()) == request


def test_there_are_always_other_chords():
    request = ComposeRequest(parse_notes("C4 D"), "chorale", 1)
    seen = [(request := vary(request, "chords")).controls.reharmonise for _ in range(REHARMONISE[1] + 1)]
    assert seen == [*range(1, REHARMONISE[1] + 1), 1]


def test_an_unknown_variation_is_refused():
    with pytest.raises(SettingError, match="calmer"):
        vary(ComposeRequest(parse_notes("C4"), "chorale", 1), "sideways")


@pytest.mark.parametrize(("seconds", "said"), [(0, "1 s"), (12.2, "13 s"), (89, "89 s"), (200, "3 min")])
def test_times_are_said_as_people_do(seconds, said):
    assert duration(seconds) == said
