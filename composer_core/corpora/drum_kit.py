"""One number for each piece of a drum kit, whatever the source called it."""

KICK, STICK, SNARE, CLAP = 36, 37, 38, 39
CLOSED_HAT, PEDAL_HAT, OPEN_HAT = 42, 44, 46
FLOOR_TOM, LOW_TOM, HIGH_TOM = 43, 45, 48
CRASH, SECOND_CRASH, RIDE, RIDE_BELL = 49, 57, 51, 53

TICK = 120  # a hit's nominal duration: drums ring as long as they like

_FOLDED = {35: KICK, 40: SNARE, 41: FLOOR_TOM, 47: LOW_TOM, 50: HIGH_TOM, 59: RIDE, 52: SECOND_CRASH, 55: CRASH}
# Pads of the Roland TD-11 that Groove MIDI was played on, outside General MIDI or of another meaning there; from the
# table in Gillick et al., Learning to Groove (2019): rims count as their drum, edges as their cymbal.
_TD11 = {22: CLOSED_HAT, 26: OPEN_HAT, 58: FLOOR_TOM}


def fold(pitch: int) -> int:
    """Fold General MIDI's doubles (two kicks, snares, rides...) and the TD-11's own numbers onto one each."""
    return _TD11.get(pitch, _FOLDED.get(pitch, pitch))
