import pytest
import torch

from composer_core.models.batching import collate
from composer_core.models.critic import Critic, CriticConfig
from composer_core.models.planes import CLASSES, Batch, chroma
from composer_core.models.reference import ReferenceConfig, ReferenceCritic, ReferenceGenerator
from composer_core.models.unet import UNet, UNetConfig
from composer_core.training.adversarial import real_rolls, straight_through


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


def test_chroma_folds_octaves_and_leaves_silence_empty():
    classes = torch.zeros(1, CLASSES, 3)
    classes[0, 0, 0] = 1  # C2
    classes[0, 12 + 7, 1] = 1  # G3
    classes[0, CLASSES - 1, 2] = 1  # rest
    folded = chroma(classes)
    assert folded.shape == (1, 12, 3)
    assert folded[0, :, 0].argmax() == 0 and folded[0, :, 1].argmax() == 7
    assert folded[0, :, 2].sum() == 0


def test_the_critic_is_differentiable_in_the_accompaniment_and_blind_to_padding(rolls):
    critic = Critic(CriticConfig(widths=(8, 8, 8, 8)))
    batch = collate(rolls[:1], 256)
    voices, onset = real_rolls(batch)
    voices.requires_grad_()
    score = critic(batch, torch.ones_like(batch.melody), voices, onset)
    assert score.shape == (1, 16)
    assert (score[0, 10:] == 0).all() and (score[0, :10] != 0).all()  # 40 pulses of 16 sixteenths a bar
    score.sum().backward()
    assert voices.grad.abs().sum() > 0 and voices.grad[..., 160:].abs().sum() == 0


def test_straight_through_is_hard_forward_and_soft_backward():
    logits = torch.randn(2, 3, CLASSES, 16, requires_grad=True)
    onset_logits = torch.randn(2, 3, 16, requires_grad=True)
    voices, onset = straight_through(logits, onset_logits)
    assert torch.allclose(voices.sum(dim=2), torch.ones(2, 3, 16), atol=1e-5)
    assert ((onset - onset.round()).abs() < 1e-5).all()
    changed = logits.argmax(2)[..., 1:] != logits.argmax(2)[..., :-1]
    assert (onset[..., 1:][changed] > 0.5).all()
    (voices.square().sum() + onset.sum()).backward()
    assert logits.grad.abs().sum() > 0 and onset_logits.grad.abs().sum() > 0


def test_a_batch_holds_classes_flags_and_padding(rolls):
    batch = collate([rolls[0]], 256)
    assert isinstance(batch, Batch)
    assert batch.voices.shape == (1, 3, 256)
    assert batch.valid.sum() == len(rolls[0])
    assert batch.voices.max() < CLASSES
