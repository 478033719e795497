"""`python -m composer_core rebuild feel`: the genres' `feel.json` again, from drummers and players of the corpora."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from composer_core.corpora.groove import Performance, drum_performances
from composer_core.feel import STRAIGHT
from composer_core.training.drummers import measure_drummers
from composer_core.training.players import measure_players, read_lines

SOURCES = (
    "Drums: Groove MIDI Dataset, Google Magenta, CC BY 4.0; re-mapped to General MIDI, re-timed, and reduced to these "
    "figures.",
    {
        "freedoom.zip": "Parts: Freedoom, copyright 2001-2024 contributors to the Freedoom project, BSD 3-clause.",
        "simutrans.zip": "Parts: Simutrans, copyright 1997-2004 Hj. Malthaner, since 2005 the Simutrans team, "
        "Artistic License.",
    },
)


@dataclass(frozen=True)
class Recipe:
    """Whom a genre's players were learned from: styles of Groove MIDI, played swung or straight, and an archive."""

    styles: tuple[str, ...]
    swung: bool
    archive: str


RECIPES = {
    "jazz": Recipe(("jazz",), True, "simutrans.zip"),
    "rock": Recipe(("rock", "punk"), False, "freedoom.zip"),
    "pop": Recipe(("pop", "dance", "soul"), False, "simutrans.zip"),
    "songwriter": Recipe(("country", "folk", "soft", "gospel", "soul"), False, "simutrans.zip"),
}


def rebuild_feel(data: Path, genres: Path, names: Collection[str] = tuple(RECIPES)) -> list[Path]:
    """Measure the players of genres that have a recipe and write ``genres/NAME/feel.json``; takes about a minute.

    Raises:
        ResourceError: a corpus is missing.
        OSError: a file cannot be written.
    """
    recipes = {name: RECIPES[name] for name in names}
    takes = drum_performances(data, {style for recipe in recipes.values() for style in recipe.styles})
    lines = {archive: list(read_lines(data / archive)) for archive in sorted({r.archive for r in recipes.values()})}
    written = []
    for genre, recipe in recipes.items():
        chosen = choose(takes, recipe)
        touch = replace(measure_drummers(chosen), parts=measure_players(lines[recipe.archive]))
        drumming, playing = SOURCES
        content = {
            "sources": [drumming, playing[recipe.archive]],
            "styles": list(recipe.styles),
            "takes": len(chosen),
            "hits": sum(len(take.hits) for take in chosen),
            "touch": touch.to_json(),
        }
        path = genres / genre / "feel.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, ensure_ascii=False) + "\n", encoding="utf-8")
        written.append(path)
    return written


def choose(takes: Sequence[Performance], recipe: Recipe) -> list[Performance]:
    """The training takes of a recipe's styles, swung ones for a genre that swings and straight ones for the others."""
    return [
        take
        for take in takes
        if take.split == "training"
        and set(recipe.styles) & set(take.styles)
        and (take.swing > STRAIGHT) == recipe.swung
    ]
