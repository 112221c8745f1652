"""The bill of each message as a table: its columns add up to the report.

The law of this file: sums are those that the test has drawn or worked out; the CSV is read by the
standard library.
"""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from sending import NUMBER, TEXT, approve
from sending_records import BILLS, OTHER, Archive, ask, begin, euro, record, seconds, sent

from smscore.money import Money
from smscore.send.billing import Reconciliation, billing_report
from smscore.send.bills import COLUMNS, write_bills
from smscore.send.journal import Journal
from smscore.send.outcomes import Outcome

LONG = "a" * 200  # Two parts: TS 23.040 allows 153 septets in each of several.


@pytest.fixture
def journal() -> Iterator[Journal]:
    """Open a journal that lasts as long as the test."""
    with Journal(":memory:") as opened:
        yield opened


def read(journal: Journal, found: Reconciliation) -> list[dict[str, str]]:
    """Write the bills, and read them as anybody would."""
    file = io.StringIO(newline="")
    write_bills(file, journal, found)
    file.seek(0)
    rows = list(csv.DictReader(file, strict=True))
    assert file.getvalue().endswith("\r\n")
    assert all(tuple(row) == COLUMNS for row in rows)
    return rows


def test_a_row_for_each_message(journal: Journal) -> None:
    """A message has a row, with what was quoted, what was billed, and what the difference is."""
    approval = approve(TEXT, key="a")
    sent(journal, approval=approval, price=euro("0.0400"), parts=1, message_id="m1")
    sent(journal, "b", text=LONG, to=NUMBER, price=euro("0.15"), parts=3, status="delivered")
    first, second = read(journal, billing_report(journal))
    assert (first["variance"], first["difference"], first["billed"]) == ("", "0", "0.04")
    assert (first["message"], first["message_id"], first["run"]) == ("1", "m1", "run")
    assert second["variance"] == "parts_and_rate"
    assert (second["quoted_parts"], second["billed_parts"]) == ("2", "3")
    assert (second["quoted"], second["billed"], second["difference"]) == ("0.08", "0.15", "0.07")
    assert (second["by_parts"], second["by_rate"]) == ("0.04", "0.03")
    assert (second["country"], second["quoted_currency"], second["status"]) == (
        "GB",
        "EUR",
        "delivered",
    )
    assert second["in_flight_at"] == "2026-11-24T12:00:00+00:00"


def test_what_did_not_go_out_was_quoted_nothing(journal: Journal) -> None:
    """A message that was rejected has a row too; nothing of it is in a sum unless it was billed."""
    sent(journal, outcome=Outcome.REJECTED)
    sent(journal, "b", outcome=Outcome.REJECTED, price=euro("0.04"), parts=1)
    first, second = read(journal, billing_report(journal))
    assert (first["state"], first["quoted"], first["quoted_parts"]) == ("rejected", "", "")
    assert (second["variance"], second["quoted"], second["billed"]) == ("unsent", "", "0.04")


def test_what_is_in_doubt_says_why(journal: Journal) -> None:
    """A message in doubt has its reason beside it, and one that the provider lacks is missing."""
    sent(journal, outcome=Outcome.UNKNOWN)
    [row] = read(journal, ask(journal, Archive()))
    assert (row["variance"], row["state"]) == ("missing", "unknown")
    assert row["in_doubt_because"].startswith("it is not in the provider's records")


def test_strangers_and_earlier_attempts_have_rows(journal: Journal) -> None:
    """What was billed before a message was tried again, and what is in no journal, comes last."""
    sent(journal, outcome=Outcome.REJECTED, message_id="m1", price=euro("0.04"), parts=1)
    begin(journal, at=seconds(60), again=True)
    sent(journal, "b", to=OTHER, message_id="m2", price=euro("0.05"), parts=1)
    records = [record("m2", OTHER), record("x", text="extra", price=euro("0.07"))]
    found = ask(journal, Archive(records=records), run="run")
    rows = read(journal, found)
    assert [row["variance"] for row in rows] == ["in_doubt", "", "earlier", "extra"]
    earlier, extra = rows[2:]
    assert (earlier["message"], earlier["message_id"], earlier["billed"]) == ("1", "m1", "0.04")
    assert (extra["message"], extra["country"], extra["billed"]) == ("", "", "0.07")
    assert all(NUMBER not in cell and TEXT not in cell for row in rows for cell in row.values())


def test_cells_are_quoted_where_they_must_be(journal: Journal) -> None:
    """A name with a comma, a quote or a line break in it stays one cell."""
    sent(journal, run='doors, "7"\nlate')
    [row] = read(journal, billing_report(journal))
    assert row["run"] == 'doors, "7"\nlate'


@settings(max_examples=100, deadline=None)
@given(bills=BILLS)
def test_the_columns_add_up_to_the_totals(bills: list[Any]) -> None:
    """The sums of the columns are those of the report, of each currency and of each country."""
    with Journal(":memory:") as journal:
        for key, (outcome, number, price, parts, retried) in enumerate(bills):
            money = None if price is None else Money(*price)
            approval = approve("short", number, key=str(key))
            sent(journal, str(key), outcome, approval=approval, price=money, parts=parts)
            if retried and outcome is Outcome.REJECTED:
                begin(journal, str(key), approval=approval, at=seconds(60), again=True)
        found = billing_report(journal)
        rows = read(journal, found)
        sums: defaultdict[str, Decimal] = defaultdict(Decimal)
        for row in rows:
            quoted = row["quoted_currency"]
            # What has no price has its parts in the currency that it was quoted in.
            for kind, currency in (
                ("quoted", quoted),
                ("billed", row["billed_currency"] or quoted),
            ):
                sums[f"{kind} {currency} {row['country']}"] += Decimal(row[kind] or 0)
                parts = Decimal(row[f"{kind}_parts"] or 0)
                sums[f"{kind} parts {currency} {row['country']}"] += parts
        for total in found.totals:
            for each in total.countries:
                place = f"{total.currency} {each.country}"
                assert sums[f"quoted {place}"] == each.expected
                assert sums[f"billed {place}"] == each.billed
                assert sums[f"quoted parts {place}"] == each.parts
                assert sums[f"billed parts {place}"] == each.billed_parts
        counts = Counter(row["variance"] for row in rows)
        assert {kind.value: count for kind, count in found.count().items() if count} == {
            kind: count for kind, count in counts.items() if kind
        }
