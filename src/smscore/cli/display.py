"""Where a terminal's results and progress go.

The law of this file: lines are left to the terminal to break, and nothing in them is taken for
markup.
"""

from __future__ import annotations

import sys

from rich.console import Console


def make_console(*, error: bool = False) -> Console:
    """Make a console for results, or for progress."""
    stream = sys.stderr if error else sys.stdout
    return Console(file=stream, soft_wrap=True, highlight=False, emoji=False, markup=False)
