"""The two kernels, each to be put behind the whole of smscore in one and the same process.

The law of this file: a kernel is put in place by replacing what the seam took from it, every
function and nothing else, so that all that stands above the seam is measured as it is; and what the
compiled kernel has hastened, which asks no seam, is what it stands for behind the pure one.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import ModuleType
from typing import Any

from smscore import _kernel

KERNELS = ("pure", "fast")


def load(name: str) -> ModuleType | None:
    """Load a kernel's module; None for a compiled one that was not built.

    >>> load("pure").NAME
    'pure'
    """
    try:
        return importlib.import_module(f"smscore._{name}")
    except ModuleNotFoundError as error:
        # A module that the extension itself misses is a broken extension, not an absent one.
        if error.name != f"smscore._{name}":
            raise
        return None


def built() -> list[str]:
    """Name the kernels that there are."""
    return [name for name in KERNELS if load(name) is not None]


def require(name: str) -> ModuleType:
    """Load a kernel's module; LookupError if it was not built."""
    module = load(name)
    if module is None:
        raise LookupError(f"the {name} kernel was not built")
    return module


@contextmanager
def use(name: str) -> Iterator[ModuleType]:
    """Put a kernel behind smscore for as long as the context lasts; LookupError if not built."""
    module = require(name)
    before = vars(_kernel).copy()
    taken = [seam for seam, value in before.items() if callable(value) and hasattr(module, seam)]
    hastened = find_hastened() if name == "pure" else []
    try:
        for seam in taken:
            setattr(_kernel, seam, getattr(module, seam))
        for home, attribute, value in hastened:
            setattr(home, attribute, value.__wrapped__)
        yield module
    finally:
        for seam in taken:
            setattr(_kernel, seam, before[seam])
        for home, attribute, value in hastened:
            setattr(home, attribute, value)


def unhasten(run: Any) -> Any:  # noqa: ANN401  # whatever a partial may hold
    """Give a function as it is without the compiled kernel's haste, in a partial one too.

    What was taken from smscore before a kernel was put in place is what it was.
    """
    if isinstance(run, partial):
        return partial(unhasten(run.func), *map(unhasten, run.args), **run.keywords)
    compiled = sys.modules.get("smscore._fast")
    hastened = compiled is not None and type(run) is compiled.Shortcut
    return run.__wrapped__ if hastened else run


def find_hastened() -> list[tuple[ModuleType, str, Any]]:
    """List what the compiled kernel has hastened, by its modules and its names there."""
    compiled = sys.modules.get("smscore._fast")
    return [
        (home, name, value)
        for home in list(sys.modules.values())
        for name, value in list(vars(home).items())
        if compiled is not None and type(value) is compiled.Shortcut
    ]
