import numpy as np
import pytest

from composer_core.sampling import block_mask, class_affinity, draw, fill

V, C, T = 2, 5, 16
NEUTRAL = np.ones((V, C, C))


def sample(logits, onsets, voices=None, onset=None, hidden=None, affinity=NEUTRAL, seed=0, temperature=1.0):
    voices = np.zeros((V, T), dtype=int) if voices is None else voices
    onset = np.zeros((V, T), dtype=bool) if onset is None else onset
    hidden = np.ones((V, T), dtype=bool) if hidden is None else hidden
    return fill(logits, onsets, voices, onset, hidden, affinity, np.random.default_rng(seed), temperature, 1.0)


def test_certain_logits_are_obeyed_segment_by_segment():
    logits, onsets = np.full((V, C, T), -30.0), np.full((V, T), -30.0)
    onsets[:, ::4] = 30
    for start in range(0, T, 4):
        logits[:, start // 4, start : start + 4] = 30
    voices, onset = sample(logits, onsets)
    assert voices.tolist() == [np.repeat(range(4), 4).tolist()] * V
    assert np.flatnonzero(onset[0]).tolist() == [0, 4, 8, 12]


def test_what_is_known_stays():
    rng = np.random.default_rng(1)
    known, hidden = rng.integers(0, C, (V, T)), np.zeros((V, T), dtype=bool)
    hidden[:, 4:8] = True
    voices, _ = sample(np.zeros((V, C, T)), np.zeros((V, T)), known, rng.random((V, T)) < 0.5, hidden)
    assert (voices[~hidden] == known[~hidden]).all()


def test_a_forbidden_class_is_never_drawn():
    logits = np.zeros((V, C, T))
    logits[:, 2] = -np.inf
    for seed in range(20):
        assert (sample(logits, np.full((V, T), 5.0), seed=seed)[0] != 2).all()


def test_a_hidden_part_without_onset_goes_on_with_the_note_before_it():
    known, hidden = np.full((V, T), 3), np.zeros((V, T), dtype=bool)
    hidden[:, 5:9] = True
    voices, _ = sample(np.zeros((V, C, T)), np.full((V, T), -30.0), known, None, hidden)
    assert (voices == 3).all()


def test_every_change_of_pitch_is_an_onset():
    voices, onset = sample(np.zeros((V, C, T)), np.zeros((V, T)), seed=4)
    changed = voices[:, 1:] != voices[:, :-1]
    assert onset[:, 1:][changed].all() and onset[:, 0].all()


def test_affinity_decides_how_neighbours_follow():
    only_up = np.full((V, C, C), 1e-9)
    for i in range(C):
        only_up[:, i, (i + 1) % C] = 1
    voices, _ = sample(np.zeros((V, C, T)), np.full((V, T), 30.0), affinity=only_up)
    assert ((voices[:, 1:] - voices[:, :-1]) % C == 1).all()


def test_the_chain_is_drawn_from_the_exact_distribution():
    """Two binary notes: p(x, y) ~ w1[x] w2[y] A[x, y], compared with 4 000 draws."""
    first, second = np.array([0.8, 0.2]), np.array([0.5, 0.5])
    affinity = np.array([[[1.0, 3.0], [2.0, 1.0]]])
    exact = first[:, None] * second[None] * affinity[0]
    exact /= exact.sum()
    logits = np.log(np.stack([first, second], axis=1))[None]  # [1, 2, 2]
    counts = np.zeros((2, 2))
    rng = np.random.default_rng(0)
    empty, everything = np.zeros((1, 2), dtype=int), np.ones((1, 2), dtype=bool)
    for _ in range(4000):
        voices, _ = fill(logits, np.full((1, 2), 40.0), empty, empty > 0, everything, affinity, rng, 1.0, 1.0)
        counts[voices[0, 0], voices[0, 1]] += 1
    assert np.abs(counts / 4000 - exact).max() < 0.03


def test_class_affinity_spreads_intervals_and_is_neutral_at_rests():
    table = class_affinity(np.array([[0.5, 1.0, 2.0]]), 4)[0]
    assert table[1, 2] == 2 and table[2, 1] == 0.5 and table[1, 1] == 1
    assert table[0, 3] == 2  # wider steps take the widest interval's
    assert (table[4] == 1).all() and (table[:, 4] == 1).all()


@pytest.mark.parametrize("temperature", [1.0, 0.1])
def test_draw_follows_the_temperature(temperature):
    logits = np.tile(np.array([[0.0], [1.0]]), (1, 5000))
    share = draw(logits, np.random.default_rng(0), temperature).mean()
    assert share == pytest.approx(1 / (1 + np.exp(-1 / temperature)), abs=0.02)


def test_block_masks_hide_the_share_asked_for():
    mask = block_mask((3, 4000), 4, 0.3, np.random.default_rng(0))
    assert mask.shape == (3, 4000)
    assert mask.mean() == pytest.approx(0.3, abs=0.03)
