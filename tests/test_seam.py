"""The seam to the kernels where the numbers make no sense.

The law of this file: what no caller gives is refused by both kernels alike, and never ends the
process: a compiled one that divides by nothing, or reads outside of its tables, would.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("kernel")

LIMITS = (160, 153, 70, 67)
ROOMS = (160, 153, 155, 149, 152, 146, 70, 67, 6)


@pytest.mark.parametrize("capacity", [1, 0, -1, -(2**63)])
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("measure", lambda few: ("€" * 200, -1, (160, few, 70, 67))),
        ("measure", lambda few: ("я" * 200, -1, (160, 153, 70, few))),
        ("measure", lambda few: ("", -1, (-1, few, few, few))),
        ("measure_replaced", lambda few: ("€" * 200, 160, few)),
        ("choose", lambda few: ("ş€" * 200, b"\1", (160, few, *ROOMS[2:]))),
        ("choose", lambda few: ("ş€" * 200, b"\1", (*ROOMS[:3], few, *ROOMS[4:]))),
        ("choose", lambda few: ("ş€" * 200, b"\1", (*ROOMS[:5], few, *ROOMS[6:]))),
        ("choose", lambda few: ("ş€" * 200, b"\1", (*ROOMS[:7], few, 6))),
        ("cut", lambda few: ("€" * 200, 0, few, None, 255)),
    ],
)
def test_a_part_that_holds_nothing(
    kernel: ModuleType,
    name: str,
    arguments: Callable[[int], tuple[object, ...]],
    capacity: int,
) -> None:
    """A part of several holds a pair at least."""
    with pytest.raises(ValueError, match="at least 2 units"):
        getattr(kernel, name)(*arguments(capacity))


def test_parts_of_two_units(kernel: ModuleType) -> None:
    """The smallest part there is holds one pair, or two characters of one unit."""
    assert kernel.measure("a€aa", 0, (1, 2, 1, 2)) == (0, 5, 3, -1)
    assert kernel.cut("a€aa", 0, 2, None, 9) == ([1, 2, 4], [1, 2, 2])
    assert kernel.measure("", 0, (-1, 2, -1, 2)) == (0, 0, 1, -1)
    assert kernel.measure("aaa", 0, (0, 2**63 - 1, 0, 2**63 - 1)) == (0, 3, 1, -1)


@pytest.mark.parametrize(
    ("coding", "table"),
    [
        (-1, 255),
        (-2, 255),
        (-(2**31), -32768),
        (0x200, 2),
        (0xE00, 14),
        (0xFF00, 255),
        (14 << 16, 14),
    ],
)
def test_a_coding_that_is_none(kernel: ModuleType, coding: int, table: int) -> None:
    """No table is looked for outside of the tables; only a measure may leave the coding open."""
    calls: list[tuple[Any, tuple[object, ...]]] = [
        (kernel.cut, ("a", coding, 5, None, 9)),
        (kernel.encode, ("a", coding)),
        (kernel.decode, (b"a", coding, False)),
    ]
    if coding != -1:
        calls.append((kernel.measure, ("a", coding, LIMITS)))
    for function, arguments in calls:
        with pytest.raises(KeyError) as caught:
            function(*arguments)
        assert caught.value.args == (table,)


@pytest.mark.parametrize("fill_bits", [-100, -8, -1, 8, 40, 2**31 - 1])
def test_fill_bits_that_are_none(kernel: ModuleType, fill_bits: int) -> None:
    """Fill bits are less than an octet (TS 23.040, 9.2.3.24)."""
    with pytest.raises(ValueError, match="0 to 7 fill bits"):
        kernel.pack(b"aaaa", fill_bits)
    with pytest.raises(IndexError):
        kernel.unpack(b"aaaa", 1, fill_bits)


def test_more_septets_than_there_are(kernel: ModuleType) -> None:
    """What the octets do not hold is not read."""
    for octets, count, fill_bits in ((b"a", 2, 0), (b"a", 1, 2), (b"a", -1, 0), (b"", 0, 1)):
        with pytest.raises(IndexError, match="do not hold"):
            kernel.unpack(octets, count, fill_bits)
    assert kernel.unpack(b"a", 1, 1) == b"\x30"
    assert kernel.unpack(b"", 0, 0) == b""


@pytest.mark.parametrize("length", [254, 255, 256, 509, 510, 511, 765, 766])
@pytest.mark.parametrize("last", ["", "a", "ğ", "я", "😀", "\ud800"])
def test_counts_of_many_classes_do_not_run_over(kernel: ModuleType, length: int, last: str) -> None:
    """What a locking shift is missing is counted past what eight bits hold."""
    # With the Turkish locking shift ğ is one septet, { a pair; in UCS-2 each is a unit.
    text = "ğ" + "{" * (length - 1) + last
    number, units, parts, fault = kernel.choose(text, b"\1", ROOMS)
    if last == "\ud800":
        assert (number, units, parts, fault) == (8, 0, 0, length)
    elif last in {"я", "😀"}:
        expected = length + len(last.encode("utf-16-le")) // 2
        assert (number, units, parts) == (8, expected, -(-expected // 67))
    else:
        assert (number, units) == (0x100, 1 + 2 * (length - 1) + len(last))
        # The first part holds ğ and 74 pairs, every other 74; the last has a septet to spare.
        rest = length - 1 - 74
        full, over = divmod(rest, 74)
        assert parts == 1 + full + (over > 0 or (bool(last) and rest == 0))
