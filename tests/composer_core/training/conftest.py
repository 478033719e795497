import pytest
import torch

from tests.fakes.small_training import shrink


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    torch.set_num_threads(1)


@pytest.fixture
def small(monkeypatch):
    """Every training is of debug size."""
    shrink(monkeypatch.setattr)
