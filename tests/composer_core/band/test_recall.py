import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from composer_core.context import NO_LAG
from composer_core.models.band.batch import Codes
from composer_core.models.band.recall import Recall, bars_back, decayed
from composer_core.models.band.recall_walk import RecallWalk, RecallWeights
from composer_core.patterns import FIRST_SHAPE

BAR, BARS, SIZES = 4, 5, (6, 4)
LENGTH = BAR * BARS


@pytest.fixture
def recall():
    torch.manual_seed(0)
    recall = Recall(parts=2, bars=3, look=5, code=4, head=7, width=8, query=4).requires_grad_(False)
    for weight in recall.parameters():
        weight.add_(0.3 * torch.randn_like(weight))
    return recall


@pytest.fixture
def codes():
    return Codes(SIZES, 4).requires_grad_(False)


@pytest.fixture
def piece():
    """Symbols [1, 2, T] of chance and where the same place was a bar ago [1, T]."""
    rng = torch.Generator().manual_seed(1)
    symbols = torch.stack([torch.randint(size, (1, LENGTH), generator=rng) for size in SIZES], dim=1)
    place = torch.arange(LENGTH)[None]
    return symbols, torch.where(place < BAR, NO_LAG, place - BAR)


def chances(recall, codes, piece, context=None):
    """Chances [V, T] of both parts' symbols."""
    symbols, lag = piece
    context = torch.randn(1, 5, LENGTH, generator=torch.Generator().manual_seed(2)) if context is None else context
    bars = recall.evidence(symbols, symbols, codes, context, lag)
    return [
        recall.mix(part, torch.zeros(1, size, LENGTH), torch.zeros(1, LENGTH, 7), bars)[0].exp()
        for part, size in enumerate(SIZES)
    ]


def test_bars_back_follow_the_bar_before_and_end_where_the_piece_begins(piece):
    reach = bars_back(piece[1], 3)[0]
    assert reach[:, LENGTH - 1].tolist() == [LENGTH - 1 - BAR, LENGTH - 1 - 2 * BAR, LENGTH - 1 - 3 * BAR]
    assert reach[:, BAR + 1].tolist() == [1, NO_LAG, NO_LAG]


def test_what_bars_back_are_is_lost_beyond_a_bar_that_lacks_the_place():
    lag = torch.tensor([[NO_LAG, 0, NO_LAG, 2, 3]])
    assert bars_back(lag, 3)[0].tolist() == [[-1, 0, -1, 2, 3], [-1, -1, -1, -1, 2], [-1, -1, -1, -1, -1]]


def test_chances_are_chances(recall, codes, piece):
    for part in chances(recall, codes, piece):
        assert torch.allclose(part.sum(dim=0), torch.ones(LENGTH), atol=1e-4)


def test_a_part_that_only_recalls_says_what_an_earlier_bar_said(recall, codes, piece):
    for ask in recall.ask:
        ask.bias[-1] = -50.0  # nothing anew
    recall.score.bias[1] = 50.0  # word by word
    symbols, lag = piece
    reach = bars_back(lag, 3)[0]
    for number, part in enumerate(chances(recall, codes, piece)):
        for t in range(BAR, LENGTH):
            said = {int(symbols[0, number, r]) for r in reach[:, t].tolist() if r != NO_LAG}
            assert {v for v in range(SIZES[number]) if part[v, t] > 1e-6} == said
        assert torch.allclose(part[:, :BAR], torch.full((SIZES[number], BAR), 1 / SIZES[number]), atol=1e-4)


def test_a_part_that_only_recalls_rhythms_holds_and_rests_alike_and_strikes_anything(recall, codes, piece):
    for ask in recall.ask:
        ask.bias[-1] = -50.0
    recall.score.bias[1] = -50.0
    symbols, lag = piece
    reach = bars_back(lag, 3)[0]
    for number, part in enumerate(chances(recall, codes, piece)):
        for t in range(BAR, LENGTH):
            said = {min(int(symbols[0, number, r]), FIRST_SHAPE) for r in reach[:, t].tolist() if r != NO_LAG}
            found = {min(v, FIRST_SHAPE) for v in range(SIZES[number]) if part[v, t] > 1e-6}
            assert found == said
        assert torch.allclose(
            part[FIRST_SHAPE:], part[FIRST_SHAPE:].mean(dim=0).expand(SIZES[number] - 2, -1), atol=1e-5
        )


def test_a_part_that_recalls_nothing_is_composed_anew(recall, codes, piece):
    for ask in recall.ask:
        ask.bias[-1] = 50.0
    for size, part in zip(SIZES, chances(recall, codes, piece), strict=True):
        assert torch.allclose(part, torch.full((size, LENGTH), 1 / size), atol=1e-4)


def test_the_evidence_is_of_the_past_alone(recall, codes, piece):
    before = chances(recall, codes, piece)
    changed = piece[0].clone()
    changed[:, :, 14:] = 1 - changed[:, :, 14:].clamp(max=1)
    after = chances(recall, codes, (changed, piece[1]))
    for part, other in zip(before, after, strict=True):
        assert torch.allclose(part[:, :15], other[:, :15], atol=1e-6)
        assert not torch.allclose(part[:, 15:], other[:, 15:], atol=1e-4)


def test_what_is_recalled_is_what_was_and_not_the_slip(recall, codes, piece):
    symbols, lag = piece
    context, slipped = torch.zeros(1, 5, LENGTH), symbols.flip(-1)
    bars, other = (recall.evidence(symbols, done, codes, context, lag) for done in (symbols, slipped))
    assert torch.equal(bars.said, other.said)
    assert torch.equal(bars.told[..., : BAR + 1, :], other.told[..., : BAR + 1, :])  # nothing to miss yet
    assert not torch.allclose(bars.told[..., BAR + 1 :, :], other.told[..., BAR + 1 :, :], atol=1e-3)


def test_a_walk_recalls_as_the_network_does(recall, codes, piece):
    symbols, lag = piece
    context = torch.randn(1, 5, LENGTH, generator=torch.Generator().manual_seed(2))
    expected = chances(recall, codes, piece, context)
    tables = [table.numpy() for table in codes.table.weight.split(SIZES)]
    walk = RecallWalk(RecallWeights(recall), context[0].numpy(), lag[0].numpy(), 2)
    played = symbols[0].numpy()
    for t in range(LENGTH):
        said = walk.said(played, t)
        walk.look(played, np.stack([table[row] for table, row in zip(tables, said, strict=True)]), t)
        for part, size in enumerate(SIZES):
            mixed = walk.mix(part, np.zeros(size), np.zeros(7), t)
            assert np.allclose(np.exp(mixed), expected[part][:, t].numpy(), atol=1e-5), (part, t)
        walk.note(played, t)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.floats(0.1, 1.0))
def test_decayed_sums_are_a_recursion(values, decay):
    sums, expected = decayed(torch.tensor(values), decay), 0.0
    for value, found in zip(values, sums.tolist(), strict=True):
        assert found == pytest.approx(expected, abs=1e-4)
        expected = decay * expected + value
