from dataclasses import replace

import numpy as np
import pytest
import torch

from composer_core.checkpoints import load_band
from composer_core.genres import SHIPPED, Part, list_genres
from composer_core.patterns import FIRST_SHAPE, HOLD, REST, Codebook
from composer_core.scores import learn_chairs, make_score
from composer_core.training.band_data import ScoreWindows
from composer_core.training.transfer import choose_base, seat
from tests.fakes.small_training import small_checkpoint, small_songs, trio, weights_of

NETWORKS = ("generator", "critic", "refiner", "autoregressor")


@pytest.fixture(scope="module")
def chairs(tmp_path_factory):
    return learn_chairs(small_songs().training, trio(tmp_path_factory.mktemp("trio")))


@pytest.fixture(scope="module")
def base(chairs):
    """Networks all of whose weights matter: nothing is zero, as it is at first."""
    checkpoint = small_checkpoint(chairs, 1, "base-0")
    torch.manual_seed(2)
    for name in NETWORKS:
        for weight in getattr(checkpoint, name).eval().requires_grad_(False).parameters():
            weight.add_(0.1 * torch.randn_like(weight))
    return checkpoint


@pytest.fixture
def batch(chairs):
    scores = [make_score(song, chairs) for song in small_songs().training]
    return ScoreWindows(scores, 5).sample(2, 64)


def permuted(batch, order):
    """The same music with its parts in another order."""
    count = len(order)
    human, density, told = batch.style[:, :1], batch.style[:, 1 : 1 + count], batch.style[:, 1 + count :]
    style = torch.cat([human, density[:, order], told[:, order]], dim=1)
    return replace(batch, symbols=batch.symbols[:, order], plays=batch.plays[:, order], style=style)


def noise_for(checkpoint, batch):
    return torch.randn(checkpoint.generator.noise_shape(batch), generator=torch.Generator().manual_seed(0))


def test_in_the_bases_own_chairs_nothing_changes_bit_by_bit(base, chairs):
    seated = seat(base, chairs, "new-0")
    assert seated.card == "new-0"
    before, after = dict(weights_of(base)), dict(weights_of(seated))
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)


@pytest.mark.parametrize("genre", list_genres((SHIPPED,)), ids=lambda g: g.name)
def test_the_same_for_every_shipped_band(genre):
    shipped = load_band(genre, torch.device("cpu"))
    after = dict(weights_of(seat(shipped, shipped.chairs, "x")))
    assert all(torch.equal(weights, after[name]) for name, weights in weights_of(shipped))


@pytest.mark.parametrize("order", [[2, 0, 1], [1, 0, 2], [0, 2, 1]])
def test_parts_in_another_order_are_the_same_parts(base, chairs, batch, order):
    seated = seat(base, [chairs[n] for n in order], "x")
    other = permuted(batch, order)
    noise, known = noise_for(base, batch), (torch.arange(3 * 64).reshape(3, 64) % 3 > 0).float().expand(2, -1, -1)
    drafts, others = base.generator(batch, noise), seated.generator(other, noise)
    filled, others_filled = base.refiner(batch, known), seated.refiner(other, known[:, order])
    for new, old in enumerate(order):
        assert torch.allclose(drafts[old], others[new], atol=1e-4)
        assert torch.allclose(filled[old], others_filled[new], atol=1e-4)
    choices = [draft.softmax(dim=1) for draft in drafts]
    scores = base.critic(batch, choices)
    assert torch.allclose(scores, seated.critic(other, [choices[n] for n in order]), atol=1e-4)
    assert scores.abs().max() > 0


def test_a_part_with_the_same_parts_before_it_is_predicted_the_same(base, chairs, batch):
    """The autoregressor's later parts see the earlier ones, so the order counts for those that are moved."""
    order = [0, 2, 1]
    seated = asleep(seat(base, [chairs[n] for n in order], "x"))
    before, after = base.autoregressor(batch), seated.autoregressor(permuted(batch, order))
    assert torch.allclose(before[0], after[0], atol=1e-4)
    assert not torch.allclose(before[1], after[2], atol=1e-2)
    alone, other = (asleep(seat(checkpoint, checkpoint.chairs, "copy")) for checkpoint in (base, seated))
    for checkpoint in (alone, other):
        checkpoint.autoregressor.earlier.table.weight.zero_()  # now no part sees another one of the same timestep
    before, after = alone.autoregressor(batch), other.autoregressor(permuted(batch, order))
    for new, old in enumerate(order):
        assert torch.allclose(before[old], after[new], atol=1e-4)


def asleep(checkpoint):
    """Without dropout and gradients."""
    for name in NETWORKS:
        getattr(checkpoint, name).eval().requires_grad_(False)
    return checkpoint


def test_a_second_player_of_a_kind_begins_as_the_first(base, chairs, batch):
    second = replace(chairs[1], part=replace(chairs[1].part, name="Second bass"))
    seated = seat(base, [*chairs, second], "x")
    silent = torch.zeros(2, 1)
    human, density, told = batch.style[:, :1], batch.style[:, 1:4], batch.style[:, 4:]
    four = replace(
        batch,
        symbols=torch.cat([batch.symbols, torch.zeros_like(batch.symbols[:, :1])], dim=1),
        plays=torch.cat([batch.plays, silent], dim=1),
        style=torch.cat([human, density, silent, told, silent], dim=1),
    )
    noise = noise_for(base, batch)
    drafts = seated.generator.eval()(four, noise)
    for draft, expected in zip(drafts, base.generator(batch, noise), strict=False):
        assert torch.allclose(draft, expected, atol=1e-4)
    assert torch.equal(drafts[3], drafts[1])
    for asked in (seated.autoregressor.leave, seated.autoregressor.recall.ask):
        assert torch.equal(asked[3].weight, asked[1].weight)


def test_unknown_shapes_begin_as_their_nearest(base, chairs):
    bass = chairs[1]
    shapes = bass.codebook.shapes
    known, new = shapes[0], (shapes[0][0], shapes[0][0] + 11)
    assert new not in shapes
    other = replace(bass, codebook=Codebook("bass", [new, known]))
    seated = seat(base, [chairs[0], other, chairs[2]], "x")
    near = bass.codebook.symbol(new)
    rows = [HOLD, REST, near, bass.codebook.symbol(known)]
    old, moved = base.autoregressor.leave[1].weight, seated.autoregressor.leave[1].weight
    assert torch.equal(moved, old[rows]) and near >= FIRST_SHAPE
    start = len(chairs[0].codebook)
    for network in ("autoregressor", "critic", "refiner"):
        table = getattr(seated, network).codes.table.weight
        expected = getattr(base, network).codes.table.weight[start + np.array(rows)]
        assert torch.equal(table[start : start + 4], expected), network


def band(*parts):
    return [Part("Melody", 66, 55, 90, role="melody"), *parts]


DRUMS, BASS = Part("Drums", 0, 35, 81, role="drums"), Part("Bass", 32, 28, 60, role="bass")
PIANO, FLUTE = Part("Piano", 0, 40, 88, role="chords"), Part("Flute", 73, 60, 96, role="line")
VIOLA, CELLO = Part("Viola", 41, 48, 80, role="line"), Part("Cello", 42, 36, 65, role="bass")


@pytest.mark.parametrize(
    ("ours", "expected"),
    [
        ([PIANO, BASS, DRUMS], "combo"),
        ([replace(PIANO, name="Klavier", low=30)], "piano"),
        ([FLUTE, VIOLA, CELLO], "strings"),
        ([VIOLA, CELLO], "strings"),
        ([PIANO, BASS, DRUMS, DRUMS], "combo"),
    ],
)
def test_the_base_is_the_one_whose_players_are_most_like(ours, expected):
    bases = {"combo": band(PIANO, BASS, DRUMS), "piano": band(PIANO), "strings": band(FLUTE, VIOLA, CELLO)}
    assert choose_base(band(*ours), bases) == expected
    assert choose_base(band(*ours), dict(reversed(bases.items()))) == expected


def test_shipped_bands_choose_themselves():
    bases = {genre.name: genre.parts for genre in list_genres((SHIPPED,))}
    for name, parts in bases.items():
        assert bases[choose_base(parts, bases)] == parts, name
