"""What the tests share: the two kernels, and the real corpora where they are at hand.

The law of this file: a test that asks for `kernel` runs once with each kernel behind the whole of
smscore. Where no compiled kernel was built, its half is skipped, or fails with `--require-fast`.
"""

from __future__ import annotations

import importlib
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import engines
import pytest

from smscore import _kernel, _pure

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"

SEAM = (
    "measure",
    "choose",
    "measure_many",
    "hasten",
    "measure_utf8",
    "measure_views",
    "measure_replaced",
    "find_unmapped",
    "replace",
    "cut",
    "encode",
    "decode",
    "pack",
    "unpack",
    "read_utf8_numbers",
    "read_view_numbers",
    "spell_numerals",
    "place_numerals",
    "build_prefixes",
    "find_rates",
    "price_rates",
    "find_unsound",
    "watch_quotes",
    "count_breaks",
    "find_keys",
    "remember",
    "search",
    "open_ledger",
    "blame",
    "close_ledger",
)


def pytest_configure(config: pytest.Config) -> None:
    """Take interruptions, as the processes that tests interrupt should, and settle the engines.

    A shell that runs pytest in the background has it and its children ignore them.
    """
    engines.settle()
    config.pluginmanager.register(engines.ExampleSkipper())
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option for places where a missing compiled kernel is a fault."""
    parser.addoption(
        "--require-fast",
        action="store_true",
        help="fail, rather than skip, where the compiled kernel is missing",
    )


def load_kernel(name: str, *, required: bool) -> ModuleType:
    """Give a kernel's module; skip the test, or fail, if it was not built."""
    if name == "pure":
        return _pure
    try:
        return importlib.import_module("smscore._fast")
    except ModuleNotFoundError:
        if required:
            pytest.fail("the compiled kernel was not built")
        pytest.skip("the compiled kernel was not built")


@pytest.fixture(scope="session", params=["pure", "fast"])
def kernel(request: pytest.FixtureRequest) -> Iterator[ModuleType]:
    """Put each kernel in turn behind every function of smscore."""
    required = bool(request.config.getoption("--require-fast"))
    module = load_kernel(request.param, required=required)
    with pytest.MonkeyPatch.context() as patch:
        for name in SEAM:
            patch.setattr(_kernel, name, getattr(module, name))
        if request.param == "pure":
            slow_down(patch)
        yield module


def slow_down(patch: pytest.MonkeyPatch) -> None:
    """Put what they stand for in the place of the compiled kernel's shortcuts, wherever they are.

    They ask no kernel, so that what asks them would be tested with the compiled one all the same.
    """
    if (compiled := sys.modules.get("smscore._fast")) is None:
        return
    for module in list(sys.modules.values()):
        for name, value in list(vars(module).items()):
            if type(value) is compiled.Shortcut:
                patch.setattr(module, name, value.__wrapped__)


@pytest.fixture(scope="session")
def fast(request: pytest.FixtureRequest) -> ModuleType:
    """Give the compiled kernel, to be held against the pure one."""
    return load_kernel("fast", required=bool(request.config.getoption("--require-fast")))


@pytest.fixture(scope="session")
def root() -> Path:
    """Give the top folder of the project."""
    return ROOT
