"""libfluidsynth through ctypes: float samples, one channel and one stereo output a track."""

import ctypes
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from audio.soundfonts import AudioError
from audio.stems import Part
from audio.synth import BLOCK, SAMPLE_RATE, Block, Event, events

MAX_TAIL_S = 8.0
SILENCE = 1e-4
DRUM_BANK = 128


class FluidSynth:
    """libfluidsynth with one channel and one stereo output a track; its own reverb and chorus are off.

    One thread at a time may use it; rendering itself runs outside Python's lock.
    """

    def __init__(self, tracks: int, soundfont: Path, library: str) -> None:
        self._lib = _load(library)
        self._tracks = tracks
        version = self._lib.fluid_version_str().decode()
        self.name = f"FluidSynth {version}, {soundfont.stem}"
        self._settings = self._lib.new_fluid_settings()
        self._configure()
        self._soundfont = soundfont
        self._synth: int | None = None
        self._has_played = False
        self._renew()

    def close(self) -> None:
        """Free the synth's memory."""
        if self._synth:
            self._lib.delete_fluid_synth(self._synth)
        self._lib.delete_fluid_settings(self._settings)
        self._synth = self._settings = None

    def blocks(self, parts: Sequence[Part]) -> Iterator[Block]:
        """Yield [part, 2, BLOCK] until every note has rung out."""
        if self._has_played:
            self._renew()
        self._has_played = True
        for track, part in enumerate(parts):
            self._choose_instrument(track, part)
        score = events(parts)
        last = (score[-1].sample if score else 0) + int(MAX_TAIL_S * SAMPLE_RATE)
        following = 0
        for block_start in range(0, last, BLOCK):
            block = np.zeros((len(parts), 2, BLOCK), np.float32)
            done = 0
            while following < len(score) and score[following].sample < block_start + BLOCK:
                event = score[following]
                at = event.sample - block_start
                if at > done:
                    self._render(block, done, at)
                    done = at
                self._play(event)
                following += 1
            self._render(block, done, BLOCK)
            yield block
            if following == len(score) and float(np.abs(block[:, :, -BLOCK // 4 :]).max(initial=0.0)) < SILENCE:
                return

    def _renew(self) -> None:
        """Start with a new synth: a reset one still rings with a piece left early. Samples stay loaded."""
        used, self._synth = self._synth, self._lib.new_fluid_synth(self._settings)
        name = str(self._soundfont).encode()
        self._font = self._lib.fluid_synth_sfload(self._synth, name, 0) if self._synth else -1
        if used:
            self._lib.delete_fluid_synth(used)
        if self._font < 0:  # libfluidsynth tells failure by a number, never by stopping
            self.close()
            raise AudioError(f"The soundfont {self._soundfont} could not be loaded: choose another .sf2 or .sf3 file.")

    def _configure(self) -> None:
        numbers = {"synth.sample-rate": float(SAMPLE_RATE), "synth.gain": 0.5}
        counts = {
            "synth.midi-channels": max(math.ceil(self._tracks / 16), 1) * 16,
            "synth.audio-channels": max(self._tracks, 1),
            "synth.audio-groups": max(self._tracks, 1),
            "synth.reverb.active": 0,
            "synth.chorus.active": 0,
            "synth.threadsafe-api": 0,
            "synth.polyphony": 512,
        }
        for name, number in numbers.items():
            self._lib.fluid_settings_setnum(self._settings, name.encode(), number)
        for name, count in counts.items():
            self._lib.fluid_settings_setint(self._settings, name.encode(), count)

    def _choose_instrument(self, track: int, part: Part) -> None:
        self._lib.fluid_synth_set_channel_type(self._synth, track, 1 if part.is_drum else 0)
        bank = DRUM_BANK if part.is_drum else 0
        for program in (part.program, 0):  # a soundfont without that instrument plays its first
            if self._lib.fluid_synth_program_select(self._synth, track, self._font, bank, program) == 0:
                return
        kind = "drums" if part.is_drum else "instruments"
        raise AudioError(f"The soundfont has no General MIDI {kind}: choose a complete one, such as FluidR3_GM.sf2.")

    def _play(self, event: Event) -> None:
        if event.is_on:
            self._lib.fluid_synth_noteon(self._synth, event.track, event.pitch, event.velocity)
        else:
            self._lib.fluid_synth_noteoff(self._synth, event.track, event.pitch)

    def _render(self, block: Block, start: int, end: int) -> None:
        """Add samples ``start`` to ``end`` of every output to the block, in place."""
        if end <= start:
            return
        first = block.ctypes.data + start * block.itemsize
        outputs = first + np.arange(2 * len(block), dtype=np.uintp) * (BLOCK * block.itemsize)
        pointers = outputs.ctypes.data_as(ctypes.c_void_p)
        self._lib.fluid_synth_process(self._synth, end - start, 0, None, len(outputs), pointers)


def _load(library: str) -> ctypes.CDLL:
    try:
        lib = ctypes.CDLL(library)
        _declare(lib)
    except (OSError, AttributeError) as error:
        raise AudioError(f"libfluidsynth at {library} cannot be loaded: reinstall pygame-ce or fluidsynth.") from error
    for level in range(5):  # errors come back as values; nothing of ours goes to stderr by the back door
        lib.fluid_set_log_function(level, None, None)
    return lib


def _declare(lib: ctypes.CDLL) -> None:
    """State every signature: an undeclared pointer would be cut to 32 bits."""
    pointer, text, integer = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    signatures: dict[str, tuple[object, list[object]]] = {
        "fluid_version_str": (text, []),
        "fluid_set_log_function": (pointer, [integer, pointer, pointer]),
        "new_fluid_settings": (pointer, []),
        "delete_fluid_settings": (None, [pointer]),
        "fluid_settings_setnum": (integer, [pointer, text, ctypes.c_double]),
        "fluid_settings_setint": (integer, [pointer, text, integer]),
        "new_fluid_synth": (pointer, [pointer]),
        "delete_fluid_synth": (None, [pointer]),
        "fluid_synth_sfload": (integer, [pointer, text, integer]),
        "fluid_synth_set_channel_type": (integer, [pointer, integer, integer]),
        "fluid_synth_program_select": (integer, [pointer, integer, integer, integer, integer]),
        "fluid_synth_noteon": (integer, [pointer, integer, integer, integer]),
        "fluid_synth_noteoff": (integer, [pointer, integer, integer]),
        "fluid_synth_process": (integer, [pointer, integer, integer, pointer, integer, pointer]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(lib, name)
        function.restype, function.argtypes = result, arguments
