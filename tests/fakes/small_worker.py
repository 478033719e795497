"""A real worker whose trainings are of debug size: ``python -m tests.fakes.small_worker worker --kinds train``."""

import importlib
import sys

from composer_core.__main__ import main
from tests.fakes.small_training import shrink


def set_to(name: str, value: object) -> None:
    module, _, attribute = name.rpartition(".")
    setattr(importlib.import_module(module), attribute, value)


if __name__ == "__main__":
    shrink(set_to)
    sys.exit(main())
