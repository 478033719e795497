"""/compose from what is typed, clicked, mentioned or said to the finished thread, in every kind of place."""

import pytest

from tests.bot.frontends.slack.acting import TUNE, cards, enclosed, file, midi_file, public, results
from tests.fakes.slack.things import GROUP, PRIVATE, StoredFile
from tests.fakes.worker import MIDI, MP3, PNG


async def test_typed_notes_become_a_thread_with_sound_midi_and_picture(slack, bot, worker, channel, ann, result):
    event = await slack.people.slash(ann, channel, "/compose", f"{TUNE} seed:7")
    understood = await slack.answered(event)
    assert understood.only_for == ann.id and "6 notes, 2 bars" in understood.text
    message = await result()
    assert "chorale" in message.text and "seed 7" in message.text and f"<@{ann.id}>" in message.text
    (job,) = bot.desk.ledger.jobs()
    for ending, begin in ((".mp3", MP3), (".mid", MIDI), (".png", PNG)):
        assert await slack.download(file(message, ending)) == begin + f" {job.id}-1".encode()
    assert file(message, ".png").alt_txt == "A roll of melody"
    assert {one.thread_ts for one in channel.messages.values() if one.files} == {message.ts}
    await slack.until(lambda: bot.desk.ledger.job(job.id).reported_at)


async def test_one_message_shows_queue_stage_and_result(slack, bot, worker, channel, ann, result):
    worker.hold()
    await slack.people.slash(ann, channel, "/compose", TUNE)
    (first,) = await slack.until(lambda: public(channel, ann))
    await slack.until(lambda: "composing" in first.text)
    await slack.people.slash(ann, channel, "/compose", TUNE)
    _, second = await slack.until(lambda: len(found := public(channel, ann)) == 2 and found)
    assert "place 1 in the queue" in second.text
    worker.release()
    await result(2)
    assert enclosed(first) and enclosed(second) and len(cards(channel, ann)) == 2
    assert "50%" in " ".join(first.edits)


async def test_options_in_the_text_reach_the_worker(slack, bot, worker, channel, ann, result):
    text = f'{TUNE} genre:chorale technique:blocks tempo:90 bars:4 seed:3 key:D risk:1.5 chords:"D G | A D"'
    await slack.people.slash(ann, channel, "/compose", text)
    await result()
    wish = bot.desk.ledger.jobs()[0].payload
    assert (wish["genre"], wish["technique"], wish["tempo_bpm"], wish["length_bars"]) == ("chorale", "blocks", 90, 4)
    assert (wish["seed"], wish["key"], wish["controls"]["risk"]) == (3, "D", 1.5)
    assert [chord["label"] for chord in wish["controls"]["chords"]][:2] == ["D", "G"]


async def test_bare_it_asks_in_a_modal_with_a_file_and_searchable_genres(slack, bot, worker, channel, ann, result):
    await slack.people.slash(ann, channel, "/compose")
    modal = await slack.modal(ann)
    assert bot.desk.ledger.jobs() == []
    genres = await slack.people.complete(ann, modal, "genre", "chor")
    assert genres[0]["value"] == "chorale"
    assert await slack.people.complete(ann, modal, "genre", "no such thing") == []
    song = slack.world.keep("My_tune*.mid", midi_file(), ann)
    sent = await slack.people.submit(modal, melody=[song], genre=genres[0], takes=2, tempo=90, technique="blocks")
    assert await slack.submitted(sent) == {} and not modal.is_open
    message = await result()
    wish = bot.desk.ledger.jobs()[0].payload
    assert (wish["genre"], wish["takes"], wish["tempo_bpm"], wish["technique"]) == ("chorale", 2, 90, "blocks")
    assert "*My tune*" in message.text  # no markup of a stranger's
    assert message.channel is channel


WRONG = [
    ({"notes": "C4 X4"}, "notes", "'X4'"),
    ({"notes": TUNE, "genre": "korale"}, "genre", "Did you mean 'chorale'?"),
    ({"notes": TUNE, "key": "H minor"}, "key", "key"),
    ({"notes": TUNE, "chords": "C Xyz"}, "chords", "Xyz"),
    ({"melody": ("song.mp3", b"ID3")}, "melody", "not a MIDI file"),
    ({"melody": ("song.mid", b"not midi at all")}, "melody", "not a MIDI file"),
    ({"melody": ("song.mid", b"MThd" + b"\0" * 600_000)}, "melody", "512 KB"),
    ({"melody": ("song.mid", b"MThd"), "notes": TUNE}, None, "one of the two"),
    ({}, None, "no melody yet"),
]


@pytest.mark.parametrize(("values", "field", "told"), WRONG, ids=[told for *_, told in WRONG])
async def test_what_is_wrong_in_a_modal_is_shown_at_its_field(slack, bot, channel, ann, values, field, told):
    await slack.people.slash(ann, channel, "/compose")
    modal = await slack.modal(ann)
    given = {name: [_kept(slack, ann, one)] if isinstance(one, tuple) else one for name, one in values.items()}
    errors = await slack.submitted(await slack.people.submit(modal, **given))
    assert len(errors) == 1 and told in next(iter(errors.values())) and modal.is_open
    assert field is None or list(errors) == [modal.input(field)["block_id"]]
    assert bot.desk.ledger.jobs() == [] and public(channel, ann) == []


async def test_a_modal_that_was_mended_is_taken(slack, bot, worker, channel, ann, result):
    await slack.people.slash(ann, channel, "/compose")
    modal = await slack.modal(ann)
    assert await slack.submitted(await slack.people.submit(modal, notes="C4 X4"))
    assert await slack.submitted(await slack.people.submit(modal, notes=TUNE)) == {} and not modal.is_open
    assert enclosed(await result()) and len(bot.desk.ledger.jobs()) == 1


def _kept(slack, user, about) -> StoredFile:
    return slack.world.keep(*about, user)


BAD = [
    ("C4 X4", "'X4'"),
    ("C4 genre:korale", "Did you mean 'chorale'?"),
    (f"{TUNE} tempo:fast", "tempo 'fast' is not a number"),
    (f"{TUNE} takes:99", "outside"),
    (f"{TUNE} takes:2 takes:3", "given twice"),
    (f"{TUNE} genr:jazz", "Did you mean genre?"),
    (f"{TUNE} technique:magic", "not one of"),
    ("C4 <!channel>", "channel"),
    ("C4 <@U0001>", "U0001"),
]


@pytest.mark.parametrize(("text", "told"), BAD, ids=[told for _, told in BAD])
async def test_bad_input_is_answered_privately_and_exactly(slack, bot, channel, ann, text, told):
    answer = await slack.answered(await slack.people.slash(ann, channel, "/compose", text))
    assert answer.only_for == ann.id and told in answer.text and "--" not in answer.text
    assert bot.desk.ledger.jobs() == [] and public(channel, ann) == []


async def test_a_mention_with_notes_is_answered_in_its_thread(slack, bot, worker, team, channel, ann, result):
    asked, _ = await slack.people.say(ann, channel, f"<@{team.bot.id}> {TUNE}")
    message = await result()
    assert message.thread_ts == asked.ts and {one.thread_ts for one in public(channel, ann)} == {asked.ts}


async def test_a_mention_with_a_midi_file_in_a_thread_stays_there(slack, bot, worker, team, channel, ann, bob, result):
    top, _ = await slack.people.say(bob, channel, "any ideas?")
    song = ("song.mid", midi_file())
    await slack.people.say(ann, channel, f"<@{team.bot.id}> please arrange this", song, thread=top.ts)
    message = await result()
    assert message.thread_ts == top.ts and file(message, ".mp3")


async def test_the_shortcut_on_a_message_with_midi(slack, bot, worker, channel, ann, bob, result):
    song, _ = await slack.people.say(bob, channel, "look", ("song.mid", midi_file()))
    shortcuts = [one["name"] for one in slack.world.app.manifest["features"]["shortcuts"]]
    assert "Compose from this MIDI" in shortcuts
    await slack.people.menu(ann, song, "Compose from this MIDI")
    assert (await result()).thread_ts == song.ts
    empty, _ = await slack.people.say(bob, channel, "nothing here", ("song.txt", b"la la la"))
    answer = await slack.answered(await slack.people.menu(ann, empty, "Compose from this MIDI"))
    assert "no MIDI file" in answer.text


async def test_a_file_from_another_organisation_is_asked_for(slack, bot, worker, team, channel, ann, result):
    song = ("song.mid", midi_file())
    shared, _ = await slack.people.say(ann, channel, f"<@{team.bot.id}> please", song, from_afar=True)
    assert file(await result(), ".mp3")
    await slack.people.menu(ann, shared, "Compose from this MIDI")
    await result(2)


async def test_in_other_peoples_conversation_the_answer_goes_to_the_asker_alone(slack, bot, worker, team, ann, bob):
    theirs = slack.world.direct(ann, bob)
    event = await slack.people.slash(ann, theirs, "/compose", TUNE)
    direct = slack.world.direct(team.bot, ann)
    await slack.until(lambda: results(direct, ann))
    await slack.until(lambda: not slack.unanswered())
    assert not [one for one in theirs.messages.values() if one.only_for is None] and event.acknowledged_after_s < 3


async def test_midi_is_described_to_the_asker_alone(slack, bot, channel, ann, bob):
    song, _ = await slack.people.say(bob, channel, "look", ("song.mid", midi_file()))
    answer = await slack.answered(await slack.people.menu(ann, song, "Describe this MIDI"))
    assert answer.only_for == ann.id
    for fact in ("C major", "4/4", "100 bpm", "2 bars", "Melody", "6 notes", "C4 to G4"):
        assert fact in answer.shown


async def test_in_the_conversation_with_the_bot_notes_and_files_are_enough(slack, bot, worker, team, ann, result):
    direct = slack.world.direct(team.bot, ann)
    asked, _ = await slack.people.say(ann, direct, TUNE)
    assert (await result(place=direct)).thread_ts == asked.ts
    await slack.people.say(ann, direct, "", ("song.mid", midi_file()))
    assert file(await result(2, place=direct), ".mid")
    await slack.people.slash(ann, direct, "/compose", TUNE)
    assert await result(3, place=direct)


@pytest.mark.parametrize("kind", [PRIVATE, GROUP])
async def test_in_private_channels_and_groups(slack, bot, worker, team, ann, result, kind):
    place = slack.world.channel(team, "secret", kind)
    place.members.add(ann.id)
    await slack.people.slash(ann, place, "/compose", TUNE)
    assert file(await result(place=place), ".mp3")


async def test_users_of_other_locales_are_served_too(slack, bot, worker, team, channel, result):
    user = slack.world.user("Zoë 🎺 <!channel>", team, locale="pt-BR")
    await slack.people.slash(user, channel, "/compose", TUNE)
    assert file(await result(user=user), ".mp3")


async def test_of_several_takes_one_is_picked_in_place(slack, bot, worker, channel, ann, bob, result):
    await slack.people.slash(ann, channel, "/compose", f"{TUNE} takes:3 seed:5")
    message = await result()
    await slack.until(lambda: len(enclosed(message)) >= 6)
    assert sum(one.name.endswith(".mp3") for one in enclosed(message)) == 3
    refused = await slack.answered(await slack.people.press(bob, message, "Take 2"))
    assert refused.only_for == bob.id and "Only who composed this" in refused.text
    await slack.people.press(ann, message, "Take 2")
    await slack.until(lambda: "Pick" not in message.text and "seed 6" in message.text)
    await slack.until(lambda: [one.data.endswith(b"-2") for one in enclosed(message)] == [True, True, True])
    assert len(results(channel, ann)) == 1
