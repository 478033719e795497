"""When a course is to be stopped or taken back. Pure decisions on numbers."""

from collections.abc import Sequence

from composer_core.training.course import Losses
from composer_core.training.exam import Result

PATIENCE = 8  # epochs without a better index
LEAST_GAIN = 0.02  # share by which the index must fall to count as better
FEWEST_EPOCHS = 12  # before a plateau is believed
MOST_ROLLBACKS = 3
RUNAWAY_GAP = 30.0  # between the critic's mean scores of real and of generated music; in good order it is 1 to 4
EMPTIER = 0.4  # share of bars by which generated parts may be emptier than real ones
WORSE = 0.25  # by how much the index may rise above the best one


def flat_since(similarities: Sequence[float]) -> int | None:
    """The epoch (from 1) whose index no later one has bettered by ``LEAST_GAIN``, once that was long enough ago."""
    if len(similarities) < FEWEST_EPOCHS:
        return None
    best = 0
    for epoch, value in enumerate(similarities):
        if value < similarities[best] * (1 - LEAST_GAIN):
            best = epoch
    return best + 1 if len(similarities) - 1 - best >= PATIENCE else None


def fault(losses: Losses, result: Result, best: float) -> str | None:
    """What has gone wrong in an epoch, in words for whoever watches; None if nothing has."""
    if losses.real_score - losses.fake_score > RUNAWAY_GAP:
        return "the critic ran away from the generator"
    made, real = result.figures.get("empty bars", (None, None))
    if made is not None and real is not None and made - real > EMPTIER:
        return f"the generated parts fell silent ({made:.0%} empty bars, real ones {real:.0%})"
    if result.similarity > best + WORSE:
        return f"the generated music collapsed (similarity index {result.similarity:.2f} after {best:.2f})"
    return None
