"""What is compared: each system gives every held-out piece an accompaniment, from its melody alone, as a roll."""

from collections.abc import Callable, Sequence

import numpy as np
import torch

from composer_core.corpora.chorales import Piece, chords_of
from composer_core.evaluation.reference import accompany
from composer_core.genres import Genre
from composer_core.models.reference import ReferenceGenerator
from composer_core.music import Composition, Melody
from composer_core.pianoroll import REST
from composer_core.request import Controls
from composer_core.roll import Roll, make_roll, pulse_chords
from composer_core.techniques import Assignment, Technique
from composer_core.techniques.blocks import Blocks
from composer_core.training.wgan_gp import sounding_pitches

System = Callable[[Sequence[Piece], int], list[Roll]]
"""(pieces, seed) → one roll a piece; of a piece only its melody and timing may be used."""


def by_technique(technique: Technique) -> System:
    """A technique behind the same door as every request."""

    def compose(pieces: Sequence[Piece], seed: int) -> list[Roll]:
        compositions = technique.compose([Assignment(melody_of(piece), seed) for piece in pieces], lambda _, __: None)
        return [roll_of(composition) for composition in compositions]

    return compose


def with_chords_given(technique: Technique) -> System:
    """A technique that is told, beside the melody, the chord of every pulse of the real piece (without inversions)."""

    def compose(pieces: Sequence[Piece], seed: int) -> list[Roll]:
        assignments = [Assignment(melody_of(piece), seed, Controls(chords=chords_of(piece))) for piece in pieces]
        return [roll_of(composition) for composition in technique.compose(assignments, lambda _, __: None)]

    return compose


def rule_baseline(genre: Genre) -> System:
    """Root-position block chords."""
    return by_technique(Blocks(genre))


def copy_baseline(training: Sequence[Roll]) -> System:
    """The accompaniment of the training piece whose melody, in the best key, agrees in most timesteps."""

    def compose(pieces: Sequence[Piece], seed: int) -> list[Roll]:
        return [_copy(make_roll(piece.name, piece.timing, [piece.voices[0]]), training) for piece in pieces]

    return compose


def reference_system(generator: ReferenceGenerator) -> System:
    """DeepComposer's generator, two bars at a time; of each track the strongest pitch above 0 sounds.

    The melody is put back by force: the reference does not keep it.
    """

    @torch.inference_mode()
    def compose(pieces: Sequence[Piece], seed: int) -> list[Roll]:
        torch.manual_seed(seed)
        return [_reference(generator, make_roll(piece.name, piece.timing, [piece.voices[0]])) for piece in pieces]

    return compose


def melody_of(piece: Piece) -> Melody:
    """The soprano as a user would hand it in."""
    return Melody(piece.voices[0], piece.timing, piece.name)


def roll_of(composition: Composition) -> Roll:
    """A composition's tracks on the grid."""
    voices = [track.notes for track in composition.tracks]
    return make_roll(composition.name, composition.timing, voices, composition.melody.notes[-1].end)


def _copy(melody: Roll, training: Sequence[Roll]) -> Roll:
    best, best_score, best_shift = training[0], -1.0, 0
    for candidate in training:
        line = _stretched(candidate.pitch[:1], candidate.lead, melody)[0]
        for shift in range(-6, 7):
            score = float((np.where(line == REST, REST, line + shift) == melody.pitch[0]).mean())
            if score > best_score:
                best, best_score, best_shift = candidate, score, shift
    voices = _stretched(best.pitch[1:], best.lead, melody)
    onset = _stretched(best.onset[1:].astype(np.int64), best.lead, melody).astype(bool)
    pitch = np.concatenate([melody.pitch, np.where(voices == REST, REST, voices + best_shift)])
    onset = np.concatenate([melody.onset, onset])
    onset[:, 1:] |= pitch[:, 1:] != pitch[:, :-1]
    onset[:, 0] = True
    return Roll(melody.name, pitch, onset, pulse_chords(pitch, melody.grid), melody.grid)


def _stretched(lines: np.ndarray, lead: int, melody: Roll) -> np.ndarray:
    """Align first full bars, then repeat or cut lines [voice, T'] to the melody's length."""
    first = (16 - lead) % 16 - (16 - melody.lead) % 16
    places = (np.arange(len(melody)) + first) % lines.shape[1]
    return lines[:, places]


def _reference(generator: ReferenceGenerator, melody: Roll) -> Roll:
    value, pitch = accompany(generator, sounding_pitches(melody.pitch)[0]).max(dim=2)  # [3, T] each
    voices = torch.where(value > 0, pitch, REST).numpy()
    pitches = np.concatenate([melody.pitch, voices])
    onset = np.concatenate([melody.onset, np.zeros(voices.shape, dtype=bool)])
    onset[:, 1:] |= pitches[:, 1:] != pitches[:, :-1]
    onset[:, 0] = True
    return Roll(melody.name, pitches, onset, pulse_chords(pitches, melody.grid), melody.grid)
