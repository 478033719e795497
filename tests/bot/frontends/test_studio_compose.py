"""From a melody to a composition in the studio: read, refused at the field, composed, followed, cancelled, again."""

import asyncio

import pytest

from tests.fakes.worker import MIDI, MP3

MELODY = {"notes": [{"start": 480 * n, "duration": 480, "pitch": 60 + n} for n in range(4)]}
BLOCKS = {"technique": "blocks", "notes": "C4 D E F | G:4"}


# ── melodies ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_typed_notes_come_back_as_notes(page):
    melody = (await page.post("/api/notes", {"notes": "3/4 C4 | D:2 E", "name": "  tune\n2 "})).json
    assert [(note["start"], note["duration"], note["pitch"]) for note in melody["notes"]] == [
        (0, 480, 60), (480, 960, 62), (1440, 480, 64)
    ]  # fmt: skip
    assert (melody["name"], melody["metres"], melody["pickup_ticks"]) == ("tune 2", [[0, "3/4"]], 480)
    assert melody["bar_ticks"] == [0, 480] and melody["length_bars"] == 1
    assert (await page.post("/api/notes", {"notes": melody["text"]})).json["notes"] == melody["notes"]


async def test_a_wrong_token_is_told_with_its_place(page):
    answer = await page.post("/api/notes", {"notes": "C4 D Q9 F"})
    assert answer.status == 422 and answer.error["field"] == "notes"
    assert answer.error["token"] == {"text": "Q9", "position": 3, "column": 5, "length": 2}


async def test_a_played_melody_is_one_line_with_its_own_time(page, worker, studio):
    chord = [{"start": 0, "duration": 240, "pitch": pitch} for pitch in (60, 64, 67)]
    played = {"name": "mine", "ticks_per_beat": 96, "notes": chord, "tempos": [[0, 77.5]], "metres": [[0, "6/8"]]}
    answer = await page.post("/api/compositions", {"melody": played, "technique": "blocks"})
    melody = answer.json["melody"]
    assert [note["pitch"] for note in melody["notes"]] == [67] and "one line" in melody["notices"][0]
    assert melody["tempos"] == [[0, 77.5]] and answer.json["job"]["about"] == "mine in chorale"
    job = studio.desk.ledger.job(answer.json["job"]["id"])
    assert job.payload["tempo_bpm"] is None and job.payload["melody"]["timing"]["ticks_per_beat"] == 96


async def test_a_melody_without_tempo_gets_the_genres(page, studio):
    for wish in ({"melody": MELODY}, {"notes": "C4 D"}):
        job = (await page.post("/api/compositions", {"genre": "jazz", **wish})).json["job"]
        assert studio.desk.ledger.job(job["id"]).payload["tempo_bpm"] == 132.0


async def test_samples_can_be_read(page):
    samples = (await page.get("/api/samples")).json["samples"]
    assert len(samples) >= 8 and len({sample["id"] for sample in samples}) == len(samples)
    assert (await page.post("/api/notes", {"notes": samples[0]["notes"]})).status == 200


async def test_a_chord_line_is_laid_on_the_melody(page):
    plan = (await page.post("/api/chords", {"melody": MELODY, "chords": "C | G7", "bars": 2})).json
    assert plan["chords"] == [{"tick": 0, "label": "C"}, {"tick": 1920, "label": "G7"}] and plan["bars"] == 2
    answer = await page.post("/api/chords", {"melody": MELODY, "chords": "C | Xyz"})
    assert (answer.status, answer.error["field"]) == (422, "chords") and "bar 2" in answer.error["message"]


# ── refused, at the field ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_chats_refuse_is_refused_at_its_field(page, studio):
    for field, wish, says in [
        ("genre", {"genre": "jaz"}, "Did you mean 'jazz'"),
        ("technique", {"technique": "magic"}, "accompany"),
        ("key", {"key": "H"}, "no key"),
        ("chords", {"chords": "Q"}, "'Q'"),
        ("only", {"only": "tuba"}, "tuba"),
        ("without", {"without": "alto,tenor,bass"}, "alone"),
        ("intro", {"intro": True}, "no intro"),
        ("bars", {"notes": "C4:4", "bars": 1000, "tempo_bpm": 20}, "15 minutes"),
        ("tempo_bpm", {"tempo_bpm": 5}, "outside 20-300"),
        ("takes", {"takes": 5}, "outside 1-4"),
        ("seed", {"seed": -1}, "outside 0-2147483647:"),
        ("risk", {"risk": "high"}, "number"),
        ("density", {"density": 2}, "outside 0-1"),
        ("notes", {"melody": MELODY}, "one melody"),
        ("melody", {"notes": None}, "one melody"),
        ("nonsense", {"nonsense": 1}, "nonsense"),
        ("melody", {"notes": None, "melody": {"notes": []}}, "melody"),
        ("melody", {"notes": None, "melody": MELODY | {"metres": [[0, "0/4"]]}}, "0/4"),
        ("melody", {"notes": None, "melody": MELODY | {"metres": [[480, "4/4"]]}}, "tick 0"),
        ("melody", {"notes": None, "melody": MELODY | {"tempos": [[0, 90], [0, 91]]}}, "in order"),
        ("melody", {"notes": None, "melody": MELODY | {"pickup_ticks": 1920}}, "pick-up"),
        (
            "melody",
            {"notes": None, "melody": {"notes": [{"start": 10**8, "duration": 1, "pitch": 60}]}},
            "at most 6000",
        ),
        ("source", {"notes": None, "source": "0123456789ab-1"}, "no composition"),
    ]:
        body = {name: value for name, value in ({"notes": "C4 D E F"} | wish).items() if value is not None}
        answer = await page.post("/api/compositions", body)
        assert answer.status in (400, 404, 422) and answer.error["field"] == field, answer.text
        assert says in answer.error["message"] and "--" not in answer.error["message"]
        assert studio.desk.ledger.jobs() == []


async def test_the_queue_has_a_limit_for_each(page):
    statuses = [(await page.post("/api/compositions", BLOCKS)).status for _ in range(6)]
    assert statuses == [202] * 5 + [422]


# ── composed ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_wish_becomes_takes_with_files(page, worker):
    first, second = await page.composed(takes=2, seed=7, chords="C | G", density=0.7, only="bass")
    take = (await page.get(f"/api/compositions/{second}")).json
    assert (take["seed"], take["takes"], take["title"]) == (8, [first, second], "melody")
    settings = {"chords": "C | G", "density": 0.7, "only": "Bass", "seed": 7, "takes": 2, "technique": "blocks"}
    assert settings.items() <= take["settings"].items()
    assert take["melody"]["text"] == "4/4 C D E F | G:4" and take["description"] == "A roll of melody"
    midi, mp3 = await page.get(take["files"]["midi"]), await page.get(take["files"]["mp3"])
    assert midi.body.startswith(MIDI) and midi.headers["Content-Type"] == "audio/midi"
    assert mp3.body.startswith(MP3) and second in mp3.text
    part = await page.get(take["files"]["mp3"], headers={"Range": "bytes=4-6"})
    assert (part.status, part.body) == (206, mp3.body[4:7])
    saved = await page.get(take["files"]["mp3"] + "?download=1")
    assert saved.headers["Content-Disposition"].startswith("attachment;")


async def test_the_settings_of_a_take_make_the_same_request_again(page, worker, studio):
    (take,) = await page.composed(seed=3, chords="C | G7", key="D", bars=4, risk=0.8, reharmonise=0)
    shown = (await page.get(f"/api/compositions/{take}")).json
    (again,) = await page.composed(**shown["settings"])
    first, second = (studio.desk.history.entry(one).settings for one in (take, again))
    assert first.pop("melody")["notes"] == second.pop("melody")["notes"] and first == second


async def test_one_key_makes_one_job(page, studio):
    answers = [await page.post("/api/compositions", BLOCKS, headers={"Idempotency_Key": "k"}) for _ in range(2)]
    assert len({answer.json["job"]["id"] for answer in answers}) == 1 and len(studio.desk.ledger.jobs()) == 1
    assert answers[0].json["seed"] == answers[1].json["seed"]
    assert (await page.post("/api/compositions", BLOCKS)).json["job"]["id"] != answers[0].json["job"]["id"]


async def test_jobs_are_listed_with_their_place_and_can_be_cancelled(page):
    ids = [(await page.post("/api/compositions", BLOCKS)).json["job"]["id"] for _ in range(2)]
    listed = (await page.get("/api/jobs")).json
    assert [(job["id"], job["place"]) for job in listed["jobs"]] == [(ids[1], 2), (ids[0], 1)]
    assert (listed["others"], listed["workers"]) == (0, 0)
    assert (await page.post(f"/api/jobs/{ids[0]}/cancel")).json["status"] == "cancelled"
    assert (await page.post(f"/api/jobs/{ids[0]}/cancel")).json["status"] == "cancelled"
    assert [job["id"] for job in (await page.get("/api/jobs?open=true")).json["jobs"]] == [ids[1]]


async def test_a_running_job_is_told_to_stop(page, worker):
    worker.hold()
    job = (await page.post("/api/compositions", BLOCKS)).json["job"]["id"]
    assert await asyncio.to_thread(worker.running.wait, 10)
    assert (await page.post(f"/api/jobs/{job}/cancel")).json["cancel_requested"]
    assert (await page.ended(job))["status"] == "cancelled"


async def test_a_failed_job_tells_the_user_and_hides_the_traceback(page, worker):
    worker.error = ("Sorry, something went wrong on our side.", "Traceback: secret")
    job = (await page.post("/api/compositions", BLOCKS)).json["job"]["id"]
    ended = await page.ended(job)
    assert ended["status"] == "failed" and "Sorry" in ended["error"]
    assert "secret" not in (await page.get(f"/api/jobs/{job}")).text


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ({"change": "another"}, "seed"),
        ({"change": "vary", "value": "denser"}, "density"),
        ({"change": "genre", "value": "jazz"}, "genre"),
        ({"change": "tempo", "value": "66"}, "tempo_bpm"),
    ],
)
async def test_a_take_is_taken_up_again_changed(page, worker, change, differs):
    (take,) = await page.composed(seed=5)
    job = (await page.post(f"/api/compositions/{take}/again", change)).json
    new = (await page.ended(job["id"]))["takes"][0]["id"]
    before, after = [(await page.get(f"/api/compositions/{one}")).json["settings"] for one in (take, new)]
    assert {name for name in before if before[name] != after[name]} - {"technique"} == {differs}


async def test_a_change_that_will_not_do_is_refused(page, worker):
    for change, value in [("vary", "magic"), ("tempo", "fast"), ("genre", "nope"), ("tempo", "1"), ("vary", "")]:
        (take,) = await page.composed()
        answer = await page.post(f"/api/compositions/{take}/again", {"change": change, "value": value})
        assert answer.status == 422 and answer.error["field"] in ("value", "tempo_bpm")


async def test_a_composition_lends_its_melody(page, worker):
    (take,) = await page.composed()
    melody = (await page.get(f"/api/compositions/{take}/melody")).json
    assert melody["text"] == "4/4 C D E F | G:4"
    answer = await page.post("/api/compositions", {"source": take, "genre": "jazz"})
    assert answer.json["melody"]["notes"] == melody["notes"]
    assert (await page.get(f"/api/compositions/{take}/melody?track=9")).error["field"] == "track"


async def test_stems_are_recorded_once_and_played_one_by_one(page, worker):
    (take,) = await page.composed()
    base = f"/api/compositions/{take}/stems"
    assert (await page.get(base)).json["status"] == "none" and (await page.get(f"{base}/1")).status == 404
    first, second = (await page.post(base)).json, (await page.post(base)).json
    assert first["job_id"] == second["job_id"]
    await page.ended(first["job_id"])
    stems = (await page.get(base)).json
    assert stems["status"] == "ready" and [(s["number"], s["name"]) for s in stems["stems"]] == [(1, "Alto")]
    assert (await page.get(stems["stems"][0]["url"])).body == b"ID3 alto"
    for path in (stems["zip"], stems["zip"] + "?download=1"):
        answer = await page.get(path)
        assert (
            answer.headers["Content-Type"] == "application/zip"
            and "attachment" in answer.headers["Content-Disposition"]
        )


async def test_a_score_is_engraved_once_and_shown_page_by_page(page, worker):
    (take,) = await page.composed()
    base = f"/api/compositions/{take}/score"
    assert (await page.get(base)).json["status"] == "none" and (await page.get(f"{base}/musicxml")).status == 404
    await page.ended((await page.post(base)).json["job_id"])
    score = (await page.post(base)).json
    assert (await page.get(score["musicxml"])).body.startswith(b"<score-partwise")
    assert [(await page.get(one)).status for one in score["pages"]] == [200]
    assert (await page.get(f"{base}/pages/2")).status == 404


async def test_stems_that_failed_are_tried_again(page, worker):
    (take,) = await page.composed()
    worker.error = ("The disk is full.", None)
    failed = (await page.post(f"/api/compositions/{take}/stems")).json
    await page.ended(failed["job_id"])
    worker.error = None
    again = (await page.post(f"/api/compositions/{take}/stems")).json
    assert again["job_id"] != failed["job_id"] and (await page.ended(again["job_id"]))["status"] == "done"


# ── genres ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_genres_show_what_they_are(page):
    answer = (await page.get("/api/genres")).json
    cards = {genre["name"]: genre for genre in answer["genres"]}
    assert answer["default"] == "chorale" and {"chorale", "jazz", "pop"} <= cards.keys()
    jazz = cards["jazz"]
    assert jazz["ready"] and jazz["has_training"] and jazz["tempo_bpm_range"] == [60.0, 300.0]
    assert [part["role"] for part in jazz["parts"]] == ["melody", "chords", "bass", "drums"]
    assert "# " in (await page.get("/api/genres/jazz")).json["card"]
    training = (await page.get("/api/genres/jazz/training")).json
    assert training["curves"]["pair"][0].keys() >= {"step", "critic", "generator"}
    for path in ("/api/genres/nope", "/api/genres/nope/training", "/api/genres/..%2f..%2fetc"):
        assert (await page.get(path)).status == 404


async def test_an_example_is_composed_once_for_everybody(page, worker, studio):
    path = "/api/genres/jazz/example"
    assert (await page.get(f"{path}/mp3")).status == 404
    first = (await page.post(path)).json
    assert first["status"] in ("waiting", "ready")
    assert (await page.ended(first["job"]))["status"] == "done"
    assert (await page.post(f"/api/jobs/{first['job']}/cancel")).status == 404
    ready = (await page.post(path)).json
    assert ready["status"] == "ready" and (await page.get(ready["mp3"])).body.startswith(MP3)
    assert len(studio.desk.ledger.jobs(user="tutti")) == 1 and (await page.get("/api/jobs")).json["jobs"] == []
