"""Functions above the seam that a kernel may answer for.

The law of this file: a shortcut changes no answer. In plain Python there is none.
"""

from __future__ import annotations

from smscore._pure.texts import Limits, measure

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    Function = TypeVar("Function", bound=Callable[..., object])


def hasten(
    general: Function, make: Callable[[int, int, int], object], limits: Limits, most: int
) -> Function:
    """Give a function that answers as `general` does, and faster where it can.

    What it may do without asking `general`: to a lone text, with no option, it may answer with
    `make(coding, units, parts)` of what `measure` says with coding -1, if there is no fault and if
    the parts are at most so many; and it may give the same object again for the same numbers.
    """
    del make, most
    # Refuses the capacities that it refuses.
    measure("", -1, limits)
    return general
