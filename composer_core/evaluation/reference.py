"""DeepComposer's generator among the systems: trained on the same pieces for the same minutes, then composing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from composer_core.corpora.songs import Song
from composer_core.evaluation.band_systems import System
from composer_core.genres import Genre
from composer_core.harmony import chord_name, recognise_chord
from composer_core.metrics.songroll import SongRoll, make_songroll
from composer_core.models.reference import PITCHES, TIMESTEPS, ReferenceConfig, ReferenceGenerator
from composer_core.music import Chord, Note
from composer_core.training.wgan_gp import signs, song_windows, train_reference

WINDOWS = 4096  # of the songs' windows so many are used: an hour of training draws far fewer
_CPU = torch.device("cpu")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Training:
    """How long the reference is trained (processor minutes), where its weights are kept, who hears of it."""

    minutes: float
    cache: Path
    say: Say


def trained_reference(
    name: str, tracks: int, windows: Callable[[], torch.Tensor], training: Training
) -> ReferenceGenerator:
    """Train a generator on a genre's windows, or take the weights of an earlier training of the same length."""
    config = ReferenceConfig(tracks=tracks)
    path = training.cache / f"reference-{name}-{training.minutes:g}min.safetensors"
    if not path.is_file():

        def report(iteration: int, losses: dict[str, float]) -> None:
            training.say(f"reference iteration {iteration}: " + str({k: round(v, 3) for k, v in losses.items()}))

        trained = train_reference(windows(), config, 0, training.minutes * 60, report, _CPU)
        training.cache.mkdir(parents=True, exist_ok=True)
        save_file(trained.state_dict(), path)
    generator = ReferenceGenerator(config)
    generator.load_state_dict(load_file(path))
    return generator.eval()


def accompany(generator: ReferenceGenerator, melody: np.ndarray) -> torch.Tensor:
    """Compose under a melody [T, 128] (true where it sounds), two bars at a time: [tracks - 1, T, 128] in (-1, 1).

    The track that stands for the melody is dropped: the reference does not keep it.
    """
    length = len(melody)
    padded = np.pad(melody, [(0, -length % TIMESTEPS), (0, 0)])
    windows = signs(torch.from_numpy(padded).unflatten(0, (-1, 1, TIMESTEPS)))  # [N, 1, 32, 128]
    tracks = generator(windows, generator.noise(len(windows), windows.device))[:, 1:]  # [N, tracks - 1, 32, 128]
    return tracks.transpose(0, 1).flatten(1, 2)[:, :length]


def band_reference(training_rolls: Sequence[SongRoll], genre: Genre, training: Training) -> System:
    """The reference on a band's songs: every part, drums as well, is one of its tracks; what is above 0 sounds.

    It knows no plan, so its chords are the ones that its own notes make in each half bar: the kindest choice.
    """
    parts = [part.name for part in genre.parts[1:]]
    generator = trained_reference(
        genre.name, 1 + len(parts), lambda: song_windows(training_rolls, parts, WINDOWS, 0), training
    )
    drums = {part.name for part in genre.parts if part.is_drum}

    @torch.inference_mode()
    def compose(songs: Sequence[Song], seed: int) -> list[Song]:
        torch.manual_seed(seed)
        return [answer(song, generator, parts, drums) for song in songs]

    return compose


def answer(song: Song, generator: ReferenceGenerator, parts: Sequence[str], drums: set[str]) -> Song:
    """What the reference plays beneath a song's melody, with the chords that its own notes make."""
    roll = make_songroll(song)
    sounding = (accompany(generator, roll.sounding(roll.melody)) > 0).numpy()  # [parts, T, 128]
    notes = {part: _notes(cells, roll) for part, cells in zip(parts, sounding, strict=True)}
    pitched = [cells for part, cells in zip(parts, sounding, strict=True) if part not in drums]
    chords = _recognised(np.any([roll.sounding(roll.melody), *pitched], axis=0), roll)
    return replace(song, source="reference", chords=chords, parts=notes, is_human=False)


def _notes(cells: np.ndarray, roll: SongRoll) -> tuple[Note, ...]:
    """Runs of sounding cells [T, 128] as notes."""
    edges = np.diff(np.pad(cells, [(1, 1), (0, 0)]).astype(np.int8), axis=0)
    pitch, start = np.nonzero(edges.T == 1)
    _, end = np.nonzero(edges.T == -1)
    ticks = roll.grid.ticks
    found = zip(ticks[start].tolist(), pitch.tolist(), (ticks[end] - ticks[start]).tolist(), strict=True)
    return tuple(sorted(Note(*note) for note in found))


def _recognised(sounding: np.ndarray, roll: SongRoll) -> tuple[Chord, ...]:
    grid = roll.grid
    begins = (grid.step == 0) & (grid.pulse % np.maximum((grid.pulses + 1) // 2, 1) == 0)
    edges = sorted({0, *np.flatnonzero(begins).tolist(), len(roll)})
    chords = []
    for start, end in pairwise(edges):
        time = sounding[start:end].sum(axis=0)  # [128]
        weights = np.bincount(np.arange(PITCHES) % 12, weights=time, minlength=12)
        lowest = int(np.flatnonzero(time)[0]) if time.any() else None
        chords.append(Chord(int(grid.ticks[start]), chord_name(recognise_chord(weights, lowest))))
    return tuple(chords)
