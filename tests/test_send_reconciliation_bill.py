"""Quoted against billed: each difference has its reason, and the reasons add up to it.

The law of this file: sums are worked out here by hand, or from the amounts that the test drew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sending import NUMBER, approve
from sending_records import (
    NOW,
    OTHER,
    Archive,
    Complete,
    ask,
    begin,
    entry_of,
    euro,
    record,
    sent,
)

from smscore.decks import RateDeck
from smscore.guard import Guard
from smscore.money import Money
from smscore.quoting import quote
from smscore.send.billing import Reconciliation, billing_report
from smscore.send.journal import Journal
from smscore.send.outcomes import Outcome
from smscore.send.totals import Total
from smscore.send.variances import Variance, VarianceKind

LONG = "a" * 200  # Two parts: TS 23.040 allows 153 septets in each of several.
STOPPED = "Sale today %STOPNUM%" + "a" * 140
"""CALLR puts a number in the place of the name, after the parts were counted."""


@pytest.fixture
def journal() -> Iterator[Journal]:
    """Open a journal that lasts as long as the test."""
    with Journal(":memory:") as opened:
        yield opened


def the_total(found: Reconciliation, currency: str = "EUR") -> Total:
    """Give a currency's total."""
    [total] = [each for each in found.totals if each.currency == currency]
    return total


def vary(journal: Journal, **options: object) -> Variance | None:
    """Let one message be sent and billed, and give its variance."""
    sent(journal, **options)  # type: ignore[arg-type]
    return next(iter(billing_report(journal).variances), None)


def test_billed_as_quoted(journal: Journal) -> None:
    """A message that was billed as it was quoted is no variance."""
    assert vary(journal, price=euro("0.0400"), parts=1) is None
    found = billing_report(journal)
    total = the_total(found)
    assert (total.messages, total.expected, total.billed) == (1, Decimal("0.04"), Decimal("0.04"))
    assert total.difference == 0
    assert found.clean


def test_more_parts(journal: Journal) -> None:
    """Other parts at the quoted price are a variance of parts, by their number times the price."""
    found = vary(journal, text=LONG, price=euro("0.12"), parts=3)
    assert found is not None
    assert (found.kind, found.by_parts, found.by_rate) == (
        VarianceKind.PARTS,
        Decimal("0.04"),
        Decimal(0),
    )
    assert (found.quoted_parts, found.billed_parts) == (2, 3)


def test_another_rate(journal: Journal) -> None:
    """The quoted parts at another price are a variance of rate, with the price that is implied."""
    found = vary(journal, text=LONG, price=euro("0.10"), parts=2)
    assert found is not None
    assert (found.kind, found.by_parts, found.by_rate) == (
        VarianceKind.RATE,
        Decimal(0),
        Decimal("0.02"),
    )
    assert (found.unit_price, found.billed_unit_price) == (Decimal("0.04"), Decimal("0.05"))


def test_both(journal: Journal) -> None:
    """Other parts at another price are both: parts at the quoted price, rate at billed parts."""
    found = vary(journal, text=LONG, price=euro("0.15"), parts=3)
    assert found is not None
    assert (found.kind, found.by_parts, found.by_rate) == (
        VarianceKind.PARTS_AND_RATE,
        Decimal("0.04"),
        Decimal("0.03"),
    )


def test_a_unit_price_that_does_not_end(journal: Journal) -> None:
    """A unit price that has no end is shown to twelve decimals, and summed with nothing."""
    found = vary(journal, text=LONG, price=euro("0.10"), parts=3)
    assert found is not None
    assert found.billed_unit_price == Decimal("0.033333333333")
    assert found.by_parts + found.by_rate == Decimal("0.02")


def test_parts_that_are_not_told(journal: Journal) -> None:
    """Where no parts are told, a price of so many unit prices tells them; any other is a rate."""
    found = vary(journal, price=euro("0.08"))
    assert found is not None
    assert (found.kind, found.billed_parts, found.parts_implied) == (VarianceKind.PARTS, 2, True)
    sent(journal, "b", price=euro("0.05"))
    second = billing_report(journal).variances[1]
    assert (second.kind, second.billed_parts, second.by_rate) == (
        VarianceKind.RATE,
        None,
        Decimal("0.01"),
    )


def test_parts_without_a_price(journal: Journal) -> None:
    """Where parts are told and no price is, other parts are told, and the money is unpriced."""
    found = vary(journal, parts=2)
    assert found is not None
    assert (found.kind, found.billed) == (VarianceKind.PARTS, None)
    assert the_total(billing_report(journal)).explanation["unpriced"] == Decimal("-0.04")


def test_within_the_spread(journal: Journal) -> None:
    """What was billed between the least and the most that was quoted is within the spread."""
    approval = approve(STOPPED, OTHER, profile="callr")
    found = vary(journal, approval=approval, price=euro("0.1"), parts=2)
    assert found is not None
    assert (found.kind, found.quoted, found.billed) == (
        VarianceKind.SPREAD,
        euro("0.05"),
        euro("0.1"),
    )
    total = the_total(billing_report(journal))
    assert (total.low, total.expected, total.high) == (
        Decimal("0.05"),
        Decimal("0.05"),
        Decimal("0.1"),
    )
    assert total.explanation["spread"] == total.difference == Decimal("0.05")


def test_another_currency(journal: Journal) -> None:
    """What is billed in another currency is not compared, and is in its own currency's sums."""
    found = vary(journal, price=Money(Decimal("0.05"), "USD"), parts=1)
    assert found is not None
    assert found.kind is VarianceKind.CURRENCY
    report = billing_report(journal)
    assert the_total(report).explanation["currency"] == Decimal("-0.04")
    assert the_total(report, "USD").explanation["currency"] == Decimal("0.05")
    assert the_total(report, "USD").messages == 0


def test_billed_without_being_sent(journal: Journal) -> None:
    """A message that was rejected is not quoted, and extra if it was billed all the same."""
    assert vary(journal, outcome=Outcome.REJECTED) is None
    sent(journal, "b", outcome=Outcome.REJECTED, price=euro("0.04"), parts=1)
    report = billing_report(journal)
    [found] = report.variances
    assert (found.kind, found.quoted) == (VarianceKind.UNSENT, None)
    total = the_total(report)
    assert (total.messages, total.billed, total.explanation["unsent"]) == (
        0,
        Decimal("0.04"),
        Decimal("0.04"),
    )


def test_a_price_for_the_message(journal: Journal) -> None:
    """Where the rate is for a message, other parts cost nothing."""
    deck = RateDeck.parse(b"country,price,currency,unit\nGB,0.04,EUR,message\n", "deck.csv")
    approval = Guard().approve(quote(LONG, to=NUMBER, deck=deck))
    found = vary(journal, approval=approval, price=euro("0.05"), parts=3)
    assert found is not None
    assert (found.by_parts, found.by_rate) == (Decimal(0), Decimal("0.01"))
    assert found.billed_unit_price == Decimal("0.05")


AMOUNTS = st.decimals("0", "9", places=6, allow_nan=False)
BILLS = st.lists(
    st.tuples(
        st.sampled_from(list(Outcome)),
        st.sampled_from(["short", LONG, STOPPED]),
        st.one_of(st.none(), st.tuples(AMOUNTS, st.sampled_from(["EUR", "USD"]))),
        st.one_of(st.none(), st.integers(0, 4)),
    ),
    max_size=12,
)
EXTRAS = st.lists(
    st.one_of(st.none(), st.tuples(AMOUNTS, st.sampled_from(["EUR", "USD"]))), max_size=4
)


@settings(max_examples=150, deadline=None)
@given(bills=BILLS, extras=EXTRAS)
def test_the_explanation_adds_up(
    bills: list[tuple[Outcome, str, tuple[Decimal, str] | None, int | None]],
    extras: list[tuple[Decimal, str] | None],
) -> None:
    """Whatever is billed for whatever, each currency's rows add up to its difference, exactly."""
    billed = {"EUR": Decimal(0), "USD": Decimal(0)}
    quoted = Decimal(0)
    with Journal(":memory:") as journal:
        for key, (outcome, text, price, parts) in enumerate(bills):
            money = None if price is None else Money(*price)
            profile = "callr" if text is STOPPED else None
            approval = approve(text, OTHER, key=str(key), profile=profile)
            sent(journal, str(key), outcome, approval=approval, price=money, parts=parts)
            if outcome in (Outcome.ACCEPTED, Outcome.UNKNOWN):
                quoted += approval.quote.total.amount
            if price is not None:
                billed[price[1]] += price[0]
        records = [
            record(f"x{place}", NUMBER, price=None if each is None else Money(*each))
            for place, each in enumerate(extras)
        ]
        for each in extras:
            if each is not None:
                billed[each[1]] += each[0]
        found = ask(journal, Complete(records=records), since=NOW.replace(hour=0))
        assert len(found.extra) == len(extras)
        for total in found.totals:
            assert total.billed == billed[total.currency]
            assert sum(total.explanation.values()) == total.difference
            assert total.difference == total.billed - total.expected
        assert sum((each.expected for each in found.totals), Decimal(0)) <= quoted
        again = ask(journal, Complete(records=records), since=NOW.replace(hour=0))
        assert again.totals == found.totals


def test_the_report_for_people(journal: Journal) -> None:
    """The table has the sums, each reason with its count and amount, and what a person is to do."""
    sent(journal, "a", price=euro("0.04"), parts=1, message_id="m1")
    sent(journal, "b", text=LONG, price=euro("0.15"), parts=3, message_id="m2")
    sent(journal, "c", Outcome.UNKNOWN, to=OTHER)
    begin(journal, "d", at=NOW)
    found = ask(journal, Archive(by_id={}), run="run")
    lines = found.to_text().splitlines()
    assert lines[0] == ("Quoted against billed: standard, run run; 2026-11-24 14:00:00 UTC")
    assert "messages: 1 in_flight, 2 accepted, 1 unknown" in lines
    table = [line.split() for line in lines]
    for row in (
        ["EUR", "messages", "amount"],
        ["quoted", "4", "0.21"],
        ["billed", "2", "0.19"],
        ["difference", "-0.02"],
        ["other", "number", "of", "parts", "1", "+0.04"],
        ["other", "rate", "1", "+0.03"],
        ["not", "at", "the", "provider", "1", "-0.05"],
        ["outcome", "not", "known", "1", "-0.04"],
    ):
        assert row in table
    assert any("message 2 (m2), parts_and_rate" in line for line in lines)
    assert any("message 3" in line and "ask the provider" in line for line in lines)


def test_long_lists_are_cut_for_people_alone(journal: Journal) -> None:
    """Of sixty variances the table has fifty and says so; the dict has all."""
    for key in range(60):
        sent(journal, str(key), price=euro("0.05"), parts=1)
    found = billing_report(journal)
    assert "  and 10 more" in found.to_text().splitlines()
    assert len(found.to_dict()["variances"]) == 60  # type: ignore[arg-type]


def test_the_report_for_machines(journal: Journal) -> None:
    """The dict is JSON, with money as strings."""
    sent(journal, "a", price=euro("0.0500"), parts=1, message_id="m1")
    sent(journal, "b", Outcome.UNKNOWN, to=OTHER)
    records = [record("x", OTHER, "extra", price=Money(Decimal("0.5"), "USD"))]
    told = json.loads(json.dumps(ask(journal, Complete(records=records)).to_dict()))
    assert (told["provider"], told["asked"], told["clean"]) == ("standard", True, False)
    assert told["totals"][0]["billed"] == "0.05"
    assert told["totals"][0]["explanation"]["rate"] == "0.01"
    assert told["totals"][1]["explanation"]["extra"] == "0.5"
    assert told["extra"][0] == {
        "message_id": "x",
        "status": None,
        "at": "2026-11-24T12:00:00+00:00",
        "parts": None,
        "price": "0.5",
        "price_currency": "USD",
    }
    assert told["states"]["unknown"] == 1


def test_a_report_without_asking(journal: Journal) -> None:
    """The report of the journal alone says what is not priced and what is in doubt."""
    sent(journal, "a")
    doubtful = sent(journal, "b", Outcome.UNKNOWN)
    sent(journal, "c", run="another")
    found = billing_report(journal, "run")
    assert not found.asked
    assert [each.kind for each in found.variances] == [
        VarianceKind.UNPRICED,
        VarianceKind.IN_DOUBT,
    ]
    assert [each.message for each in found.unresolved] == [doubtful]
    assert sum(billing_report(journal).states.values()) == 3
    assert entry_of(journal, doubtful).reconciled_at is None
