from dataclasses import replace

import numpy as np
import pytest
import torch

from composer_core.checkpoints import BandCheckpoint, load_band, save_band
from composer_core.errors import GenreError
from composer_core.models.band.autoregressor import Autoregressor, AutoregressorConfig, _slipped, sounding_symbols
from composer_core.models.band.batch import stack, style_of, window
from composer_core.models.band.critic import BandCritic, BandCriticConfig
from composer_core.models.band.generator import BandGenerator, BandGeneratorConfig
from composer_core.models.band.intervals import offsets_of
from composer_core.models.band.refiner import BandRefiner, BandRefinerConfig
from composer_core.models.band.walk import FREE, Heat, Walk
from composer_core.scores import make_score, read_part

TINY = (8, 8, 8, 8, 8)


@pytest.fixture(scope="module")
def sizes(chairs):
    return tuple(len(chair.codebook) for chair in chairs)


@pytest.fixture
def batch(score):
    style = {"style": style_of(1.0, score.density, np.zeros(3))}
    return stack([window(score, start, 64) | style for start in (0, 32)])


@pytest.fixture(scope="module")
def autoregressor(sizes, chairs):
    torch.manual_seed(0)
    offsets = offsets_of(chair.codebook for chair in chairs)
    return Autoregressor(AutoregressorConfig(sizes, look=8, code=4, width=16, head=8), offsets).eval()


def test_a_score_plays_what_the_song_had(songs, score, chairs):
    for row, chair in zip(score.symbols, chairs, strict=True):
        played = read_part(row, chair, score.context)
        written = songs[0].parts[chair.part.name]
        assert {note.start for note in played} == {note.start for note in written}
        assert {(n.start, n.pitch % 12) for n in played} <= {(n.start, n.pitch % 12) for n in written}


def test_songs_in_other_keys_are_the_same_symbols(songs, chairs):
    first, second, _ = (make_score(song, chairs).symbols for song in songs)
    assert (first == second).all()


def test_the_autoregressor_knows_nothing_of_what_is_still_to_come(autoregressor, batch):
    before = autoregressor(batch)
    changed = batch.symbols.clone()
    changed[:, :, 40:] = 0
    after = autoregressor(replace(batch, symbols=changed))
    assert torch.allclose(before[0][..., :41], after[0][..., :41], atol=1e-5)  # its first part at 40 sees up to 39
    assert not torch.allclose(before[0][..., 41:], after[0][..., 41:], atol=1e-5)
    changed = batch.symbols.clone()
    changed[:, 0, 40] += 1
    later = autoregressor(replace(batch, symbols=changed))
    assert torch.allclose(before[0][..., 40], later[0][..., 40], atol=1e-5)
    assert not torch.allclose(before[1][..., 40], later[1][..., 40], atol=1e-5)  # later parts see earlier ones


def test_a_walk_computes_what_the_network_computes(autoregressor, batch, monkeypatch):
    single = stack([{name: value[0].numpy() for name, value in vars(batch).items()}])
    seen, walk = [], Walk(autoregressor)
    monkeypatch.setattr(
        "composer_core.models.band.walk._pick", lambda x, floor, chance: seen.append(x) or int(chance * len(x))
    )
    free = np.full((3, 64), FREE)
    drawn = walk.draw(single, free, free, Heat(), np.random.default_rng(3))
    logits = autoregressor(replace(single, symbols=torch.from_numpy(drawn)[None]))
    for number, x in enumerate(seen):
        t, p = divmod(number, 3)
        assert np.allclose(x, logits[p][0, :, t].detach().numpy(), atol=1e-4), (t, p)


def test_a_walk_obeys_what_is_forced_and_echoes_what_is_to_be_echoed(autoregressor, batch, score):
    single = stack([{name: value[0].numpy() for name, value in vars(batch).items()}])
    forced, echo = np.full((3, 64), FREE), np.full((3, 64), FREE)
    forced[1] = score.symbols[1, :64]
    echo[2, 32:] = np.arange(32)
    drawn = Walk(autoregressor).draw(single, forced, echo, Heat(), np.random.default_rng(3))
    assert (drawn[1] == forced[1]).all() and (drawn[2, 32:] == drawn[2, :32]).all()
    again = Walk(autoregressor).draw(single, forced, echo, Heat(), np.random.default_rng(3))
    assert (drawn == again).all()


def test_the_refiner_sees_only_what_is_known(sizes, batch):
    refiner = BandRefiner(BandRefinerConfig(sizes, code=4, widths=TINY)).eval()
    known = torch.ones(batch.symbols.shape)
    known[:, 1, 20:40] = 0
    before = refiner(batch, known)
    changed = batch.symbols.clone()
    changed[:, 1, 20:40] = 0
    for a, b in zip(before, refiner(replace(batch, symbols=changed), known), strict=True):
        assert torch.equal(a, b)


def test_shapes_of_generator_and_critic(sizes, batch):
    generator = BandGenerator(BandGeneratorConfig(sizes, widths=TINY, noise_channels=4))
    drafts = generator(batch, torch.randn(generator.noise_shape(batch)))
    assert [tuple(draft.shape) for draft in drafts] == [(2, size, 64) for size in sizes]
    critic = BandCritic(BandCriticConfig(sizes, code=4, widths=(8, 8, 8, 8)))
    choices = [draft.softmax(dim=1).requires_grad_() for draft in drafts]
    scores = critic(batch, choices)
    assert scores.shape == (2, 4)
    assert all(gradient.abs().sum() > 0 for gradient in torch.autograd.grad(scores.sum(), choices))


def test_slips_are_the_parts_own_symbols_and_as_many_as_asked_for(batch):
    torch.manual_seed(0)
    long = batch.symbols.repeat(1, 1, 50)
    slipped = _slipped(long, 0.3)
    for part, own in zip(slipped.unbind(dim=1), long.unbind(dim=1), strict=True):
        assert set(part.unique().tolist()) <= set(own.unique().tolist())
    chance_of_another = (long[..., None, :] != long[..., :, None]).float().mean()
    assert float((slipped != long).float().mean()) == pytest.approx(0.3 * float(chance_of_another), abs=0.02)


def test_a_network_that_slips_sees_another_past_but_no_other_present(autoregressor, batch):
    torch.manual_seed(0)
    before, after = autoregressor(batch), autoregressor(batch, slip=0.5)
    for part, other in zip(before, after, strict=True):
        assert torch.allclose(part[..., 0], other[..., 0], atol=1e-5)
        assert not torch.allclose(part[..., 1:], other[..., 1:], atol=1e-3)


def test_sounding_symbols_and_their_age():
    sounding, age = sounding_symbols(torch.tensor([[[3, 0, 0, 5, 0]]]))
    assert sounding.tolist() == [[[3, 3, 3, 5, 5]]]
    assert (age * 16).round().tolist() == [[[0, 1, 2, 0, 1]]]


def test_a_walk_says_again_what_the_network_would(sizes, batch):
    """A walk that only recalls fills the piece with its first bar, where all that is later is drawn."""
    torch.manual_seed(0)
    recalling = Autoregressor(AutoregressorConfig(sizes, look=8, code=4, width=16, head=8)).eval().requires_grad_(False)
    for ask in recalling.recall.ask:
        ask.bias[-1] = -50.0
    recalling.recall.score.bias[1] = 50.0
    single = stack([{name: value[0].numpy() for name, value in vars(batch).items()}])
    forced = np.full((3, 64), FREE)
    forced[:, :16] = np.random.default_rng(5).integers(0, min(sizes), (3, 16))
    drawn = Walk(recalling).draw(single, forced, np.full((3, 64), FREE), Heat(), np.random.default_rng(3))
    assert (drawn == np.tile(forced[:, :16], 4)).all()


def test_weights_from_before_recall_and_intervals_still_compose(sizes, chairs, trio, batch, tmp_path):
    genre = replace(trio, folder=tmp_path)
    networks = (
        BandGenerator(BandGeneratorConfig(sizes, widths=TINY)),
        BandCritic(BandCriticConfig(sizes, widths=(8, 8, 8, 8))),
        BandRefiner(BandRefinerConfig(sizes, widths=TINY)),
        Autoregressor(AutoregressorConfig(sizes, look=8, code=4, width=16, head=8, bars=0, intervals=False)),
    )
    save_band(genre.weights, BandCheckpoint(*networks, chairs, "trio-0"))
    named = b', \\"bars\\": 0, \\"intervals\\": false'
    written = genre.weights.read_bytes()
    assert named in written
    genre.weights.write_bytes(written.replace(named, b" " * len(named)))
    older = load_band(genre, torch.device("cpu")).autoregressor
    assert older.recall is None and older.intervals is None
    single = stack([{name: value[0].numpy() for name, value in vars(batch).items()}])
    free = np.full((3, 64), FREE)
    assert Walk(older).draw(single, free, free, Heat(), np.random.default_rng(3)).shape == (3, 64)


def test_a_checkpoint_comes_back_and_a_damaged_or_foreign_one_says_so(sizes, chairs, trio, autoregressor, tmp_path):
    genre = replace(trio, folder=tmp_path)
    networks = (
        BandGenerator(BandGeneratorConfig(sizes, widths=TINY)),
        BandCritic(BandCriticConfig(sizes, widths=(8, 8, 8, 8))),
        BandRefiner(BandRefinerConfig(sizes, widths=TINY)),
        autoregressor,
    )
    save_band(genre.weights, BandCheckpoint(*networks, chairs, "trio-0"))
    loaded = load_band(genre, torch.device("cpu"))
    assert loaded.card == "trio-0"
    assert [c.codebook.shapes for c in loaded.chairs] == [c.codebook.shapes for c in chairs]
    with pytest.raises(GenreError, match=r"do not fit genre\.toml"):
        load_band(replace(genre, parts=genre.parts[:2]), torch.device("cpu"))
    genre.weights.write_bytes(genre.weights.read_bytes()[:500])
    with pytest.raises(GenreError, match="damaged"):
        load_band(genre, torch.device("cpu"))
