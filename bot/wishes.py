"""From what a user said to a job in the ledger: the melody read, the request made, the limits kept."""

from collections.abc import Mapping
from pathlib import PurePath

from bot.chat import MIB, Attachment, Incoming
from bot.desk import Desk, job_id_for
from composer_core.controls import check_range
from composer_core.errors import MelodyError, SettingError, about
from composer_core.genres import Genre
from composer_core.midi import read_melody
from composer_core.music import Melody
from composer_core.notation import parse_notes
from composer_core.preparation import make_request
from composer_core.request import ComposeRequest
from storage.jobs import Job, QueueFull

KIND = "compose"
MOST_TAKES = 4  # a message holds ten files: sound and picture of each take, and room to spare
MOST_BYTES = 512 * 1024  # the MIDI policy refuses more: no need to fetch it
ENDINGS = (".mid", ".midi", ".smf", ".kar", ".rmi")


async def read_wish(incoming: Incoming, desk: Desk) -> tuple[Melody, bool]:
    """Return the melody that a command brings, and whether it was typed as notes.

    Raises:
        UserError: there is none, there are two, or it cannot be read.
    """
    attachment, notes = incoming.files.get("melody"), incoming.text("notes")
    if attachment and notes:
        raise MelodyError("You gave a file and notes: send one of the two.")
    if attachment:
        with about("melody"):
            return await read_attachment(attachment, desk), False
    if notes:
        with about("notes"):
            return await desk.do(parse_notes, notes), True
    raise MelodyError("There is no melody yet: attach a MIDI file, or type notes such as C4 D E:2 | F G A:2")


async def read_attachment(attachment: Attachment, desk: Desk) -> Melody:
    """Fetch and read a MIDI file's melody; raises as ``fetch_midi`` and ``read_melody``."""
    data = await fetch_midi(attachment)
    return await desk.toil(read_melody, data, PurePath(attachment.name).stem or "melody")


async def fetch_midi(attachment: Attachment) -> bytes:
    """Fetch a MIDI file.

    Raises:
        MelodyError: it is of another kind or too large.
    """
    shown = attachment.name[:60]
    if PurePath(attachment.name.lower()).suffix not in ENDINGS:
        raise MelodyError(f"{shown!r} is not a MIDI file: send one that ends in .mid")
    if attachment.size_bytes > MOST_BYTES:
        raise MelodyError(
            f"{shown!r} has {attachment.size_bytes / MIB:.1f} MB, more than the {MOST_BYTES // 1024} KB allowed: "
            "send the melody's track alone."
        )
    return await attachment.read(MOST_BYTES)


async def wish(incoming: Incoming, desk: Desk, melody: Melody, typed: bool) -> ComposeRequest:
    """Return the request that a command's options describe.

    Raises:
        UserError: a genre is unknown, or an option lies outside its range or does not go with the others.
    """
    options = incoming.options
    with about("genre"):
        genre = await desk.genre(incoming.text("genre"), incoming.place, incoming.user.id)
    return await desk.do(
        make_request,
        melody,
        genre,
        seed=_integer(incoming, "seed"),
        technique=incoming.text("technique") or None,
        length_bars=_integer(incoming, "bars"),
        tempo_bpm=_tempo(incoming, genre, typed),
        takes=_takes(incoming),
        key=incoming.text("key") or None,
        chords=incoming.text("chords"),
        reharmonise=int(options.get("reharmonise", 0)),
        risk=float(options.get("risk", 1.0)),
        density=float(options.get("density", 0.5)),
        without=incoming.text("without"),
        only=incoming.text("only"),
        intro=bool(options.get("intro", False)),
    )


async def submit(incoming: Incoming, desk: Desk, request: ComposeRequest) -> Job:
    """Put a request into the queue; the same event, or a double click, makes one job.

    Raises:
        SettingError: this user has as many jobs waiting as the server allows.
    """
    payload = await desk.do(request.to_json)  # 20,000 notes take a tenth of a second
    return await enqueue(incoming, desk, KIND, payload)


async def enqueue(
    incoming: Incoming,
    desk: Desk,
    kind: str,
    payload: dict[str, object],
    *,
    job_id: str | None = None,
    origin: Mapping[str, object] = {},
) -> Job:
    """Put a job of any kind into the queue; raises as ``submit``.

    It has the event's id unless another is given; ``origin`` is kept with it beside the place.
    """
    limit = (await desk.decisions(incoming.place)).waiting_per_user
    user, place = incoming.user, incoming.place
    press = f"{incoming.command} {incoming.options}:{place.source}:{user.id}" if place.source else None
    try:
        return await desk.do(
            desk.ledger.enqueue,
            job_id or job_id_for(incoming),
            kind,
            payload,
            user=user.id,
            origin={**place.to_json(), "mention": user.mention, "name": user.name, **origin},
            press=press,
            most_waiting=limit,
        )
    except QueueFull as error:
        raise SettingError(
            f"You have {error.limit} jobs waiting already: wait for one, or cancel one (/queue, /cancel)."
        ) from error


def _tempo(incoming: Incoming, genre: Genre, typed: bool) -> float | None:
    if "tempo" in incoming.options:
        return float(incoming.options["tempo"])
    return genre.tempo_bpm if typed else None  # typed notes bring no tempo of their own


def _takes(incoming: Incoming) -> int:
    takes = int(incoming.options.get("takes", 1))
    check_range("takes", takes, (1, MOST_TAKES))
    return takes


def _integer(incoming: Incoming, name: str) -> int | None:
    return int(incoming.options[name]) if name in incoming.options else None
