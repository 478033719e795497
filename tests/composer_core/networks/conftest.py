import shutil

import pytest
import torch

from composer_core.checkpoints import Checkpoint, save_checkpoint
from composer_core.genres import SHIPPED, read_genre
from composer_core.models.critic import Critic, CriticConfig
from composer_core.models.generator import Generator, GeneratorConfig
from composer_core.models.refiner import Refiner, RefinerConfig
from composer_core.music import Melody, Metre, Note, Timing
from composer_core.roll import make_roll

TINY = (8, 8, 8, 8, 8)


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def tiny_networks():
    torch.manual_seed(0)
    networks = (
        Generator(GeneratorConfig(widths=TINY, noise_channels=4)),
        Critic(CriticConfig(widths=(8, 8, 8, 8))),
        Refiner(RefinerConfig(widths=TINY)),
    )
    return tuple(network.eval() for network in networks)


@pytest.fixture(scope="session")
def tiny_genre(tiny_networks, tmp_path_factory):
    """The chorale's ensemble with a random model of a few thousand weights."""
    folder = tmp_path_factory.mktemp("genres") / "tiny"
    folder.mkdir()
    shutil.copy(SHIPPED / "chorale" / "genre.toml", folder)
    save_checkpoint(folder / "weights.safetensors", Checkpoint(*tiny_networks, card="tiny-0"))
    return read_genre(folder)


@pytest.fixture
def tune():
    """A melody of ``length`` quarters, in any metre, with an optional pick-up."""

    def make(length=16, metre=(4, 4), pickup=0, octave=0, name="tune"):
        pitches = [67, 69, 71, 72, 74, 72, 71, 69]
        notes = tuple(Note(i * 480, pitches[i % 8] + 12 * octave, 480) for i in range(length))
        return Melody(notes, Timing(480, metres=((0, Metre(*metre)),), pickup_ticks=pickup), name)

    return make


@pytest.fixture
def rolls():
    """Three small four-part pieces of our own: scales in thirds and tenths over a pedal."""

    def voice(pitches):
        return [Note(i * 480, pitch, 480) for i, pitch in enumerate(pitches)]

    made = []
    for shift in (0, 2, 5):
        top = [72, 74, 76, 77, 79, 77, 76, 74] * 5
        voices = [top, [p - 5 for p in top], [p - 9 for p in top], [48, 55] * 20]
        made.append(make_roll(f"scale {shift}", Timing(), [voice([p + shift for p in line]) for line in voices]))
    return made
