"""Which of MMA's grooves play each genre's bands, and which of their tracks are which part.

A layer is one groove file of MMA's ``stdlib``: its grooves from calm to busy, and for each part the tracks that play
it: names joined by ``+`` sound together, ``|`` separates what to take in a section where the earlier ones are silent.
Layers join grooves of the same feel, so that a rock groove borrows the organ of another.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

BASS = "Bass+Walk+Walk-Main"
DRUMS = "*"  # every track on the drum channel


@dataclass(frozen=True)
class Layer:
    """One groove file and what is taken from it.

    ``fill`` replaces the last bar of a section and ``ending`` the last ``ending_bars`` of the piece, where named.
    """

    library: str
    grooves: tuple[str, ...]
    parts: Mapping[str, str]
    fill: str = ""
    ending: str = ""
    ending_bars: int = 0


@dataclass(frozen=True)
class Arrangement:
    """A band: its layers, the tempo range in pulses a minute, and how many beats MMA counts in a bar.

    A later layer plays a part where the earlier ones are silent. ``drums`` are the styles of Groove MIDI whose drummers
    may sit in, ``busiest_drums`` the most hits a bar that suit the band.
    In one that ``may_drive`` the bass often plays its notes in eighths: MMA's own rock bass is calmer than any human's.
    """

    layers: tuple[Layer, ...]
    tempo_bpm: tuple[int, int]
    metre: str = "4/4"
    beats: int = 4
    drums: tuple[str, ...] = ()
    busiest_drums: float = math.inf
    may_drive: bool = False
    is_swung: bool = False


def _layer(library: str, grooves: str, fill: str = "", ending: str = "", bars: int = 0, **parts: str) -> Layer:
    named = {name.replace("_", " "): tracks for name, tracks in parts.items()}
    return Layer(library, tuple(grooves.split()), MappingProxyType(named), fill, ending, bars)


def _rhythm(library: str, grooves: str, fill: str = "", ending: str = "", bars: int = 0, **parts: str) -> Layer:
    return _layer(library, grooves, fill, ending, bars, Bass=BASS, Drums=DRUMS, **parts)


_ROCK_DRUMS = ("rock",)
_SHUFFLE_DRUMS = ("shuffle", "rockabilly", "blues")
_POP_DRUMS = ("pop", "dance", "rock", "soul", "hiphop")
_JAZZ_DRUMS = ("swing", "jazz", "mediumfast", "fast")
_BOSSA_DRUMS = ("brazilian-bossa", "brazilian-samba", "samba")
_LIGHT = 14.0
_FOLK_DRUMS = ("country", "folk", "indie", "soft", "pop", "rock")

_RB_ORGAN = _layer("rb", "R&B", Organ="Chord-Organ")
_PAD_ORGAN = _layer("strut", "StrutSus", Organ="Chord-Sus")
_EIGHTS = _layer("8beat", "8Beat 8Beat1", Rhythm_guitar="Chord-Guitar")

ROCK = (
    Arrangement(
        (_rhythm("basicrock", "BasicRock4 BasicRock", "", "BasicRockEnd", 2, Rhythm_guitar="Chord-Dist"), _RB_ORGAN),
        (108, 168), drums=(*_ROCK_DRUMS, "punk"), may_drive=True,
    ),
    Arrangement(
        (_rhythm("basicrock", "BasicRockSus BasicRock4Sus", "", "BasicRockEnd", 2,
                 Rhythm_guitar="Chord-Clean", Organ="Chord-Sus"),),
        (100, 150), drums=_ROCK_DRUMS, may_drive=True,
    ),
    Arrangement(
        (_rhythm("60srock", "60sRockSus 60sRock1Sus", "", "60sRockEnd", 2, Rhythm_guitar="Chord", Organ="Chord-Sus"),),
        (112, 156), drums=_ROCK_DRUMS, may_drive=True,
    ),
    Arrangement(
        (_rhythm("bubblerock", "BubbleRockSus BubbleRock", "BubbleRockFill", "BubbleRockEnd", 2,
                 Rhythm_guitar="Chord", Organ="Chord-Sus"), _layer("8beat", "8Beat1", Organ="Chord")),
        (108, 148), drums=_ROCK_DRUMS, may_drive=True,
    ),
    Arrangement(
        (_rhythm("8beat", "8Beat 8Beat1 8BeatWalk", "8BeatFill", "8BeatEnd", 1,
                 Rhythm_guitar="Chord-Guitar", Organ="Chord"),),
        (100, 160), drums=_ROCK_DRUMS,
    ),
    Arrangement(
        (_rhythm("rb", "R&B", "R&BFill", "R&BEnd", 4, Organ="Chord-Organ"), _EIGHTS),
        (96, 132), drums=(*_ROCK_DRUMS, "soul"),
    ),
    Arrangement(
        (_rhythm("twist", "TwistSus Twist4Sus", "", "TwistEnd", 4, Rhythm_guitar="Chord-Piano|Chord-Guitar",
                 Organ="Chord-Organ"),),
        (138, 176), drums=(*_ROCK_DRUMS, "punk"),
    ),
    Arrangement(
        (_rhythm("strut", "StrutSus Strut2Sus", "", "StrutEnd", 2, Rhythm_guitar="Chord-Clean", Organ="Chord-Sus"),),
        (104, 140), drums=_ROCK_DRUMS, may_drive=True,
    ),
    Arrangement(
        (_rhythm("folkrock", "FolkRock", "FolkRockFill", "FolkRockEnd", 2, Rhythm_guitar="Plectrum"), _PAD_ORGAN),
        (112, 152), drums=_ROCK_DRUMS, may_drive=True,
    ),
    Arrangement(
        (_rhythm("rockballad", "RockBallad RockBallad1 RockBalladVoice", "RockBalladFill", "RockBalladEnd", 4,
                 Rhythm_guitar="Chord"), _layer("strut", "StrutSus", Organ="Chord-Sus")),
        (62, 84), drums=_SHUFFLE_DRUMS, is_swung=True,
    ),
    Arrangement(
        (_rhythm("shuffleboggie", "ShuffleBoggie ShuffleBoggie1", "ShuffleBoggieFill", "ShuffleBoggieEnd", 4,
                 Rhythm_guitar="Chord-Guitar", Organ="Chord-Piano"),),
        (112, 160), drums=_SHUFFLE_DRUMS, is_swung=True,
    ),
    Arrangement(
        (_rhythm("fastblues", "FastBlues FastBluesWalk", "", "FastBluesEnd", 2,
                 Rhythm_guitar="Chord-Guitar", Organ="Chord-Piano"),),
        (120, 170), drums=_SHUFFLE_DRUMS, is_swung=True,
    ),
    Arrangement(
        (_rhythm("rockwaltz", "RockWaltzSus RockWaltz1Sus RockWaltzWalkSus", "", "", 0,
                 Rhythm_guitar="Chord", Organ="Chord-Sus"),),
        (96, 150), "3/4", 3,
    ),
    Arrangement(
        (_rhythm("blues68", "Blues68 Blues68Walk", "", "", 0, Organ="Chord"),
         _layer("68swing", "68Swing 68Swing1", Rhythm_guitar="Chord")),
        (50, 76), "6/8", 6,
    ),
)  # fmt: skip

POP = (
    Arrangement(
        (_rhythm("8beat", "8BeatSus 8Beat1Sus 8BeatSusPlus 8Beat1SusPlus", "8BeatFill", "8BeatEnd", 1,
                 Keys="Chord", Guitar="Chord-Guitar", Strings="Chord-Sus"),),
        (92, 128), drums=_POP_DRUMS,
    ),
    Arrangement(
        (_rhythm("popballad", "PopBallad1 PopBalladSus PopBallad2Sus PopBalladSusPlus", "", "PopBalladEnd", 1,
                 Keys="Chord", Guitar="Arpeggio|Arpeggio-Plus", Strings="Chord-Sus"),
         _layer("guitarballad", "GuitarBallad", Guitar="Arpeggio-8")),
        (68, 96), drums=("soft", "pop", "soul", "hiphop"),
    ),
    Arrangement(
        (_rhythm("ballad", "BalladSus Ballad1Sus BalladSusPlus", "BalladFill", "BalladEnd", 1,
                 Keys="Chord", Guitar="Arpeggio-Plus|Arpeggio", Strings="Chord-Sus"),
         _layer("guitarballad", "GuitarBallad GuitarBallad1", Guitar="Arpeggio-8+Arpeggio-4")),
        (66, 92), drums=("soft", "pop", "soul", "hiphop"),
    ),
    Arrangement(
        (_rhythm("pianoballad", "PianoBalladSus PianoBallad1Sus PianoBallad2Sus", "", "PianoBalladEnd", 2,
                 Keys="Arpeggio-Low+Arpeggio-High+Chord-Piano+Chord-Block", Strings="Chord-Sus"),
         _layer("guitarballad", "GuitarBallad", Guitar="Arpeggio-8")),
        (66, 96), drums=("soft", "pop", "soul", "rock"),
    ),
    Arrangement(
        (_rhythm("softrock", "SoftRockSus SoftRock2Sus SoftRock1Sus", "SoftRockFill", "SoftRockEnd", 1,
                 Keys="Chord", Strings="Chord-Sus"),
         _layer("popballad", "PopBallad PopBalladPlus", Guitar="Arpeggio-Plus|Arpeggio")),
        (88, 120), drums=_POP_DRUMS,
    ),
    Arrangement(
        (_rhythm("dsoul", "DSoul DSoulPlus", "DSoulFill", "DSoulEnd", 1,
                 Keys="Chord", Guitar="Arpeggio|Plectrum", Strings="Chord-Strings"),),
        (84, 112), drums=("soul", "funk", "pop", "hiphop"),
    ),
    Arrangement(
        (_rhythm("boneym", "BoneyM BoneyMSus", "BoneyMFill", "BoneyMEnd", 2, Keys="Chord", Strings="Chord-Sus"),
         _layer("folkballad", "FolkBallad", Guitar="Arpeggio")),
        (104, 128), drums=("dance", "disco", "pop"),
    ),
    Arrangement(
        (_rhythm("guitarballad", "GuitarBalladSus GuitarBallad1Sus", "", "GuitarBalladEnd", 2,
                 Guitar="Arpeggio-8+Arpeggio-4", Strings="Chord-Sus"),
         _layer("pianoballad", "PianoBallad2 PianoBallad1", Keys="Chord-Block|Chord-Piano")),
        (72, 104), drums=_POP_DRUMS,
    ),
    Arrangement(
        (_rhythm("folkrock", "FolkRockSus FolkRock", "FolkRockFill", "FolkRockEnd", 2, Guitar="Plectrum"),
         _layer("8beat", "8BeatSus 8Beat1Sus", Keys="Chord", Strings="Chord-Sus")),
        (100, 132), drums=_POP_DRUMS,
    ),
    Arrangement(
        (_rhythm("rb-ballad", "R&B-Ballad R&B-BalladPlus", "", "R&B-BalladEnd", 2, Keys="Chord", Guitar="Arpeggio"),
         _layer("softrock", "SoftRockSus", Strings="Chord-Sus"),
         _layer("guitarballad", "GuitarBallad", Guitar="Arpeggio-8")),
        (70, 100), drums=("soul", "soft", "pop", "hiphop"),
    ),
    Arrangement(
        (_rhythm("waltz", "WaltzSus Waltz1Sus", "", "", 0, Keys="Chord", Strings="Chord-Sus"),
         _layer("arpeggiowaltz", "ArpeggioWaltz8 ArpeggioWaltz48", Guitar="Arpeggio")),
        (88, 138), "3/4", 3,
    ),
    Arrangement(
        (_rhythm("68swing", "68SwingSus 68Swing1Sus", "", "", 0, Keys="Chord", Strings="Chord-Sus"),
         _layer("arpeggio68", "Arpeggio68 Arpeggio68-816", Guitar="Arpeggio")),
        (50, 76), "6/8", 6,
    ),
)  # fmt: skip

JAZZ = (
    Arrangement(
        (_rhythm("swing", "Swing SwingWalk Swing1Walk", "", "SwingEnd", 2, Piano="Chord|Chord-Guitar"),),
        (112, 200), drums=_JAZZ_DRUMS, is_swung=True,
    ),
    Arrangement(
        (_rhythm("swing", "Swing1 Swing1Walk Swing1WalkPlus", "", "Swing1End", 2, Piano="Chord|Chord-Guitar"),),
        (120, 210), drums=_JAZZ_DRUMS, is_swung=True,
    ),
    Arrangement(
        (_rhythm("jazzcombo", "JazzCombo JazzCombo1 JazzCombo2", "", "JazzComboEnd", 2,
                 Piano="Chord-Piano|Chord-Guitar"),),
        (104, 190), drums=_JAZZ_DRUMS, is_swung=True,
    ),
    Arrangement(
        (_rhythm("mellowjazz", "MellowJazz MellowJazzPlus", "MellowJazzFill", "MellowJazzEnd", 1,
                 Piano="Chord-Piano"),),
        (92, 168), drums=_JAZZ_DRUMS, is_swung=True,
    ),
    Arrangement(
        (_rhythm("evansish", "Evansish Evansish1", "EvansishFill", "EvansishEnd", 1,
                 Piano="Chord-Piano+Chord-Piano2"),),
        (96, 176), drums=_JAZZ_DRUMS, is_swung=True,
    ),
    Arrangement(
        (_rhythm("modernjazz", "ModernJazz ModernJazz1", "", "ModernJazzEnd", 2, Piano="Chord-Piano"),),
        (108, 190), drums=_JAZZ_DRUMS, is_swung=True,
    ),
    Arrangement(
        (_rhythm("bebop", "Bebop", "", "", 0, Piano="Chord-Piano"),),
        (150, 232), drums=_JAZZ_DRUMS, is_swung=True,
    ),
    Arrangement(
        (_rhythm("slowjazz", "SlowJazz SlowJazzWalk SlowJazz1Walk", "SlowJazzFill", "SlowJazzEnd", 2, Piano="Chord"),),
        (66, 108), drums=_JAZZ_DRUMS, is_swung=True,
    ),
    Arrangement(
        (_rhythm("easyswing", "EasySwing EasySwingWalk EasySwing1", "EasySwingFill", "EasySwingEnd", 2),
         _layer("jazzcombo", "JazzCombo JazzCombo1", Piano="Chord-Piano|Chord-Guitar")),
        (100, 170), drums=_JAZZ_DRUMS, is_swung=True,
    ),
    Arrangement(
        (_layer("jazzguitar", "JazzGuitarWalk JazzGuitar1Walk JazzGuitar2Walk", Bass=BASS, Piano="Plectrum"),
         _layer("mellowjazz", "MellowJazz", Drums=DRUMS)),
        (96, 170), drums=_JAZZ_DRUMS, is_swung=True,
    ),
    Arrangement(
        (_rhythm("nitejazz", "NiteJazz", "", "NiteJazzEnd", 2, Piano="Arpeggio-Piano"),),
        (66, 104), drums=_JAZZ_DRUMS, is_swung=True,
    ),
    Arrangement(
        (_rhythm("bossanova", "BossaNova BossaNovaPlus", "", "", 0, Piano="Chord"),),
        (112, 152), drums=_BOSSA_DRUMS,
    ),
    Arrangement(
        (_rhythm("jazzwaltz", "JazzWaltz JazzWaltz1", "JazzWaltzFill", "JazzWaltzEnd", 2, Piano="Chord"),),
        (112, 180), "3/4", 3, is_swung=True,
    ),
    Arrangement(
        (_rhythm("modernjazzwaltz", "ModernJazzWaltz ModernJazzWaltz1", "", "ModernJazzWaltzEnd", 2,
                 Piano="Chord-Piano"),),
        (112, 190), "3/4", 3, is_swung=True,
    ),
    Arrangement(
        (_rhythm("fastjazzwaltz", "FastJazzWaltz FastJazzWaltz1", "FastJazzWaltzFill", "FastJazzWaltzEnd", 2,
                 Piano="Chord"),),
        (140, 220), "3/4", 3, is_swung=True,
    ),
    Arrangement(
        (_rhythm("68swing", "68Swing 68Swing1 68Swing2", "", "", 0, Piano="Chord"),),
        (54, 84), "6/8", 6,
    ),
)  # fmt: skip

_LIGHT_PIANO = _layer("pianoballad", "PianoBallad2 PianoBallad1", Piano="Chord-Block|Chord-Piano")
_BRUSHES = _layer("slowcountry", "SlowCountry", Drums=DRUMS)

SONGWRITER = (
    Arrangement(
        (_layer("folk", "Folk FolkWalk FolkArticulated", "", "FolkEnd", 2, Guitar="Arpeggio|Chord", Bass=BASS),
         _layer("popspiritual", "PopSpiritual", Piano="Chord"), _BRUSHES),
        (84, 132), drums=_FOLK_DRUMS, busiest_drums=_LIGHT,
    ),
    Arrangement(
        (_layer("folkballad", "FolkBallad FolkBallad1 FolkBalladPlus", "", "", 0,
                Guitar="Arpeggio+Chord", Bass=BASS, Piano="Arpeggio-Plus"),
         _layer("guitarballad", "GuitarBallad", Drums=DRUMS), _LIGHT_PIANO),
        (72, 112), drums=_FOLK_DRUMS, busiest_drums=_LIGHT,
    ),
    Arrangement(
        (_rhythm("guitarballad", "GuitarBallad GuitarBallad1", "", "GuitarBalladEnd", 2,
                 Guitar="Arpeggio-8+Arpeggio-4"), _LIGHT_PIANO),
        (68, 108), drums=_FOLK_DRUMS, busiest_drums=_LIGHT,
    ),
    Arrangement(
        (_rhythm("folkrock", "FolkRock FolkRockPlus", "FolkRockFill", "FolkRockEnd", 2,
                 Guitar="Plectrum", Piano="Arpeggio"), _layer("popspiritual", "PopSpiritual", Piano="Chord")),
        (96, 136), drums=_FOLK_DRUMS, busiest_drums=_LIGHT,
    ),
    Arrangement(
        (_rhythm("slowcountry", "SlowCountry SlowCountryWalk SlowCountryPlus", "", "SlowCountryEnd", 2,
                 Guitar="Chord"), _LIGHT_PIANO),
        (76, 112), drums=_FOLK_DRUMS, busiest_drums=_LIGHT,
    ),
    Arrangement(
        (_layer("stringballad", "StringBalladStrum StringBalladStrumPlus", "", "", 0,
                Guitar="Plectrum", Bass=BASS, Piano="Arpeggio"),
         _layer("guitarballad", "GuitarBallad", Drums=DRUMS, Guitar="Arpeggio-4"), _LIGHT_PIANO),
        (68, 104), drums=_FOLK_DRUMS, busiest_drums=_LIGHT,
    ),
    Arrangement(
        (_rhythm("cubanguitar", "CubanGuitar CubanGuitarPlus", "", "CubanGuitarEnd", 4,
                 Guitar="Arpeggio+Arpeggio-Harmony"), _BRUSHES, _layer("popspiritual", "PopSpiritual", Piano="Chord")),
        (80, 120), drums=_FOLK_DRUMS, busiest_drums=_LIGHT,
    ),
    Arrangement(
        (_rhythm("hillcountry", "HillCountry HillCountryPlus", "", "HillCountryEnd", 2, Guitar="Chord"),
         _layer("popspiritual", "PopSpiritual", Piano="Chord")),
        (88, 132), drums=_FOLK_DRUMS, busiest_drums=_LIGHT,
    ),
    Arrangement(
        (_rhythm("bluegrass", "BlueGrass BlueGrassClap", "", "BlueGrassEnd", 1, Guitar="Chord"),
         _layer("arpeggio44", "Arpeggio4", Piano="Arpeggio")),
        (96, 144), drums=_FOLK_DRUMS, busiest_drums=_LIGHT,
    ),
    Arrangement(
        (_layer("lullaby", "LullabyPlus Lullaby1Plus", "", "LullabyEnd", 4, Guitar="Chord+Arpeggio"),
         _layer("slowcountry", "SlowCountry", Bass=BASS, Drums=DRUMS), _LIGHT_PIANO),
        (66, 96), drums=_FOLK_DRUMS, busiest_drums=_LIGHT,
    ),
    Arrangement(
        (_layer("popspiritual", "PopSpiritual PopSpiritualPlus", "", "", 0,
                Guitar="Arpeggio|Plectrum", Piano="Chord", Bass=BASS), _layer("softrock", "SoftRock", Drums=DRUMS)),
        (80, 112), drums=_FOLK_DRUMS, busiest_drums=_LIGHT,
    ),
    Arrangement(
        (_rhythm("countrywaltz", "CountryWaltz CountryWaltz1 CountryWaltz2", "", "", 0, Guitar="Plectrum"),
         _layer("waltz", "WaltzSus", Piano="Chord-Sus")),
        (88, 144), "3/4", 3,
    ),
    Arrangement(
        (_layer("arpeggiowaltz", "ArpeggioWaltz ArpeggioWaltz8 ArpeggioWaltz48", Guitar="Arpeggio"),
         _layer("countrywaltz", "CountryWaltz", Bass=BASS, Drums=DRUMS),
         _layer("waltz", "WaltzSus", Piano="Chord-Sus")),
        (84, 132), "3/4", 3,
    ),
    Arrangement(
        (_layer("arpeggio68", "Arpeggio68 Arpeggio68-816", Guitar="Arpeggio"),
         _rhythm("blues68", "Blues68", "", "", 0, Piano="Chord")),
        (48, 72), "6/8", 6,
    ),
)  # fmt: skip

ARRANGEMENTS: Mapping[str, tuple[Arrangement, ...]] = MappingProxyType(
    {"rock": ROCK, "pop": POP, "jazz": JAZZ, "songwriter": SONGWRITER}
)
