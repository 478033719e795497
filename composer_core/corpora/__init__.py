"""Builds the training sets of the shipped genres from a folder of licensed music."""

from pathlib import Path

from composer_core.corpora.songs import Songs
from composer_core.genres import Genre


def build_songs(genre: Genre, data: Path, cache: Path) -> Songs:
    """Build a band's or the orchestra's corpus, or take it from the cache.

    Raises:
        ResourceError: a corpus or a tool that renders part of it is missing.
    """
    if genre.name == "symphony":
        from composer_core.corpora import orchestra

        return orchestra.build_songs(genre, data, cache)
    from composer_core.corpora import bands

    return bands.build_songs(genre, data, cache)
