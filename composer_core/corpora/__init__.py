"""Builds the training sets of the shipped genres from a folder of licensed music."""

from pathlib import Path

from composer_core.corpora.songs import Songs
from composer_core.genres import Genre


def build_songs(genre: Genre, data: Path, cache: Path) -> Songs:
    """Build a genre's corpus, or take it from the cache.

    Raises:
        ResourceError: a corpus or a tool that renders part of it is missing.
    """
    if genre.name == "chorale":
        from composer_core.corpora.chorales import build_songs as build
    elif genre.name == "symphony":
        from composer_core.corpora.orchestra import build_songs as build  # type: ignore[assignment]
    else:
        from composer_core.corpora.bands import build_songs as build  # type: ignore[assignment]
    return build(genre, data, cache)
