"""The terminal as a frontend: one file for each group of `tutti` commands.

A command module has ``add(commands)``, which adds its parsers and sets ``run`` on each: a function
``(options, settings) -> exit status``. Results go to stdout; notices, progress and errors to stderr.
"""

import argparse
from typing import TypeAlias

# argparse gives the type of what ``add_subparsers`` returns no public name.
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
