import pytest
import torch

from composer_core.models.reference import ReferenceConfig, ReferenceCritic, ReferenceGenerator
from composer_core.models.unet import UNet, UNetConfig


def count(network):
    return sum(parameter.numel() for parameter in network.parameters())


def test_the_reference_has_the_published_number_of_weights():
    assert round(count(ReferenceGenerator(ReferenceConfig())) / 1e6, 2) == 8.27
    assert round(count(ReferenceCritic(ReferenceConfig())) / 1e6, 2) == 2.77


def test_the_reference_keeps_its_shapes():
    config = ReferenceConfig(filters=(4, 4, 8, 8))
    generator, critic = ReferenceGenerator(config), ReferenceCritic(config)
    melody = torch.full((2, 1, 32, 128), -1.0)
    roll = generator(melody, generator.noise(2, melody.device))
    assert roll.shape == (2, 4, 32, 128) and roll.abs().max() <= 1
    assert critic(roll, melody).shape == (2,)


@pytest.mark.parametrize("noise", [0, 3])
def test_padding_changes_nothing_in_a_unet(noise):
    torch.manual_seed(1)
    net = UNet(UNetConfig(5, 7, widths=(8, 8, 8, 8, 8), noise_channels=noise)).eval()
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    x, valid = torch.randn(1, 5, 32), torch.ones(1, 32)
    z = torch.randn(1, noise, 2) if noise else None
    longer = torch.cat([x, torch.randn(1, 5, 32)], dim=2)
    more_valid = torch.cat([valid, torch.zeros(1, 32)], dim=1)
    more_z = torch.cat([z, torch.randn(1, noise, 2)], dim=2) if noise else None
    assert torch.allclose(net(x, valid, z), net(longer, more_valid, more_z)[:, :, :32], atol=1e-5)


def test_noise_reaches_the_output_and_the_gradient():
    net = UNet(UNetConfig(5, 7, widths=(8, 8, 8, 8, 8), noise_channels=3))
    x, valid = torch.randn(1, 5, 32), torch.ones(1, 32)
    a, b = net(x, valid, torch.zeros(1, 3, 2)), net(x, valid, torch.ones(1, 3, 2))
    assert not torch.equal(a, b)
