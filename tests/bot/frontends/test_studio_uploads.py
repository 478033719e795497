"""Uploads: read as they arrive, refused in the middle, hostile ones in one line, data sets into the store."""

import asyncio
import io
import zipfile

import aiohttp
import pytest

from bot import datasets
from bot.wishes import MOST_BYTES
from composer_core.midi import write_composition
from composer_core.music import Composition, Key, Note, Timing, Track

pytestmark = pytest.mark.filterwarnings("ignore:unread_data:DeprecationWarning")  # aiohttp's own, in its multipart


def midi(*pitches, name="tune"):
    notes = tuple(Note(480 * n, pitch, 480) for n, pitch in enumerate(pitches or (60, 62, 64, 65)))
    tracks = (Track("Tune", 0, notes, is_melody=True), Track("Low", 32, (Note(0, 36, 960),)))
    return write_composition(Composition(name, Timing(), Key(0), tracks))


def form(*files, field="file", **more):
    """Return a multipart body: (name, content) of each file."""
    data = aiohttp.FormData(quote_fields=False, default_to_multipart=True)
    for key, value in more.items():
        data.add_field(key, value)
    for name, content in files:
        data.add_field(field, content, filename=name)
    return data


def zipped(*files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files:
            archive.writestr(name, content)
    return stream.getvalue()


async def upload(page, *files, path="/api/melodies", **more):
    return await page.ask("POST", path, data=form(*files, **more))


# ── a melody ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_midi_file_becomes_a_melody(page):
    answer = await upload(page, ("../my <b>tune</b>.mid", midi(67, 69)))
    assert answer.status == 200 and [note["pitch"] for note in answer.json["notes"]] == [67, 69]
    assert "Tune" in answer.json["track"] and "<" not in answer.json["name"]
    low = await page.ask("POST", "/api/melodies?track=Low", data=form(("a.mid", midi())))
    assert [note["pitch"] for note in low.json["notes"]] == [36]


async def test_what_is_no_midi_file_is_refused_in_one_line(page):
    for name, content, status in [
        ("song.mp3", b"ID3", 415),
        ("song", b"MThd", 415),
        ("song.mid", b"<html>", 415),
        ("song.mid", b"", 422),
        ("song.mid", b"MThd\0\0\0\6\0\1\0\1\1\xe0MTrk\xff\xff\xff\xff", 422),
        ("song.mid", midi()[:40], 422),
        ("song.mid", b"MThd" + bytes(MOST_BYTES), 413),
        ("x" * 300 + ".mid", b"MThd", 422),
    ]:
        answer = await upload(page, (name, content))
        assert (answer.status, answer.error["field"]) == (status, "file") and "\n" not in answer.error["message"]


PART = b"--b\r\nContent-Disposition: form-data; name="
FORM = "multipart/form-data; boundary=b"


async def test_a_damaged_upload_is_refused(page):
    for body, kind, status in [
        (b"{}", "application/json", 415),
        (b"x", "multipart/form-data", 415),
        (b"", FORM, 400),
        (b"garbage", FORM, 400),
        (b"--b\r\n\r\n\r\n--b--\r\n", FORM, 400),
        (PART + b'"file"; filename="a.mid"\r\n\r\nMThd', FORM, 422),
        (PART + b'"other"\r\n\r\nx\r\n--b--\r\n', FORM, 400),
        (b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n--b--\r\n", FORM, 400),
    ]:
        answer = await page.ask("POST", "/api/melodies", data=body, headers={"Content_Type": kind})
        assert answer.status == status and answer.error["message"]


async def refused_while_sending(page, path, head, chunk, most):
    """Send chunks until the server answers; return the answer's first line and how many bytes it took."""
    reader, writer = await asyncio.open_connection("127.0.0.1", page.site.frontend.port)
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "X-Tutti: studio", "Transfer-Encoding: chunked",
             "Content-Type: multipart/form-data; boundary=b", "", ""]  # fmt: skip
    writer.write("\r\n".join(lines).encode())

    def send(data):
        writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    send(head)
    answer, sent = asyncio.create_task(reader.readline()), 0
    while not answer.done() and sent < most:
        send(chunk)
        sent += len(chunk)
        await writer.drain()
        await asyncio.sleep(0)
    line = await asyncio.wait_for(answer, 20)
    writer.close()
    return line, sent


HEAD = b'--b\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\n\r\n%s'


async def test_a_file_that_is_too_large_is_refused_while_it_arrives(page):
    head = HEAD % (b"file", b"a.mid", b"MThd")
    line, sent = await refused_while_sending(page, "/api/melodies", head, bytes(65536), 200 * MOST_BYTES)
    assert b" 413 " in line and sent < 100 * MOST_BYTES


async def test_a_part_that_nobody_asked_for_is_refused_while_it_arrives(page):
    for path in ("/api/melodies", "/api/datasets"):
        head = HEAD % (b"other", b"a.mid", b"MThd")
        line, sent = await refused_while_sending(page, path, head, bytes(65536), 200 * MOST_BYTES)
        assert b" 400 " in line and sent < 100 * MOST_BYTES


async def test_a_file_of_another_kind_is_refused_while_it_arrives(page):
    head = HEAD % (b"file", b"a.mp3", b"ID3")
    line, sent = await refused_while_sending(page, "/api/melodies", head, bytes(65536), 200 * MOST_BYTES)
    assert b" 415 " in line and sent < 100 * MOST_BYTES


async def test_a_length_that_is_too_large_is_refused_at_once(page, monkeypatch):
    answer = await upload(page, ("a.zip", b"PK" + bytes(9000)), path="/api/datasets", field="files")
    assert answer.status == 415
    monkeypatch.setattr("bot.frontends.studio_parts.trainings.DATASET_BYTES", 100)
    answer = await upload(page, ("a.mid", b"MThd" + bytes(90_000)), path="/api/datasets", field="files")
    assert answer.status == 413


# ── data sets ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def stored(page, dataset):
    with zipfile.ZipFile(page.site.desk.files.path(f"{dataset}/{datasets.ZIP}")) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def nothing_is_left(page):
    root = page.site.desk.files.root
    return not [path for path in root.rglob("*") if path.is_file()] and page.site.desk.ledger.jobs() == []


async def test_files_are_stored_as_one_zip_and_surveyed(page):
    files = [("a/tune.mid", midi(60)), ("b/tune.mid", midi(61)), ("tags.csv", b"file,mood\n")]
    answer = await upload(page, *files, path="/api/datasets", field="files", name="My <waltzes>")
    assert answer.status == 202, answer.text
    data = answer.json
    assert (data["files"], data["name"], data["report"], data["job"]["kind"]) == (3, "My waltzes", None, "survey")
    assert stored(page, data["id"]) == {"tune.mid": midi(60), "tune-2.mid": midi(61), "tags.csv": b"file,mood\n"}
    job = page.site.desk.ledger.job(data["id"])
    assert job.payload["dataset"] == f"file:{data['id']}/upload.zip" and job.user == "local"


async def test_a_zip_is_stored_as_it_is(page):
    content = zipped(("x/a.mid", midi()), ("y/b.mid", midi()))
    data = (await upload(page, ("my songs.zip", content), path="/api/datasets", field="files")).json
    assert data["name"] == "my songs" and page.site.desk.files.path(f"{data['id']}/upload.zip").read_bytes() == content


async def test_what_cannot_be_learned_from_is_refused_and_leaves_nothing(page):
    for files, says in [
        ([("a.exe", b"MZ")], "a.exe"),
        ([("a.mid", b"GIF8")], "not what its name says"),
        ([("a.zip", b"not a zip")], "not what its name says"),
        ([("a.zip", b"PK\3\4 not a zip either")], "damaged"),
        ([("a.zip", zipped(("a.mid", b"x"))), ("b.mid", b"MThd")], "not both"),
        ([("b.mid", b"MThd"), ("a.zip", zipped(("a.mid", b"x")))], "not both"),
        ([], "no file"),
    ]:
        answer = await upload(page, *files, path="/api/datasets", field="files", name="x")
        assert answer.status == 415 and says in answer.error["message"] and answer.error["field"] == "files"
        assert nothing_is_left(page)


async def test_too_many_files_are_refused(page, monkeypatch):
    monkeypatch.setattr(datasets, "MOST_FILES", 2)
    files = [(f"{number}.mid", midi()) for number in range(3)]
    answer = await upload(page, *files, path="/api/datasets", field="files")
    assert answer.status == 415 and "More than 2" in answer.error["message"] and nothing_is_left(page)


async def test_an_upload_that_breaks_off_leaves_nothing(page):
    _, writer = await asyncio.open_connection("127.0.0.1", page.site.frontend.port)
    body = HEAD % (b"files", b"a.mid", midi())
    lines = ["POST /api/datasets HTTP/1.1", "Host: 127.0.0.1", "X-Tutti: studio", "Content-Length: 100000",
             "Content-Type: multipart/form-data; boundary=b", "", ""]  # fmt: skip
    writer.write("\r\n".join(lines).encode() + body)
    root = page.site.desk.files.root / ".staging"
    async with asyncio.timeout(10):
        while not list(root.glob("*/upload.zip")):  # noqa: ASYNC110 - until the server has begun
            await asyncio.sleep(0.01)
        writer.close()
        while not nothing_is_left(page):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_data_sets_do_not_pile_up(page, monkeypatch):
    monkeypatch.setattr(datasets, "MOST_DATASETS", 1)
    assert (await upload(page, ("a.mid", midi()), path="/api/datasets", field="files")).status == 202
    answer = await upload(page, ("a.mid", midi()), path="/api/datasets", field="files")
    assert answer.status == 422 and "delete one" in answer.error["message"]


async def test_a_full_queue_keeps_no_files(page):
    for number in range(5):
        page.site.desk.ledger.enqueue(str(number), "compose", {}, user="local")
    answer = await upload(page, ("a.mid", midi()), path="/api/datasets", field="files")
    assert answer.status == 422 and not list(page.site.desk.files.root.rglob("upload.zip"))
