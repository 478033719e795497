"""The terminal as a frontend: one file for each group of `tutti` commands.

A command module has ``add(commands)``, which adds its parsers and sets ``run`` on each: a function
``(options, settings) -> exit status``. Results go to stdout; notices, progress and errors to stderr.
"""

import argparse

Commands = "argparse._SubParsersAction[argparse.ArgumentParser]"
"""What ``ArgumentParser.add_subparsers`` returns; argparse gives it no public name."""
