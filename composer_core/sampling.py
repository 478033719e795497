"""Drawing music from logits: by segment, so that rhythm comes from the onsets and each note gets one pitch. No torch.

C = classes (pitches and rest). Everything works on one piece, so that a piece is the same whatever it is batched with.
"""

import numpy as np

from composer_core.counterpoint import runs


def fill(
    pitch_logits: np.ndarray,
    onset_logits: np.ndarray,
    voices: np.ndarray,
    onset: np.ndarray,
    hidden: np.ndarray,
    affinity: np.ndarray,
    rng: np.random.Generator,
    temperature: float,
    onset_temperature: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw the hidden cells anew.

    First where notes begin, then one pitch a segment: each run of hidden segments is drawn as one chain, from the mean
    log-probability of each segment's cells and the affinity of neighbours. (The network sees what is known on both
    sides of a hidden run, but not what is drawn inside it; without the chain, neighbours are drawn blindly and leap.)
    A hidden segment that does not begin with an onset goes on with the note before it.

    Args:
        pitch_logits: [V, C, T], -inf where a class is not allowed.
        onset_logits: [V, T].
        voices: classes [V, T].
        onset: [V, T] bool.
        hidden: [V, T] bool, what to draw.
        affinity: [V, C, C], how much likelier than by chance class j follows class i.
        rng: this piece's own source of chance.
        temperature: of the pitches; towards 0 only the likeliest is drawn.
        onset_temperature: of the onsets.

    Returns:
        new voices [V, T] and onset [V, T].
    """
    logs = pitch_logits - _log_sum(pitch_logits)
    begins = rng.random(onset_logits.shape) < 1 / (1 + np.exp(-onset_logits / onset_temperature))
    chance = rng.random(voices.shape)
    new_voices, new_onset = voices.copy(), np.where(hidden, begins, onset)
    for v in range(len(voices)):
        edge = new_onset[v].copy()
        edge[0] = True
        edge[1:] |= hidden[v, 1:] != hidden[v, :-1]
        starts = np.flatnonzero(edge)
        ends = np.append(starts[1:], voices.shape[1])
        mean = np.add.reduceat(logs[v].T, starts, axis=0) / (ends - starts)[:, None]  # [segments, C]
        free = hidden[v, starts] & (new_onset[v, starts] | (starts == 0))
        for first, last in runs(free):
            drawn = _draw_chain(mean[first:last] / temperature, affinity[v], chance[v, starts[first:last]])
            for start, end, choice in zip(starts[first:last], ends[first:last], drawn, strict=True):
                new_voices[v, start:end] = choice
        for start, end in zip(starts[~free], ends[~free], strict=True):
            if hidden[v, start]:
                new_voices[v, start:end] = new_voices[v, start - 1]
        # A known note whose beginning was redrawn begins where it now differs.
        new_onset[v, 1:] |= new_voices[v, 1:] != new_voices[v, :-1]
        new_onset[v, 0] = True
    return new_voices, new_onset


def class_affinity(intervals: np.ndarray, pitches: int) -> np.ndarray:
    """Spread the affinity of intervals [V, 2 K + 1] over pairs of classes: [V, pitches + 1, pitches + 1].

    Wider steps take the affinity of the widest; steps from and to silence are neutral.
    """
    widest = intervals.shape[1] // 2
    step = np.arange(pitches)[None, :] - np.arange(pitches)[:, None]  # [from, to]
    table = np.ones((len(intervals), pitches + 1, pitches + 1))
    table[:, :pitches, :pitches] = intervals[:, np.clip(step, -widest, widest) + widest]
    return table


def _draw_chain(logits: np.ndarray, affinity: np.ndarray, chance: np.ndarray) -> list[int]:
    """Draw a chain of classes exactly: backward messages, then forward draws.

    p(x) is proportional to the product of exp(logits[i, x_i]) and affinity[x_i, x_(i+1)].

    Args:
        logits: [N, C].
        affinity: [C, C].
        chance: [N] uniform numbers, one a draw.
    """
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))  # [N, C]
    onward = np.ones_like(weights)  # what the rest of the chain says of each class
    for i in range(len(weights) - 2, -1, -1):
        message = affinity @ (weights[i + 1] * onward[i + 1])
        onward[i] = message / message.max()
    drawn: list[int] = []
    for i, row in enumerate(weights * onward):
        if drawn:
            row = row * affinity[drawn[-1]]
        drawn.append(_pick(row, chance[i]))
    return drawn


def _pick(weights: np.ndarray, chance: float) -> int:
    """Index drawn in proportion to non-negative weights."""
    total = weights.cumsum()
    return int(min(np.searchsorted(total, chance * total[-1], side="right"), np.flatnonzero(weights)[-1]))


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
