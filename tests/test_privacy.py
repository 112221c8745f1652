"""What must not be seen: credentials, and what providers say of numbers and texts.

The law of this file: what is private here is made up, and is looked for wherever a value can show.
"""

from __future__ import annotations

import copy
import pickle
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smscore.privacy import Secret, strike_out

KEY = "k3y-of-the-tests"


def test_a_secret_shows_nowhere() -> None:
    """Neither repr, str, format nor an f-string has the value; only asking for it gives it."""
    secret = Secret(KEY)
    shown = [repr(secret), str(secret), f"{secret}", f"{secret!r:>20}", f"{[secret]}"]
    assert all(KEY not in each for each in shown)
    assert secret.reveal() == Secret(secret).reveal() == KEY


def test_a_secret_is_not_written_down() -> None:
    """It is neither pickled nor copied."""
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not pickled"):
            attempt(Secret(KEY))


def test_secrets_are_compared_by_value() -> None:
    """Two with one value are equal; what is no secret is not."""
    assert Secret(KEY) == Secret(KEY)
    assert hash(Secret(KEY)) == hash(Secret(KEY))
    assert Secret(KEY) != Secret(KEY + "x")
    assert Secret(KEY) != KEY


@pytest.mark.parametrize("wrong", ["", "a\nb", "a\rb", "a\0b"])
def test_what_no_header_carries(wrong: str) -> None:
    """An empty credential, or one with a line break or NUL, is refused without being shown."""
    with pytest.raises(ValueError, match="credential") as caught:
        Secret(wrong)
    assert not wrong or wrong not in "".join(traceback.format_exception(caught.value))[-200:]
    with pytest.raises(TypeError, match="not int"):
        Secret(5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("to +12025550122: no route", "to …: no route"),
        ("to 12025550122: no route", "to …: no route"),
        ("to (202) 555-0122: no route", "to (…: no route"),
        ("to +44 7700 900123, code 1000", "to …, code 1000"),
        ("balance 12.50 at 2026-11-24", "balance 12.50 at …"),
        ("nothing here", "nothing here"),
    ],
)
def test_numbers_are_struck_out(said: str, told: str) -> None:
    """Whatever may be a phone number is not told; codes and amounts are."""
    assert strike_out(said) == told


def test_what_is_private_is_struck_out() -> None:
    """The longer of two private words is struck out first, so that nothing of it is left."""
    assert strike_out("the text: Hello Ann!", ["Hello", "Hello Ann"]) == "the text: …!"
    assert strike_out("a b c", ["", "a"]) == "a b c"


@given(
    before=st.text(max_size=20),
    digits=st.from_regex(r"\+?[1-9][0-9]{7,14}", fullmatch=True),
    after=st.text(max_size=20),
)
def test_no_number_is_left(before: str, digits: str, after: str) -> None:
    """Wherever a number stands, its digits are gone."""
    assert digits.strip("+") not in strike_out(f"{before}{digits}{after}")
