import itertools

import numpy as np
import pytest
import torch

from composer_core.planner.chain import Chain, log_likelihood

CELLS, STATES = 4, 3


@pytest.fixture
def weights():
    rng = np.random.default_rng(7)
    return rng.normal(size=(CELLS, STATES)), rng.normal(size=CELLS), rng.normal(size=(STATES, STATES))


def score(chain, emission, stay, move):
    steps = sum(move[a, b] + (stay[t + 1] if a == b else 0) for t, (a, b) in enumerate(itertools.pairwise(chain)))
    return sum(emission[t, c] for t, c in enumerate(chain)) + steps


def every_chain(weights):
    chains = list(itertools.product(range(STATES), repeat=CELLS))
    scores = np.array([score(chain, *weights) for chain in chains])
    return np.array(chains), np.exp(scores) / np.exp(scores).sum()


def test_the_likelihood_is_that_of_all_chains_counted_one_by_one(weights):
    chains, odds = every_chain(weights)
    emission, stay, move = (torch.from_numpy(part) for part in weights)
    batch = torch.from_numpy(chains)
    mask = torch.ones(batch.shape, dtype=torch.bool)
    found = log_likelihood(emission.expand(len(batch), -1, -1), stay.expand(len(batch), -1), move, batch, mask)
    np.testing.assert_allclose(found.exp().numpy(), odds, rtol=1e-6)


def test_cells_behind_the_mask_do_not_count(weights):
    emission, stay, move = (torch.from_numpy(part) for part in weights)
    chords = torch.tensor([[2, 0, 1, 1]])
    short = log_likelihood(emission[None, :2], stay[None, :2], move, chords[:, :2], torch.ones(1, 2, dtype=torch.bool))
    mask = torch.tensor([[True, True, False, False]])
    torch.testing.assert_close(log_likelihood(emission[None], stay[None], move, chords, mask), short)


def test_the_likeliest_chain_is_the_best_of_all(weights):
    chains, odds = every_chain(weights)
    assert Chain(*weights).likeliest().tolist() == chains[odds.argmax()].tolist()


def test_marginals_are_the_sums_over_all_chains(weights):
    chains, odds = every_chain(weights)
    wanted = np.array([[odds[chains[:, t] == c].sum() for c in range(STATES)] for t in range(CELLS)])
    np.testing.assert_allclose(Chain(*weights).marginals(), wanted, rtol=1e-9)


def test_draws_are_as_frequent_as_they_are_likely(weights):
    chains, odds = every_chain(weights)
    drawn = Chain(*weights).draw(20_000, np.random.default_rng(0))
    powers = STATES ** np.arange(CELLS)
    frequency = np.bincount(drawn @ powers, minlength=STATES**CELLS)[chains @ powers] / len(drawn)
    np.testing.assert_allclose(frequency, odds, atol=0.012)


def test_long_chains_of_hard_weights_stay_finite():
    rng = np.random.default_rng(1)
    chain = Chain(40 * rng.normal(size=(3000, 5)), rng.normal(size=3000), rng.normal(size=(5, 5)))
    assert np.isfinite(chain.marginals()).all()
    assert chain.draw(2, rng).shape == (2, 3000)
