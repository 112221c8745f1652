"""What messages come to by country, and what was billed before a message was tried again.

The law of this file: sums are worked out here by hand, or from the amounts that the test drew.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from sending import NUMBER, approve
from sending_records import (
    BILLS,
    NOW,
    OTHER,
    Archive,
    Complete,
    ask,
    begin,
    dump,
    entry_of,
    euro,
    record,
    seconds,
    sent,
)

from smscore.decks import RateDeck
from smscore.guard import Guard
from smscore.money import Money
from smscore.quoting import quote
from smscore.send.billing import billing_report
from smscore.send.journal import Journal, State
from smscore.send.outcomes import Outcome, Result
from smscore.send.totals import CountryTotal
from smscore.send.variances import VarianceKind

LONG = "a" * 200  # Two parts: TS 23.040 allows 153 septets in each of several.
PLACES = {NUMBER: "GB", OTHER: "FR"}
PRICES = {"GB": Decimal("0.04"), "FR": Decimal("0.05")}


@pytest.fixture
def journal() -> Iterator[Journal]:
    """Open a journal that lasts as long as the test."""
    with Journal(":memory:") as opened:
        yield opened


def countries(journal: Journal) -> dict[str | None, CountryTotal]:
    """Give the countries of the one currency."""
    [total] = billing_report(journal).totals
    return {each.country: each for each in total.countries}


def try_again(journal: Journal, key: str = "a", price: Money | None = None) -> int:
    """Let a message be rejected, and be in flight again a minute later."""
    id_ = sent(journal, key, Outcome.REJECTED, message_id=f"m-{key}", price=price, parts=1)
    begin(journal, key, at=seconds(60), again=True)
    return id_


def finish(journal: Journal, outcome: Outcome, message_id: str | None, price: Money | None) -> None:
    """Let the second attempt at the message "a" have an outcome."""
    claimed = begin(journal, at=seconds(60), again=True)
    result = Result(NUMBER, outcome, message_id, price=price, parts=None if price is None else 1)
    journal.write(lambda transaction: transaction.finish(claimed, result, seconds(61)))


def test_each_country_has_its_sums(journal: Journal) -> None:
    """Messages and parts as quoted, parts and money as billed, and the difference, by country."""
    sent(journal, "a", price=euro("0.04"), parts=1)
    sent(journal, "b", text=LONG, price=euro("0.12"), parts=3)
    sent(journal, "c", to=OTHER, price=euro("0.05"), parts=1)
    sent(journal, "d", to=OTHER)
    found = countries(journal)
    assert list(found) == ["FR", "GB"]
    british, french = found["GB"], found["FR"]
    assert (british.messages, british.parts, british.billed_parts) == (2, 3, 4)
    assert (british.expected, british.billed) == (Decimal("0.12"), Decimal("0.16"))
    assert british.difference == Decimal("0.04")
    assert (french.messages, french.parts, french.billed_parts) == (2, 2, 1)
    assert (french.expected, french.billed, french.difference) == (
        Decimal("0.10"),
        Decimal("0.05"),
        Decimal("-0.05"),
    )


def test_parts_follow_from_a_price(journal: Journal) -> None:
    """Where no parts are told, a price of so many unit prices tells them; another tells none."""
    for key, price in (("a", "0.04"), ("b", "0.08"), ("c", "0.05")):
        sent(journal, key, price=euro(price))
    british = countries(journal)["GB"]
    assert (british.parts, british.billed_parts, british.told_messages) == (3, 3, 2)


def test_a_price_for_the_message_tells_no_parts(journal: Journal) -> None:
    """Where the rate is for a message, what it was billed says nothing of its parts."""
    deck = RateDeck.parse(b"country,price,currency,unit\nGB,0.04,EUR,message\n", "deck.csv")
    approval = Guard().approve(quote(LONG, to=NUMBER, deck=deck))
    sent(journal, approval=approval, price=euro("0.04"))
    [told] = [each.to_dict() for each in countries(journal).values()]
    assert (told["parts"], told["billed_parts"], told["billed"]) == (2, None, "0.04")


def test_what_is_in_no_journal_has_no_country(journal: Journal) -> None:
    """What the provider has besides is a row of its own, the last one."""
    sent(journal, message_id="m1", price=euro("0.04"), parts=1)
    records = [record("m1"), record("x", OTHER, "extra", price=euro("0.07"), parts=1)]
    found = ask(journal, Archive(records=records), run="run")
    [total] = found.totals
    assert [each.country for each in total.countries] == ["GB", None]
    assert total.countries[1].to_dict() == {
        "country": None,
        "currency": "EUR",
        "messages": 0,
        "parts": 0,
        "billed_parts": 1,
        "expected": "0",
        "billed": "0.07",
        "difference": "0.07",
    }
    table = [line.split() for line in found.to_text().splitlines()]
    assert ["not", "in", "the", "journal", "0", "0", "1", "0", "0.07", "+0.07"] in table


def test_the_table_for_people(journal: Journal) -> None:
    """Each currency has a table of countries, its columns right under their titles."""
    sent(journal, "a", price=euro("0.04"), parts=1)
    sent(journal, "b", to=OTHER, price=euro("0.065"), parts=1)
    sent(journal, "c", Outcome.UNKNOWN)
    lines = billing_report(journal).to_text().splitlines()
    [start] = [place for place, line in enumerate(lines) if line.startswith("country")]
    assert lines[start : start + 3] == [
        "country  messages  parts quoted  parts billed  quoted  billed  difference",
        "FR              1             1             1    0.05   0.065      +0.015",
        "GB              2             2             1    0.08    0.04       -0.04",
    ]


def test_what_is_not_told_says_so(journal: Journal) -> None:
    """A country of which the provider has told nothing has no zero in the place of it."""
    sent(journal)
    told = billing_report(journal)
    assert "GB              1             1      not told    0.04  not told       -0.04" in (
        told.to_text().splitlines()
    )
    [total] = json.loads(json.dumps(told.to_dict()))["totals"]
    [british] = total["countries"]
    assert (british["billed"], british["billed_parts"]) == (None, None)


@settings(max_examples=120, deadline=None)
@given(bills=BILLS)
def test_countries_add_up_to_their_currency(bills: list[Any]) -> None:
    """Whatever is billed for whatever, and tried again: the rows of the countries are its sums."""
    billed, quoted = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    messages = Counter[str]()
    with Journal(":memory:") as journal:
        for key, (outcome, number, price, parts, retried) in enumerate(bills):
            place, money = PLACES[number], None if price is None else Money(*price)
            approval = approve("short", number, key=str(key))
            sent(journal, str(key), outcome, approval=approval, price=money, parts=parts)
            again = retried and outcome is Outcome.REJECTED
            if again:
                begin(journal, str(key), approval=approval, at=seconds(60), again=True)
            if again or outcome in (Outcome.ACCEPTED, Outcome.UNKNOWN):
                quoted[place, "EUR"] += PRICES[place]  # type: ignore[assignment]
                messages[place] += 1
            if price is not None:
                billed[place, price[1]] += price[0]
        for total in billing_report(journal).totals:
            assert sum(total.explanation.values()) == total.difference
            for field in ("messages", "parts", "billed_messages", "expected", "billed"):
                found = sum(getattr(each, field) for each in total.countries)
                assert found == getattr(total, field), field
            assert sum(each.difference for each in total.countries) == total.difference
            for each in total.countries:
                assert each.billed == billed[each.country or "", total.currency]
                assert each.expected == quoted[each.country or "", total.currency]
                if total.currency == "EUR":
                    assert each.messages == messages[each.country or ""]


def test_a_billed_attempt_is_listed(journal: Journal) -> None:
    """What was billed before a message was tried again is a line of its own, and explains it."""
    id_ = try_again(journal, price=euro("0.04"))
    found = billing_report(journal)
    [earlier] = [each for each in found.variances if each.kind is VarianceKind.EARLIER]
    assert (earlier.message, earlier.message_id, earlier.billed) == (id_, "m-a", euro("0.04"))
    assert (earlier.quoted, earlier.run, earlier.billed_parts) == (None, "run", 1)
    [total] = found.totals
    assert (total.messages, total.explanation["earlier"], total.counts["earlier"]) == (
        1,
        Decimal("0.04"),
        1,
    )
    assert not found.clean
    text = found.to_text()
    assert f"message {id_} (m-a), earlier: billed 0.04 EUR, before it was tried again" in text
    assert any(
        line.split() == ["billed", "at", "an", "earlier", "attempt", "1", "+0.04"]
        for line in text.splitlines()
    )


def test_attempts_are_those_of_the_report(journal: Journal) -> None:
    """An attempt that cost nothing, or of another run or time, is not in the report."""
    try_again(journal, "a", euro("0"))
    try_again(journal, "b", euro("0.04"))
    assert billing_report(journal).count()[VarianceKind.EARLIER] == 1
    assert billing_report(journal, "other").count()[VarianceKind.EARLIER] == 0
    late = billing_report(journal, since=seconds(30))
    assert (late.count()[VarianceKind.EARLIER], late.states[State.IN_FLIGHT]) == (0, 2)


def test_the_record_of_an_earlier_attempt_is_not_the_next_ones(journal: Journal) -> None:
    """That the attempt before failed proves nothing of the one in doubt, which is alike."""
    id_ = sent(journal, outcome=Outcome.REJECTED, message_id="m1")
    finish(journal, Outcome.UNKNOWN, None, None)
    failed = record("m1", outcome=Outcome.REJECTED, at=seconds(1), price=euro("0.03"), parts=1)
    found = ask(journal, Archive(records=[failed], by_id={}))
    entry = entry_of(journal, id_)
    assert (entry.state, entry.message_id, found.extra) == (State.UNKNOWN, None, ())
    [earlier] = [each for each in found.variances if each.kind is VarianceKind.EARLIER]
    assert earlier.billed == euro("0.03")
    second = record("m2", at=seconds(61), price=euro("0.04"), parts=1)
    found = ask(journal, Archive(records=[failed, second]))
    entry = entry_of(journal, id_)
    assert (entry.state, entry.message_id, found.extra) == (State.ACCEPTED, "m2", ())
    before = dump(journal, but=["reconciled_at"])
    ask(journal, Archive(records=[failed, second]))
    assert dump(journal, but=["reconciled_at"]) == before


def test_an_earlier_attempt_that_went_out_after_all(journal: Journal) -> None:
    """If it was accepted after all, the recipient has two: it is told, until a bill tells it."""
    sent(journal, outcome=Outcome.REJECTED, message_id="m1")
    finish(journal, Outcome.ACCEPTED, "m2", None)
    records = [record("m1"), record("m2", at=seconds(61), price=euro("0.04"), parts=1)]
    found = ask(journal, Complete(records=records), run="run", now=NOW)
    assert [each.message_id for each in found.extra] == ["m1"]
    records[0] = record("m1", price=euro("0.04"), parts=1)
    found = ask(journal, Complete(records=records), run="run", now=NOW)
    assert (found.extra, found.count()[VarianceKind.EARLIER]) == ((), 1)


def test_an_attempt_of_another_account_is_a_stranger(journal: Journal) -> None:
    """Ids of two accounts may be alike: only an attempt by the account that is asked is known."""
    sent(journal, outcome=Outcome.REJECTED, message_id="m1", account="another")
    begin(journal, at=seconds(60), again=True)
    sent(journal, "b", message_id="m2")
    found = ask(journal, Archive(records=[record("m1", OTHER), record("m2")]), run="run")
    assert [each.message_id for each in found.extra] == ["m1"]
