"""Training from the page: a report first, then the training, its curves and samples, stopped, taken up, kept."""

import pytest

from bot.chat import Place, User
from bot.guests import Guest
from storage.spaces import SpaceSettings
from tests.bot.frontends.test_studio_uploads import midi, upload

MP3 = b"ID3 a sample"
MANAGER = User("discord:1", "Ann", "<@1>", manages=True)
BOB = User("discord:2", "Bob", "<@2>")
PLACE = Place("discord", "10", space="20", person="1")


@pytest.fixture
async def dataset(page):
    """The id of a data set whose report is there."""
    data = (await upload(page, ("a.mid", midi()), path="/api/datasets", field="files", name="Waltzes")).json
    ledger = page.site.desk.ledger
    ledger.claim("reader", ["survey"])
    ledger.finish("reader", data["id"], {"report": {"verdict": "good", "accepted": 1}})
    return data["id"]


@pytest.fixture
async def training(page, dataset):
    """A training that runs, with two epochs and a sample told."""
    job = (await page.post("/api/trainings", {"dataset": dataset, "name": "my-waltz"})).json["id"]
    desk = page.site.desk
    desk.ledger.claim("trainer", ["train"])
    with desk.files.publish(f"{job}.s2") as folder:
        (folder / "tune.mp3").write_bytes(MP3)
        (folder / "tune.roll.json").write_text("{}")
    for epoch in (1, 2):
        told = {"epoch": epoch, "epochs": 9, "generator_loss": 0.5, "critic_loss": -0.1, "similarity": 1 / epoch}
        desk.ledger.record("trainer", job, "epoch", told | {"plot": "x/plot.png"})
    files = {"mp3": f"{job}.s2/tune.mp3", "mid": f"{job}.s2/gone.mid", "roll": f"{job}.s2/tune.roll.json"}
    desk.ledger.record("trainer", job, "sample", {"epoch": 2, "files": files})
    desk.ledger.record("trainer", job, "note", {"text": "It is flat."})
    return job


def stopped(page, job):
    page.site.desk.ledger.cancel(job)
    page.site.desk.ledger.cancelled("trainer", job)


async def test_a_data_set_has_its_report(page, dataset):
    data = (await page.get(f"/api/datasets/{dataset}")).json
    assert data["report"] == {"verdict": "good", "accepted": 1} and data["job"]["about"] == "Waltzes"
    assert [one["id"] for one in (await page.get("/api/datasets")).json["datasets"]] == [dataset]


async def test_hyper_parameters_are_explained(page):
    settings = {one["name"]: one for one in (await page.get("/api/trainings/options")).json["settings"]}
    assert {"epochs", "learning_rate", "update_ratio", "base", "minutes", "seed"} <= settings.keys()
    assert all(len(one["description"]) > 20 for one in settings.values())
    rate = settings["learning_rate"]
    assert rate["low"] <= rate["default"] <= rate["high"]


async def test_a_training_is_asked_for_as_chats_do(page, dataset):
    wish = {"dataset": dataset, "name": "my-waltz", "epochs": 7, "learning_rate": 0.001, "tags": {"mode": "minor"},
            "licence": "mine\nalone", "base": "jazz"}  # fmt: skip
    answer = await page.post("/api/trainings", wish)
    assert answer.status == 202 and answer.json["status"] == "queued" and answer.json["settings"]["epochs"] == 7
    payload = page.site.desk.ledger.job(answer.json["id"]).payload
    assert payload["dataset"] == f"file:{dataset}/upload.zip" and payload["tags"] == {"mode": "minor"}
    assert payload["licence"] == "mine alone" and answer.json["job"]["about"] == "Training my-waltz"


async def test_a_wish_that_will_not_do_is_refused_at_its_field(page, dataset):
    for field, wish, status in [
        ("name", {"name": "My Waltz!"}, 422),
        ("name", {"name": "jazz"}, 422),
        ("base", {"base": "jaz"}, 422),
        ("epochs", {"epochs": 0}, 400),
        ("learning_rate", {"learning_rate": 1}, 400),
        ("dataset", {"dataset": "0" * 12}, 422),
        ("tags", {"tags": {"mode": 1}}, 400),
        ("resume", {"resume": "x"}, 400),
    ]:
        answer = await page.post("/api/trainings", {"dataset": dataset, "name": "my-waltz"} | wish)
        assert (answer.status, answer.error["field"]) == (status, field), answer.text
        assert page.site.desk.watch.of_kind("local", "train", limit=9) == []


async def test_without_a_report_nothing_is_trained(page):
    data = (await upload(page, ("a.mid", midi()), path="/api/datasets", field="files")).json
    answer = await page.post("/api/trainings", {"dataset": data["id"], "name": "my-waltz"})
    assert (answer.status, answer.error["field"]) == (409, "dataset")
    assert (await page.ask("DELETE", f"/api/datasets/{data['id']}")).status == 409
    page.site.desk.ledger.claim("reader", ["survey"])
    page.site.desk.ledger.fail("reader", data["id"], "There is no music in it.")
    answer = await page.post("/api/trainings", {"dataset": data["id"], "name": "my-waltz"})
    assert (answer.status, answer.error["field"]) == (422, "dataset") and "no music" in answer.error["message"]


async def test_a_training_shows_its_curves_samples_and_notes(page, training):
    shown = (await page.get(f"/api/trainings/{training}")).json
    assert [(one["epoch"], one["similarity"]) for one in shown["epochs"]] == [(1, 1.0), (2, 0.5)]
    assert "plot" not in shown["epochs"][0] and shown["notes"] == ["It is flat."] and shown["kept"] is None
    (sample,) = shown["samples"]
    assert (await page.get(sample["files"]["mp3"])).body == MP3
    assert (await page.get(sample["files"]["midi"])).status == 404
    assert (await page.get(sample["files"]["roll"])).json == {}
    base = f"/api/trainings/{training}/samples"
    for path in ("/1/tune.mp3", "/2/upload.zip", "/2/..%2f..%2ftutti.db", "/x/tune.mp3"):
        assert (await page.get(base + path)).status == 404
    assert [one["id"] for one in (await page.get("/api/trainings")).json["trainings"]] == [training]
    live = [data async for kind, data, _ in page.events(training) if kind == "sample" or stopped(page, training)]
    assert live[0]["files"] == sample["files"]


async def test_what_was_stopped_goes_on_or_is_kept(page, training):
    ledger = page.site.desk.ledger
    for verb in ("resume", "keep"):
        assert (await page.post(f"/api/trainings/{training}/{verb}")).status == 409
    assert (await page.post(f"/api/trainings/{training}/stop")).json["job"]["cancel_requested"]
    ledger.cancelled("trainer", training)
    on = (await page.post(f"/api/trainings/{training}/resume")).json
    assert on["resumes"] == training and not ledger.job(on["id"]).payload["finish"]
    await page.post(f"/api/trainings/{on['id']}/stop")
    kept = (await page.post(f"/api/trainings/{training}/keep", {"name": "my-best"})).json
    payload = ledger.job(kept["id"]).payload
    assert (payload["name"], payload["resume"], payload["finish"]) == ("my-best", training, True)


async def test_what_is_deleted_is_gone_with_its_samples(page, training, dataset):
    assert (await page.ask("DELETE", f"/api/trainings/{training}")).status == 409
    stopped(page, training)
    assert (await page.ask("DELETE", f"/api/trainings/{training}")).status == 204
    assert (await page.get(f"/api/trainings/{training}")).status == 404
    assert (await page.ask("DELETE", f"/api/datasets/{dataset}")).status == 204
    assert not [path for path in page.site.desk.files.root.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("user", "trainers", "status"),
    [(MANAGER, "managers", 202), (BOB, "managers", 422), (BOB, "everyone", 202)],
)
async def test_who_may_train_is_decided_where_the_link_was_asked_for(public_studio, user, trainers, status):
    public_studio.desk.spaces.decide("discord", "20", SpaceSettings(trainers=trainers))
    guest = await public_studio.signed_in(Guest(user, PLACE))
    answer = await upload(guest, ("a.mid", midi()), path="/api/datasets", field="files")
    assert answer.status == status, answer.text
