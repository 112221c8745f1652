"""Texts looked through many octets at once, by every kind of processor that this one can play.

The law of this file: `_pure` specifies. A text is as long as a vector, a unit less, a unit more;
what is odd stands at each of its places in turn; and behind its end the memory ends too.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import subprocess
import sys
from array import array
from pathlib import Path
from types import ModuleType

import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

from smscore import _pure

LIMITS = (160, 153, 70, 67)
ANY = -1

# A text is looked through 16, 32 or 64 octets at a time, and what is left is less than that.
LENGTHS = [*range(70), 95, 96, 97, 127, 128, 129, 130, 191, 192, 193]

# What a text is made of, by how wide it makes a str, and what may stand in it somewhere.
FILLERS = ["a", "é", "Ω", "€", "я", "😀"]
ODD = [
    *"`´\x00\x1b\x7f\x80\xa0Çç\xff", *"[€\f|", *"ΑΒΓΞΟΩΪ\u038f\u0390\u03af\u03b0", *"\u20ab\u20ad",
    *"\u0100\u0fff\ud7ff\ud800\udbff\udc00\udfff\ue000\uffff", *"\U00010000\U0001d800\U0010ffff",
]  # fmt: skip


@pytest.mark.parametrize("filler", FILLERS)
@pytest.mark.parametrize("odd", ODD, ids=ascii)
def test_something_odd_at_each_place(fast: ModuleType, filler: str, odd: str) -> None:
    """Whatever the length of a text, one odd character in it is seen wherever it stands."""
    for length in LENGTHS:
        for place in {*range(length), length} if length < 40 else {0, 1, length // 2, length}:
            text = filler * place + odd + filler * (length - place)
            assert fast.measure(text, ANY, LIMITS) == _pure.measure(text, ANY, LIMITS)


def test_each_narrow_character_at_each_place(fast: ModuleType) -> None:
    """Each of the 256 characters of Latin-1 is seen at each place of a vector of any size."""
    for point in range(0x100):
        for place in range(65):
            text = "a" * place + chr(point) + "a" * (70 - place)
            assert fast.measure(text, ANY, LIMITS) == _pure.measure(text, ANY, LIMITS)


def test_each_code_point_among_others(fast: ModuleType) -> None:
    """Each code point but those past the BMP's first is seen in a text that is looked through."""
    for point in [*range(0x10100), 0x1D800, 0x10FFFF]:
        text = "a" * 17 + chr(point) + "€" * 30
        if fast.measure(text, ANY, LIMITS) != _pure.measure(text, ANY, LIMITS):
            pytest.fail(f"U+{point:04X}")


@pytest.mark.parametrize("filler", ["a", "é", "Ω", "я", "😀"])
@pytest.mark.parametrize("pair", ["[", "€", "😀"])
def test_edges(fast: ModuleType, filler: str, pair: str) -> None:
    """Where parts end, a pair moves to the next one whole: at every length near it."""
    for length in [
        *range(60, 75),
        *range(128, 137),
        *range(148, 164),
        *range(298, 312),
        1019,
        1100,
    ]:
        for place in {0, 66, 67, 133, 152, 153, 305, length - 1} & {*range(length)}:
            text = filler * place + pair + filler * (length - place - 1)
            assert fast.measure(text, ANY, LIMITS) == _pure.measure(text, ANY, LIMITS)


@settings(max_examples=1000, deadline=None)
@given(
    pieces=st.lists(st.tuples(st.sampled_from([*FILLERS, *ODD]), st.integers(0, 200)), max_size=5)
)
def test_runs(fast: ModuleType, pieces: list[tuple[str, int]]) -> None:
    """Runs of this and that, as long as several vectors, are measured as they should be."""
    text = "".join(each * times for each, times in pieces)
    assert fast.measure(text, ANY, LIMITS) == _pure.measure(text, ANY, LIMITS)


@settings(max_examples=1000, deadline=None)
@given(text=strategies.texts)
def test_texts(fast: ModuleType, text: str) -> None:
    """So are the texts that are hard to count."""
    assert fast.measure(text, ANY, LIMITS) == _pure.measure(text, ANY, LIMITS)


def test_a_text_that_is_very_long(fast: ModuleType) -> None:
    """Counts do not run over, however many pairs there are."""
    for character in "a[é€я😀":
        text = character * 200_001
        assert fast.measure(text, ANY, LIMITS) == _pure.measure(text, ANY, LIMITS)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is protected in another way here")
@pytest.mark.skipif(sys.implementation.name != "cpython", reason="a str lies otherwise here")
@pytest.mark.parametrize(("filler", "width"), [("a", 1), ("é", 1), ("Ω", 2), ("я", 2), ("😀", 4)])
def test_nothing_is_read_behind_the_end(fast: ModuleType, filler: str, width: int) -> None:
    """A text that ends where the memory ends is measured, and nothing behind it is read."""
    page = mmap.PAGESIZE
    memory = mmap.mmap(-1, 2 * page)
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    protect = ctypes.CDLL(None, use_errno=True).mprotect
    protect.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    assert protect(address + page, page, 0) == 0
    lengths = []
    for length in range(600):
        text = filler * length
        # All of it, header and characters, but the zero that Python has after them.
        size = sys.getsizeof(text) - width
        # An object lies where a pointer may lie.
        if length == 0 or size % 8 or size > page:
            continue
        ctypes.memmove(address + page - size, id(text), size)
        there = ctypes.cast(address + page - size, ctypes.py_object).value
        measured = fast.measure(there, ANY, LIMITS)
        # Before the next one is written over it.
        del there
        assert measured == _pure.measure(text, ANY, LIMITS)
        lengths.append(length)
    assert len(lengths) > 70
    assert protect(address + page, page, mmap.PROT_READ | mmap.PROT_WRITE) == 0


def measure_many(kernel: ModuleType, texts: list[str]) -> list[list[int]]:
    """Measure a list with a kernel."""
    columns = [array(kind, [7]) * len(texts) for kind in "bii"]
    kernel.measure_many(texts, LIMITS, *columns)
    return [column.tolist() for column in columns]


def test_lists_of_all_lengths(fast: ModuleType) -> None:
    """A list is measured to its end, and where texts are fetched before their turn."""
    texts = [filler * length for length in LENGTHS for filler in [*FILLERS, "\ud800"]]
    for count in [*range(60), len(texts)]:
        assert measure_many(fast, texts[:count]) == measure_many(_pure, texts[:count])


def test_a_list_stops_at_what_is_no_text(kernel: ModuleType) -> None:
    """What is not exactly a str is a TypeError that names its type; what was before it is done."""

    class Ours(str):
        __slots__ = ()

    for wrong in (None, b"a", 5, Ours("a")):
        columns = [array(kind, [7]) * 3 for kind in "bii"]
        with pytest.raises(TypeError, match=f"^a text is a str, not {type(wrong).__name__}$"):
            kernel.measure_many(["я", wrong, "a"], LIMITS, *columns)
        assert [column.tolist() for column in columns] == [[8, 7, 7], [1, 7, 7], [1, 7, 7]]


def test_processors(fast: ModuleType) -> None:
    """The best that there is, is taken; each can be asked for; another is refused by its name."""
    assert fast.SIMDS[0] == "scalar"
    asked = os.environ.get("SMSCORE_SIMD") or fast.SIMDS[-1]
    assert asked == fast.SIMD
    done = run(["-c", "import smscore"], "nonsense")
    assert done.returncode == 1
    assert "SMSCORE_SIMD is 'nonsense': of such, there are here: scalar" in done.stdout


@pytest.mark.parametrize("simd", ["scalar", "16", "avx2", "avx512"])
def test_every_kind_of_processor(fast: ModuleType, simd: str) -> None:
    """All of this file is so for each kind of processor."""
    if simd not in fast.SIMDS or simd == fast.SIMD:
        pytest.skip("it is no other one, or not to be had here")
    done = run(
        ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "not processor", __file__], simd
    )
    assert done.returncode == 0, done.stdout


def run(arguments: list[str], simd: str) -> subprocess.CompletedProcess[str]:
    """Run Python as a kind of processor."""
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "SMSCORE_SIMD": simd, "SMSCORE_KERNEL": "fast"},
        cwd=Path(__file__).parent.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
