"""The compiled kernel held against the plain one, and the choice between the two.

The law of this file: `_pure` specifies, so a difference is the compiled kernel's fault, whatever
the standard says. Which of the two is loaded is only ever asked of a fresh interpreter.
"""

from __future__ import annotations

import importlib.machinery
import inspect
import os
import shutil
import subprocess
import sys
from array import array
from collections import UserList
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

import smscore
from smscore import _pure, measuring

SEAM = {
    "measure": ["text", "coding", "limits"],
    "choose": ["text", "languages", "rooms"],
    "measure_many": ["texts", "limits", "alphabets", "units", "parts"],
    "hasten": ["general", "make", "limits", "most"],
    "measure_replaced": ["text", "single", "multi"],
    "find_unmapped": ["text"],
    "replace": ["text", "table", "kept"],
    "cut": ["text", "coding", "capacity", "breaks", "most"],
    "encode": ["text", "coding"],
    "decode": ["septets", "coding", "strict"],
    "pack": ["septets", "fill_bits"],
    "unpack": ["octets", "count", "fill_bits"],
    "read_utf8_numbers": [
        *("octets", "offsets", "width", "validity", "first", "count", "numerals"),
    ],
    "read_view_numbers": ["views", "buffers", "validity", "first", "count", "numerals"],
    "spell_numerals": ["numerals", "values"],
    "place_numerals": ["numerals", "openings", "steps", "places"],
    "build_prefixes": ["prefixes", "entries", "chains"],
    "find_rates": ["numerals", "places", "tables", "fallbacks", "rates"],
    "price_rates": [
        *("rates", "parts", "validity", "first", "prices", "flat", "amounts", "valid"),
    ],
}

# Single and multi, GSM 7 bit and UCS-2: TS 23.040 clauses 9.2.3.24.1 and 9.2.3.24.8.
LIMITS_8 = (160, 153, 70, 67)
LIMITS_16 = (160, 152, 70, 66)

ANY, GSM7, UCS2 = -1, 0x00, 0x08

EXTENSION_SUFFIX = importlib.machinery.EXTENSION_SUFFIXES[0]

Limits = tuple[int, int, int, int]


@st.composite
def odd_limits(draw: st.DrawFn) -> Limits:
    """Draw the capacities of a header that no one sends; an only part holds at least as much."""
    multi, multi_ucs2 = draw(strategies.capacities), draw(strategies.capacities)
    room, room_ucs2 = draw(st.integers(0, 7)), draw(st.integers(0, 3))
    return multi + room, multi, multi_ucs2 + room_ucs2, multi_ucs2


limits_of_all_sorts = st.one_of(st.sampled_from([LIMITS_8, LIMITS_16]), odd_limits())


def measure_many(kernel: ModuleType, texts: list[str], limits: Limits) -> list[list[int]]:
    """Measure a list with a kernel, into arrays that hold rubbish before."""
    alphabets = array("b", [77]) * len(texts)
    units, parts = array("i", [-77]) * len(texts), array("i", [-77]) * len(texts)
    assert kernel.measure_many(texts, limits, alphabets, units, parts) is None
    return [list(column) for column in (alphabets, units, parts)]


def every_code_point() -> list[str]:
    """List all characters there are, surrogates included."""
    return list(map(chr, range(0x110000)))


def test_the_seam_is_the_same(kernel: ModuleType) -> None:
    """Both kernels have the five functions, with the same arguments of the same names."""
    for name, arguments in SEAM.items():
        parameters = inspect.signature(getattr(kernel, name)).parameters.values()
        assert [parameter.name for parameter in parameters] == arguments
        assert {parameter.kind for parameter in parameters} == {
            inspect.Parameter.POSITIONAL_OR_KEYWORD
        }
        assert {parameter.default for parameter in parameters} == {inspect.Parameter.empty}


def test_each_kernel_says_its_name(fast: ModuleType) -> None:
    """A kernel's NAME is what SMSCORE_KERNEL calls it."""
    assert (_pure.NAME, fast.NAME) == ("pure", "fast")


@pytest.mark.parametrize("dcs", [ANY, GSM7, UCS2])
def test_measure_on_every_code_point(fast: ModuleType, dcs: int) -> None:
    """For each of 1,114,112 code points, measure gives the same four numbers."""
    for character in every_code_point():
        if fast.measure(character, dcs, LIMITS_8) != _pure.measure(character, dcs, LIMITS_8):
            pytest.fail(f"U+{ord(character):04X}")


def test_measure_many_on_every_code_point(fast: ModuleType) -> None:
    """In one list of all code points, faults included, each has the same three numbers."""
    everything = every_code_point()
    expected = measure_many(_pure, everything, LIMITS_8)
    assert measure_many(fast, everything, LIMITS_8) == expected
    assert expected[0].count(-1) == 2048


def test_measure_replaced_on_every_code_point(fast: ModuleType) -> None:
    """For each code point, measure_replaced gives the same two numbers."""
    for character in every_code_point():
        if fast.measure_replaced(character, 160, 153) != _pure.measure_replaced(
            character, 160, 153
        ):
            pytest.fail(f"U+{ord(character):04X}")


def test_find_unmapped_on_every_code_point(fast: ModuleType) -> None:
    """In one string of all code points, the same 1,114,112 - 137 are unmapped."""
    found = fast.find_unmapped("".join(every_code_point()))
    assert found == _pure.find_unmapped("".join(every_code_point()))
    assert len(found) == 1_114_112 - 137


@pytest.mark.parametrize(
    "before",
    ["", "a" * 700, "é" * 701, "я" * 702, "😀" * 703],
    ids=["alone", "ascii", "latin-1", "16-bit", "32-bit"],
)
def test_every_code_point_in_long_texts(fast: ModuleType, before: str) -> None:
    """In texts of each width in memory, all code points have the same answers at any offset."""
    for first in range(0, 0x110000, 0x3C1):
        text = before + "".join(map(chr, range(first, min(first + 0x3C1, 0x110000))))
        assert fast.find_unmapped(text) == _pure.find_unmapped(text)
        assert fast.measure_replaced(text, 160, 153) == _pure.measure_replaced(text, 160, 153)
        assert fast.measure(text, ANY, LIMITS_8) == _pure.measure(text, ANY, LIMITS_8)
        assert fast.cut(text, UCS2, 67, None, 99) == _pure.cut(text, UCS2, 67, None, 99)


@settings(max_examples=600, deadline=None)
@given(text=strategies.texts, dcs=st.sampled_from([ANY, GSM7, UCS2]), limits=limits_of_all_sorts)
def test_measure(fast: ModuleType, text: str, dcs: int, limits: Limits) -> None:
    """Any text, alphabet and capacities give the same alphabet, units, parts and fault."""
    assert fast.measure(text, dcs, limits) == _pure.measure(text, dcs, limits)


@settings(max_examples=300, deadline=None)
@given(text=strategies.texts, limits=limits_of_all_sorts)
def test_measure_replaced(fast: ModuleType, text: str, limits: Limits) -> None:
    """Any text gives the same septets and parts as if it were replaced."""
    single, multi = limits[:2]
    expected = _pure.measure_replaced(text, single, multi)
    assert fast.measure_replaced(text, single, multi) == expected


@settings(max_examples=300, deadline=None)
@given(text=strategies.texts)
def test_find_unmapped(fast: ModuleType, text: str) -> None:
    """Any text has its unmapped characters at the same places."""
    assert fast.find_unmapped(text) == _pure.find_unmapped(text)


@settings(max_examples=800, deadline=None)
@given(
    data=st.data(),
    text=strategies.texts,
    dcs=st.sampled_from([GSM7, UCS2]),
    capacity=strategies.capacities,
    most=st.one_of(st.integers(1, 6), st.just(255)),
)
def test_cut(
    fast: ModuleType, data: st.DataObject, text: str, dcs: int, capacity: int, most: int
) -> None:
    """Any breaks, capacity and most parts cut a text at the same places."""
    breaks = data.draw(strategies.breaks_of(text))
    expected = _pure.cut(text, dcs, capacity, breaks, most)
    assert fast.cut(text, dcs, capacity, breaks, most) == expected


@pytest.mark.parametrize("dcs", [GSM7, UCS2])
@settings(max_examples=200, deadline=None)
@given(text=strategies.texts, capacity=strategies.capacities)
def test_measure_counts_what_cut_cuts(
    kernel: ModuleType, dcs: int, text: str, capacity: int
) -> None:
    """The parts that are counted are those that are cut, and none is over its capacity."""
    ends, held = kernel.cut(text, dcs, capacity, None, len(text) + 1)
    _, units, parts, fault = kernel.measure(text, dcs, (capacity,) * 4)
    assert max(held) <= capacity
    assert ends[-1] == len(text)
    if fault < 0:
        assert (sum(held), len(ends)) == (units, parts)


@settings(max_examples=150, deadline=None)
@given(texts=st.lists(strategies.texts, max_size=12), limits=limits_of_all_sorts)
def test_measure_many(fast: ModuleType, texts: list[str], limits: Limits) -> None:
    """Any list, faults included, gives the same three columns, and those of measure."""
    columns = measure_many(fast, texts, limits)
    assert columns == measure_many(_pure, texts, limits)
    for text, alphabet, units, parts in zip(texts, *columns, strict=True):
        dcs, used, number, fault = _pure.measure(text, ANY, limits)
        expected = (dcs, used, number) if fault < 0 else (-1, fault, 0)
        assert (alphabet, units, parts) == expected


class ListOfOurs(list[str]):
    """A list that is not exactly one."""


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize("kind", [list, tuple, ListOfOurs, UserList, iter], ids=str)
def test_measure_many_takes_any_sequence(kind: Callable[[list[str]], Sequence[str]]) -> None:
    """Above the seam, whatever holds texts gives what a list of them does."""
    columns = measuring.measure_many(kind(["Hello", "Привет", "\ud800", "", "€" * 81]))
    assert [column.tolist() for column in columns] == [
        [0, 8, -1, 0, 0],
        [5, 6, 0, 0, 162],
        [1, 1, 0, 1, 2],
    ]
    assert [(column.typecode, column.itemsize) for column in columns] == [
        ("b", 1),
        ("i", 4),
        ("i", 4),
    ]


@pytest.mark.usefixtures("kernel")
def test_measure_many_of_nothing() -> None:
    """No texts give three empty arrays."""
    assert [len(column) for column in measuring.measure_many([])] == [0, 0, 0]


class TextOfOurs(str):
    """A str that is not exactly one, as template engines and numpy make them."""

    __slots__ = ()


@pytest.mark.usefixtures("kernel")
def test_a_subclass_of_str_is_a_text() -> None:
    """A text may be of a subclass of str, with either kernel."""
    text = TextOfOurs("a" * 152 + "€" + "a" * 8)
    measured = smscore.measure(text)
    assert (measured.alphabet, measured.units, measured.parts) == ("gsm7", 162, 2)
    assert [part.end for part in smscore.split(text).parts] == [152, 161]
    assert smscore.split(text, boundary="grapheme").units == 162
    assert smscore.detect(text) == smscore.Coding(smscore.Alphabet.GSM7)
    assert measuring.measure_many([text, "я"])[1].tolist() == [162, 1]
    assert measuring.count_parts_replaced(text) == 2


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize("wrong", [None, b"text", bytearray(b"text"), 5, ["text"]], ids=repr)
@pytest.mark.parametrize("name", ["measure", "split", "count_parts", "detect", "measure_many"])
def test_what_is_not_a_str_is_a_type_error(name: str, wrong: object) -> None:
    """With either kernel, what is no str is refused in the same words."""
    given: Any = ["good", wrong] if name == "measure_many" else wrong
    with pytest.raises(TypeError, match=f"^a text is a str, not {type(wrong).__name__}$"):
        getattr(smscore, name)(given)
    with pytest.raises(TypeError, match=f"^a text is a str, not {type(wrong).__name__}$"):
        measuring.count_parts_replaced(cast("str", wrong))


@pytest.mark.parametrize("wrong", [None, b"a", 5])
def test_the_compiled_kernel_refuses_what_is_no_str(fast: ModuleType, wrong: object) -> None:
    """At the seam itself a list item that is no str is an error, never memory read as one."""
    numbers = array("b", [0]), array("i", [0]), array("i", [0])
    with pytest.raises(TypeError):
        fast.measure_many([wrong], LIMITS_8, *numbers)


def test_the_compiled_kernel_refuses_arrays_of_another_length(fast: ModuleType) -> None:
    """At the seam itself arrays that are too short are an error, never written past."""
    with pytest.raises(ValueError, match="as long as the list"):
        fast.measure_many(["a", "b"], LIMITS_8, array("b", [0]), array("i", [0]), array("i", [0]))


def run_python(code: str, choice: str | None, folder: Path | None = None) -> tuple[str, str]:
    """Run code in a fresh interpreter, smscore from a folder; give what it says, and its error."""
    environment = {name: value for name, value in os.environ.items() if name != "SMSCORE_KERNEL"}
    if choice is not None:
        environment["SMSCORE_KERNEL"] = choice
    first = f"import sys; sys.path.insert(0, {str(folder)!r})\n" if folder else ""
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", first + code],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env=environment,
        timeout=60,
    )
    assert (done.returncode == 0) == (done.stderr == "")
    return done.stdout.strip(), done.stderr.strip().rpartition("\n")[2]


SAY = """
import smscore
print(smscore.KERNEL, smscore.measure("a" * 161).parts, smscore.__file__)
"""


def copy_package(folder: Path) -> Path:
    """Copy smscore without anything compiled, and return the copy."""
    source = Path(smscore.__file__).parent
    wanted = shutil.ignore_patterns("__pycache__", "_fast*")
    return Path(shutil.copytree(source, folder / "smscore", ignore=wanted))


@pytest.mark.parametrize(
    ("choice", "name"),
    [("pure", "pure"), ("fast", "fast"), ("auto", "fast"), ("", "fast"), (None, "fast")],
)
def test_the_choice(fast: ModuleType, choice: str | None, name: str) -> None:
    """SMSCORE_KERNEL picks the kernel, and without it the compiled one is taken."""
    assert fast.NAME == "fast"
    assert run_python(SAY, choice)[0].split()[:2] == [name, "2"]


@pytest.mark.parametrize("choice", ["nonsense", "FAST", "auto ", "0"])
def test_an_unknown_choice(choice: str) -> None:
    """A kernel that there is not is an error that names those there are."""
    said, error = run_python(SAY, choice)
    assert said == ""
    assert error.startswith("ImportError: ")
    assert repr(choice) in error
    assert error.endswith("auto, fast, pure")


@pytest.mark.parametrize("choice", ["auto", None, "pure"])
def test_without_a_compiled_kernel(tmp_path: Path, choice: str | None) -> None:
    """Where none was built the pure kernel serves."""
    copy = copy_package(tmp_path)
    expected = ["pure", "2", str(copy / "__init__.py")]
    assert run_python(SAY, choice, tmp_path)[0].split(maxsplit=2) == expected


def test_without_the_compiled_kernel_that_was_asked_for(tmp_path: Path) -> None:
    """Where none was built, asking for it fails."""
    copy_package(tmp_path)
    said, error = run_python(SAY, "fast", tmp_path)
    assert (said, error) == ("", "ModuleNotFoundError: No module named 'smscore._fast'")


def breakages() -> dict[str, Sequence[bytes]]:
    """List what may stand in the place of a compiled kernel, by name."""
    import regex._regex as other

    built = sorted(Path(smscore.__file__).parent.glob(f"_fast{EXTENSION_SUFFIX}"))
    return {
        "empty": [b""],
        "garbage": [b"this is no shared library\n"],
        "truncated": [path.read_bytes()[:50] for path in built],
        "another module": [Path(other.__file__).read_bytes()],
    }


@pytest.mark.parametrize("breakage", ["empty", "garbage", "truncated", "another module"])
def test_a_broken_compiled_kernel(tmp_path: Path, breakage: str) -> None:
    """A compiled kernel that does not load raises, unless the pure one was asked for."""
    octets = breakages()[breakage]
    if not octets:
        pytest.skip("there is no compiled kernel to break")
    copy = copy_package(tmp_path)
    (copy / f"_fast{EXTENSION_SUFFIX}").write_bytes(octets[0])
    for choice in ("auto", "fast", None):
        said, error = run_python(SAY, choice, tmp_path)
        assert said == ""
        assert error.startswith("ImportError: ")
    assert run_python(SAY, "pure", tmp_path)[0].split()[:2] == ["pure", "2"]


def test_a_compiled_kernel_that_misses_a_module(tmp_path: Path) -> None:
    """A kernel that is there but lacks something of its own is broken, not absent."""
    copy = copy_package(tmp_path)
    (copy / "_fast.py").write_text("import a_module_that_there_is_not\n", encoding="utf-8")
    said, error = run_python(SAY, "auto", tmp_path)
    assert (said, error) == (
        "",
        "ModuleNotFoundError: No module named 'a_module_that_there_is_not'",
    )
