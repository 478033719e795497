"""A choir with untrained networks of a few thousand weights, and tunes for it."""

import shutil

import pytest
import torch

from composer_core.checkpoints import BandCheckpoint, save_band
from composer_core.corpora.chorales import Piece, song_of
from composer_core.genres import SHIPPED, read_genre
from composer_core.models.band.autoregressor import Autoregressor, AutoregressorConfig
from composer_core.models.band.critic import BandCritic, BandCriticConfig
from composer_core.models.band.generator import BandGenerator, BandGeneratorConfig
from composer_core.models.band.intervals import offsets_of
from composer_core.models.band.refiner import BandRefiner, BandRefinerConfig
from composer_core.music import Melody, Metre, Note, Timing
from composer_core.scores import learn_chairs

TINY = (8, 8, 8, 8, 8)


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    torch.set_num_threads(1)


def scales(number):
    """Eight bars in four parts: a scale in thirds and tenths over a pedal, of another tune for every number."""
    top = [72, 72 + number, 74, 76, 77, 79, 77, 76] * 4
    lines = [top, [p - 4 for p in top], [p - 9 for p in top], [48, 55] * 16]
    voices = tuple(tuple(Note(i * 480, pitch, 480) for i, pitch in enumerate(line)) for line in lines)
    return Piece(f"bach/{number}", Timing(480), voices)


@pytest.fixture(scope="session")
def piece():
    """The maker of small pieces in four parts."""
    return scales


@pytest.fixture(scope="session")
def tiny_networks():
    torch.manual_seed(0)
    genre = read_genre(SHIPPED / "chorale")
    names = [part.name for part in genre.parts[1:]]
    chairs = learn_chairs([song_of(scales(number), names) for number in range(3)], genre)
    sizes = tuple(len(chair.codebook) for chair in chairs)
    offsets = offsets_of(chair.codebook for chair in chairs)
    networks = (
        BandGenerator(BandGeneratorConfig(sizes, widths=TINY, noise_channels=4)),
        BandCritic(BandCriticConfig(sizes, widths=TINY[:4])),
        BandRefiner(BandRefinerConfig(sizes, code=4, widths=TINY)),
        Autoregressor(AutoregressorConfig(sizes, look=8, code=4, width=16, head=8), offsets),
    )
    return BandCheckpoint(*(network.eval() for network in networks), chairs, "tiny-0")


@pytest.fixture(scope="session")
def tiny_genre(tiny_networks, tmp_path_factory):
    folder = tmp_path_factory.mktemp("genres") / "tiny"
    folder.mkdir()
    shutil.copy(SHIPPED / "chorale" / "genre.toml", folder)
    save_band(folder / "weights.safetensors", tiny_networks)
    return read_genre(folder)


@pytest.fixture
def tune():
    """A melody of ``length`` quarters, in any metre, with an optional pick-up."""

    def make(length=16, metre=(4, 4), pickup=0, octave=0, name="tune"):
        pitches = [67, 69, 71, 72, 74, 72, 71, 69]
        notes = tuple(Note(i * 480, pitches[i % 8] + 12 * octave, 480) for i in range(length))
        return Melody(notes, Timing(480, metres=((0, Metre(*metre)),), pickup_ticks=pickup), name)

    return make
