"""What one training iteration costs: ours and DeepComposer's at equal bars of music, in one run."""

import statistics
import time
from collections.abc import Callable

import numpy as np
import torch

from composer_core.corpora.chorales import VOICES, Piece, song_of
from composer_core.genres import find_genre
from composer_core.models.reference import ReferenceConfig
from composer_core.music import Note, Timing
from composer_core.roll import make_roll
from composer_core.scores import learn_chairs, make_score
from composer_core.training.band import BandAdversarialConfig, critic_step, generator_step, make_band_pair
from composer_core.training.band_data import ScoreWindows
from composer_core.training.wgan_gp import make_reference, reference_iteration, reference_windows

_BAR = 16  # timesteps
_BARS = 128  # the reference's 64 windows of two bars; ours are 16 of eight


def iteration_seconds(repeat: int) -> tuple[float, float]:
    """Seconds of an iteration of our pair (median over a penalty's cycle and more) and of the reference's (best)."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    pieces = [_random_piece(seed) for seed in range(4)]
    config = BandAdversarialConfig(batch=_BARS // 8, length=8 * _BAR)
    songs = [song_of(piece, VOICES[1:]) for piece in pieces]
    chairs = learn_chairs(songs, find_genre("chorale"))
    windows = ScoreWindows([make_score(song, chairs) for song in songs], 0)
    pair = make_band_pair(tuple(len(chair.codebook) for chair in chairs), config, device)

    def ours(step: int) -> None:
        for _ in range(config.critic_updates):
            critic_step(pair, windows.sample(config.batch, config.length).to(device), config, step)
        generator_step(pair, windows.sample(config.batch, config.length).to(device), config)

    published = ReferenceConfig(batch=_BARS // 2)
    rolls = [make_roll(piece.name, piece.timing, piece.voices) for piece in pieces]
    reference, shown = make_reference(published, device), reference_windows(rolls)
    cycles = [statistics.mean(_timed(ours, config.penalty_every)) for _ in range(repeat)]
    theirs = _timed(lambda _: _discard(reference_iteration(reference, shown, published, device)), min(repeat, 2))
    return statistics.median(cycles), min(theirs)


def _timed(iteration: Callable[[int], None], count: int) -> list[float]:
    seconds = []
    for step in range(count):
        started = time.perf_counter()
        iteration(step)
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - started)
    return seconds


def _discard(_: object) -> None: ...


def _random_piece(seed: int) -> Piece:
    """Sixteen bars of four random lines in quarters: what is played decides the size of the codebooks, no more."""
    rng = np.random.default_rng(seed)
    lines = [
        tuple(Note(i * 480, int(pitch), 480) for i, pitch in enumerate(rng.integers(low, low + 12, 64)))
        for low in (64, 57, 50, 41)
    ]
    return Piece(f"random {seed}", Timing(), tuple(lines))
