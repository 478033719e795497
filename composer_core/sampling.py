"""Drawing music from logits: by segment, so that rhythm comes from the onsets and each note gets one pitch. No torch.

C = classes (pitches and rest). Everything works on one piece, so that a piece is the same whatever it is batched with.
"""

import numpy as np


def fill(
    pitch_logits: np.ndarray,
    onset_logits: np.ndarray,
    voices: np.ndarray,
    onset: np.ndarray,
    hidden: np.ndarray,
    rng: np.random.Generator,
    temperature: float,
    onset_temperature: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw the hidden cells anew.

    First where notes begin, then one pitch a segment from the mean log-probability of its cells. A hidden segment
    that does not begin with an onset goes on with the note before it.

    Args:
        pitch_logits: [V, C, T], -inf where a class is not allowed.
        onset_logits: [V, T].
        voices: classes [V, T].
        onset: [V, T] bool.
        hidden: [V, T] bool, what to draw.
        rng: this piece's own source of chance; always used for V * T * (C + 1) numbers.
        temperature: of the pitches; towards 0 only the likeliest is drawn.
        onset_temperature: of the onsets.

    Returns:
        new voices [V, T] and onset [V, T].
    """
    logs = pitch_logits - _log_sum(pitch_logits)
    chance = rng.random(onset_logits.shape)
    gumbel = -np.log(-np.log(rng.random((*voices.shape, pitch_logits.shape[1]))))  # [V, T, C]
    begins = chance < 1 / (1 + np.exp(-onset_logits / onset_temperature))
    new_voices, new_onset = voices.copy(), np.where(hidden, begins, onset)
    for v in range(len(voices)):
        edge = new_onset[v].copy()
        edge[0] = True
        edge[1:] |= hidden[v, 1:] != hidden[v, :-1]
        starts = np.flatnonzero(edge)
        ends = np.append(starts[1:], voices.shape[1])
        mean = np.add.reduceat(logs[v].T, starts, axis=0) / (ends - starts)[:, None]  # [segments, C]
        drawn = np.argmax(mean / temperature + gumbel[v, starts], axis=1)
        for start, end, choice in zip(starts.tolist(), ends.tolist(), drawn.tolist(), strict=True):
            if hidden[v, start]:
                goes_on = start > 0 and not new_onset[v, start]
                new_voices[v, start:end] = new_voices[v, start - 1] if goes_on else choice
        # A known note whose beginning was redrawn begins where it now differs.
        new_onset[v, 1:] |= new_voices[v, 1:] != new_voices[v, :-1]
        new_onset[v, 0] = True
    return new_voices, new_onset


def _log_sum(logits: np.ndarray) -> np.ndarray:
    top = logits.max(axis=1, keepdims=True)
    return top + np.log(np.exp(logits - top).sum(axis=1, keepdims=True))


def draw(logits: np.ndarray, rng: np.random.Generator, temperature: float) -> np.ndarray:
    """Draw one class for each column of logits [C, N] at a temperature: [N]."""
    gumbel = -np.log(-np.log(rng.random(logits.shape)))
    return np.argmax(logits / temperature + gumbel, axis=0)


def block_mask(shape: tuple[int, int], size: int, share: float, rng: np.random.Generator) -> np.ndarray:
    """Hide about ``share`` of [V, T] in blocks of ``size`` timesteps, each voice its own; the grid of blocks shifts."""
    rows, length = shape
    shift = int(rng.integers(size))
    blocks = rng.random((rows, -(-(length + shift) // size))) < share
    return blocks.repeat(size, axis=1)[:, shift : shift + length]
