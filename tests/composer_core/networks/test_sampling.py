import numpy as np
import pytest

from composer_core.sampling import block_mask, draw


@pytest.mark.parametrize("temperature", [1.0, 0.1])
def test_draw_follows_the_temperature(temperature):
    logits = np.tile(np.array([[0.0], [1.0]]), (1, 5000))
    share = draw(logits, np.random.default_rng(0), temperature).mean()
    assert share == pytest.approx(1 / (1 + np.exp(-1 / temperature)), abs=0.02)


def test_block_masks_hide_the_share_asked_for():
    mask = block_mask((3, 4000), 4, 0.3, np.random.default_rng(0))
    assert mask.shape == (3, 4000)
    assert mask.mean() == pytest.approx(0.3, abs=0.03)
