"""The functions that the compiled kernel answers for: what they are but faster.

The law of this file: a shortcut is held to the function that it stands for, in its answers, its
errors, and in everything that can be asked of a function.
"""

from __future__ import annotations

import copy
import dataclasses
import gc
import inspect
import pickle
import pydoc
import typing
import weakref
from types import ModuleType
from typing import Any

import pytest
import strategies
from hypothesis import given, settings

import smscore
from smscore import Alphabet, Measure, measuring
from smscore.errors import TooLong

LIMITS = (160, 153, 70, 67)
NAMES = ["measure", "count_parts", "detect"]


@pytest.fixture(params=NAMES)
def shortcut(request: pytest.FixtureRequest, fast: ModuleType) -> Any:
    """Give each function that is hastened, as the compiled kernel has it."""
    function = getattr(measuring, request.param)
    if type(function) is not fast.Shortcut:
        pytest.skip("the pure kernel was asked for")
    return function


def ask(function: Any, *arguments: object, **options: object) -> tuple[object, ...]:
    """Give an answer, or the error that was raised instead."""
    try:
        return ("answer", function(*arguments, **options))
    except Exception as error:  # noqa: BLE001  # all of them are compared
        return (type(error), str(error), getattr(error, "index", None))


@settings(max_examples=400, deadline=None)
@given(text=strategies.texts)
def test_texts(fast: ModuleType, text: str) -> None:
    """Any text has the answer that the function itself gives, the first time and the next."""
    assert fast.NAME == "fast"
    for name in NAMES:
        function = getattr(measuring, name)
        expected = ask(inspect.unwrap(function), text)
        assert ask(function, text) == ask(function, text) == expected


def test_every_length(shortcut: Any) -> None:
    """Answers are kept for many lengths, and are right past them, and up to the last part."""
    general = inspect.unwrap(shortcut)
    for filler in ("a", "[", "a[", "é", "€", "я", "😀", "я😀"):
        for times in [*range(330), 511, 512, 1023, 1024, 1025, 17085, 17086, 39015, 39016]:
            assert ask(shortcut, filler * times) == ask(general, filler * times)


@pytest.mark.parametrize("pair", ["[", "😀"])
def test_parts_that_depend_on_where_pairs_are(shortcut: Any, pair: str) -> None:
    """Of two texts of as many units, the one whose pairs do not fit has a part more."""
    filler, part = ("a", 153) if pair == "[" else ("я", 67)
    even = pair + filler * (2 * part - 2)
    uneven = filler * (part - 1) + pair + filler * (part - 1)
    general = inspect.unwrap(shortcut)
    for text in (even, uneven, even, uneven):
        assert ask(shortcut, text) == ask(general, text)
    assert smscore.count_parts(even) == 2
    assert smscore.count_parts(uneven) == 3


def test_arguments(shortcut: Any) -> None:
    """Whatever is not one str alone is for the function itself, its errors included."""
    general = inspect.unwrap(shortcut)
    cases: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
        ((), {}),
        (("a", "b"), {}),
        ((), {"text": "ab"}),
        (("a",), {"text": "b"}),
        ((b"a",), {}),
        ((None,), {}),
        (("ş" * 71,), {"languages": ["tr"]}),
        (("€" * 153,), {"reference_bits": 16}),
        (("a",), {"profile": "nobody"}),
        (("a",), {"nonsense": 1}),
        (("a\ud800",), {}),
        (("🇩🇪" * 20,), {"boundary": "grapheme"}),
    ]
    for arguments, options in cases:
        assert ask(shortcut, *arguments, **options) == ask(general, *arguments, **options)


def test_too_long() -> None:
    """Past 255 parts there is the error, and its place."""
    with pytest.raises(TooLong) as caught:
        smscore.measure("a" * 39016)
    assert caught.value.index == 39015
    assert smscore.detect("a" * 39016).alphabet is Alphabet.GSM7


def test_it_is_the_function_to_whoever_looks(shortcut: Any) -> None:
    """Its name, its words, its signature and its types are those of the function itself."""
    general = inspect.unwrap(shortcut)
    assert inspect.isfunction(general)
    for name in ("__name__", "__qualname__", "__module__", "__doc__", "__annotations__"):
        assert getattr(shortcut, name) == getattr(general, name)
    assert inspect.signature(shortcut) == inspect.signature(general)
    assert inspect.isroutine(shortcut)
    assert callable(shortcut)
    assert inspect.getdoc(shortcut) == inspect.getdoc(general)
    assert inspect.getsource(shortcut) == inspect.getsource(general)
    names = vars(measuring) | {"Profile": smscore.Profile}
    hints, expected_hints = (typing.get_type_hints(each, names) for each in (shortcut, general))
    assert hints == expected_hints
    # The heading names the type, and all below it is the function's.
    shown, expected = (
        pydoc.plain(pydoc.render_doc(each)).partition("\n")[2] for each in (shortcut, general)
    )
    assert shown == expected
    assert shown.strip().startswith(f"{general.__name__}(text: 'str', *, ")
    assert repr(shortcut) == repr(general)
    assert not hasattr(shortcut, "nonsense")


def test_it_is_one_function(shortcut: Any) -> None:
    """Pickled and copied it is itself; it hashes, is referred to weakly, and is a method."""
    assert pickle.loads(pickle.dumps(shortcut)) is shortcut  # noqa: S301  # it is our own
    assert copy.copy(shortcut) is shortcut
    assert copy.deepcopy(shortcut) is shortcut
    assert {shortcut: "found"}[shortcut] == "found"
    assert weakref.ref(shortcut)() is shortcut

    class Text(str):
        __slots__ = ()
        ask = shortcut

    assert Text.ask is shortcut
    assert Text("abc").ask() == shortcut("abc")


def test_what_it_keeps(fast: ModuleType) -> None:
    """It asks once for what it keeps, gives that again, and is collected with it in a circle."""
    asked: list[tuple[int, int, int]] = []

    def make(*numbers: int) -> list[int]:
        asked.append(numbers)  # type: ignore[arg-type]  # three they are
        return list(numbers)

    def general(_text: str) -> str:
        return "general"

    function = fast.hasten(general, make, LIMITS, 2)
    assert function("a" * 161) is function("b" * 161) == [0, 161, 2]
    assert function("я" * 71) is function("ж" * 71) == [8, 71, 2]
    assert function("[" + "a" * 159) == [0, 161, 2]
    assert asked == [(0, 161, 2), (8, 71, 2), (0, 161, 2)]
    assert function("a" * 307) == function("\ud800") == "general"
    there = weakref.ref(function)
    general.again = function  # type: ignore[attr-defined]
    del function, general
    gc.collect()
    assert there() is None


def test_what_cannot_be_made(fast: ModuleType) -> None:
    """An error of what makes an answer is raised, and nothing is kept in its place."""
    outcomes: list[object] = ["late"]

    def make(*_numbers: int) -> object:
        if len(outcomes) == 1:
            outcomes.append("failed")
            raise LookupError("not yet")
        return outcomes[0]

    function = fast.hasten(str, make, LIMITS, 2)
    with pytest.raises(LookupError, match="not yet"):
        function("a")
    assert function("a") == "late"


def test_limits_that_are_none(kernel: ModuleType) -> None:
    """A part that holds nothing is refused when a function is made."""
    with pytest.raises(ValueError, match="at least 2 units"):
        kernel.hasten(str, str, (160, 1, 70, 67), 255)


@pytest.mark.usefixtures("kernel")
def test_a_measure_is_a_frozen_value() -> None:
    """What is given again and again cannot be changed, and behaves as any dataclass does."""
    measured = smscore.measure("a" * 161)
    assert type(measured) is Measure
    assert measured == Measure(Alphabet.GSM7, units=161, parts=2)
    assert hash(measured) == hash(Measure(Alphabet.GSM7, units=161, parts=2))
    assert repr(measured) == "Measure(alphabet=<Alphabet.GSM7: 'gsm7'>, units=161, parts=2)"
    assert dataclasses.asdict(measured) == {"alphabet": "gsm7", "units": 161, "parts": 2}
    assert dataclasses.replace(measured, parts=3).parts == 3
    assert [field.name for field in dataclasses.fields(measured)] == ["alphabet", "units", "parts"]
    assert pickle.loads(pickle.dumps(measured)) == measured  # noqa: S301  # it is our own
    match measured:
        case Measure(Alphabet.GSM7, units, parts):
            assert (units, parts) == (161, 2)
        case _:
            pytest.fail("it does not match")
    with pytest.raises(dataclasses.FrozenInstanceError):
        measured.parts = 3  # type: ignore[misc]
    assert smscore.measure("a" * 161).parts == 2


def test_a_list_that_becomes_longer(kernel: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who changes a list while it is measured is told so, and not of arrays that are ours."""
    texts = ["Hello"] * 3

    def meanwhile(*arguments: Any) -> None:
        texts.append("Привет")
        kernel.measure_many(*arguments)

    monkeypatch.setattr("smscore.measuring._kernel.measure_many", meanwhile)
    with pytest.raises(ValueError, match="the list changed its length meanwhile"):
        smscore.measure_many(texts)
