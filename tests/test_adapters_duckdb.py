"""DuckDB: the functions of SQL, on every row and on nulls.

The law of this file: answers are compared row for row with those of a single run.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("duckdb")

import duckdb
from adapting import ADDED, DAY, DECK, judge, make_table

from smscore.adapters import duckdb as adapter
from smscore.bulk import measure_column
from smscore.errors import ProfileError

TABLE = make_table(5000)
"""More than one of the vectors that DuckDB works in."""


@pytest.fixture
def connection() -> Any:
    """Give a connection with the messages."""
    with duckdb.connect() as connection:
        connection.register("messages", TABLE)
        yield connection


def select(connection: Any, expressions: str) -> list[dict[str, Any]]:
    """Select from the messages, in their order."""
    query = f"select {expressions} from messages order by id"  # noqa: S608  # of this file
    rows: list[dict[str, Any]] = connection.sql(query).to_arrow_table().to_pylist()
    return rows


def test_texts_are_measured(connection: Any) -> None:
    """The functions of a text say what `measure_column` says, a null's answer being null."""
    adapter.register(connection)
    expected = measure_column(TABLE["message"]).to_pylist()
    assert select(connection, "unnest(sms_measure(message))") == expected
    names = ("alphabet", "units", "parts")
    apart = select(connection, ", ".join(f"sms_{name}(message) as {name}" for name in names))
    assert apart == [{name: row[name] for name in names} for row in expected]


def test_messages_are_priced(connection: Any) -> None:
    """The functions of text and number say what a run says, nulls included."""
    adapter.register(connection, DECK, at=DAY)
    expected = judge(TABLE)
    rows = select(connection, "id, phone, message, unnest(sms_quote(message, phone))")
    assert rows == expected
    prices = select(connection, "sms_price(message, phone) as price")
    assert prices == [{"price": row["price"]} for row in expected]
    assert list(rows[0])[3:] == ADDED


def test_a_later_deck_takes_the_place_of_an_earlier_one(connection: Any) -> None:
    """To register again is to replace."""
    adapter.register(connection, DECK, at=DAY)
    adapter.register(
        connection, DECK, at=date(2020, 1, 1), profile="vonage", languages=iter(["tr"])
    )
    query = "select sms_parts(repeat('x', 306)), sms_measure(repeat('ığş', 40)).coding"
    assert connection.sql(query).fetchall() == [(3, "gsm7 with locking Turkish")]


def test_without_a_deck_nothing_is_priced(connection: Any) -> None:
    """The functions of prices are there only with a deck; wrong options make none."""
    with pytest.raises(ProfileError):
        adapter.register(connection, profile="nobody")
    adapter.register(connection)
    with pytest.raises(duckdb.CatalogException):
        connection.sql("select sms_price('a', 'b')")
