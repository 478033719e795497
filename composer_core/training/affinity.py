"""What a masked network cannot know when it fills two neighbouring notes at once: how voices move from note to note."""

import numpy as np
import torch

from composer_core.models.planes import CLASSES, PITCHES, REST
from composer_core.models.refiner import MAX_INTERVAL, Refiner
from composer_core.pianoroll import segments
from composer_core.training.dataset import Windows
from composer_core.training.masked import draw_masks

_PRIOR = 20.0  # notes' worth of "no preference" added to every interval


@torch.inference_mode()
def measure_intervals(refiner: Refiner, windows: Windows, batches: int, seed: int) -> torch.Tensor:
    """Compare real melodic intervals with those of independent draws from the refiner.

    affinity[v, k] = P(real step of k semitones) / P(step of k between two draws from the network's own marginals),
    over neighbouring notes of voice v that are both hidden.

    Returns:
        [V, 2 * MAX_INTERVAL + 1], the middle one for repeated notes.
    """
    rng = np.random.default_rng([seed, 2])
    size = 2 * MAX_INTERVAL + 1
    real = np.full((refiner.config.voices, size), _PRIOR)
    chance = np.full((refiner.config.voices, size), _PRIOR)
    device = refiner.intervals.device
    for _ in range(batches):
        batch = windows.sample(16)
        chord_known, voice_known = draw_masks(batch, rng)
        logits = refiner(batch.to(device), chord_known.to(device), voice_known.to(device))[0]  # [B, V, C, T]
        logs = logits.log_softmax(dim=2).double().cpu().numpy()
        hidden = (voice_known == 0).numpy() & (batch.valid[:, None] > 0).numpy()
        voices, onset = batch.voices.numpy(), batch.onset.numpy() > 0
        for b, v in np.ndindex(voices.shape[:2]):
            _count(voices[b, v], onset[b, v], hidden[b, v], logs[b, v], real[v], chance[v])
    ratio = (real / real.sum(axis=1, keepdims=True)) / (chance / chance.sum(axis=1, keepdims=True))
    return torch.from_numpy(ratio).float()


def _count(
    line: np.ndarray, onset: np.ndarray, hidden: np.ndarray, logs: np.ndarray, real: np.ndarray, chance: np.ndarray
) -> None:
    before: tuple[int, np.ndarray] | None = None
    for start, end in segments(line, onset):
        if line[start] == REST or not hidden[start:end].all():
            before = None
            continue
        share = np.exp(logs[:, start:end].mean(axis=1))[:PITCHES]
        share /= share.sum()
        if before is not None:
            step = int(line[start]) - before[0]
            if abs(step) <= MAX_INTERVAL:
                real[step + MAX_INTERVAL] += 1
                full = np.correlate(share, before[1], mode="full")  # index PITCHES - 1 + k: a step of k
                middle = PITCHES - 1
                chance += full[middle - MAX_INTERVAL : middle + MAX_INTERVAL + 1]
        before = int(line[start]), share


assert CLASSES == PITCHES + 1
