"""What a caller gets wrong: each is refused by an error of its own, before anything leaves.

The law of this file: with every row nothing was asked of a provider, no handset has a message, and
the journal has no entry. Rows are of a provider's own rules, whoever enforces them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from surface import KINDS, Bench, Desk, approve, make_provider, set_up

from smscore.caps import Cap
from smscore.decks import RateDeck
from smscore.errors import InvalidDate, InvalidSender, NotSupported, OverLimit
from smscore.guard import Guard
from smscore.money import Money
from smscore.send.journal import Journal
from smscore.send.provider import Provider
from smscore.send.providers.callr import Callr, CallrOptions, CallrRest, Hook
from smscore.send.providers.close import Attachment, Close, CloseOptions
from smscore.send.providers.phone_com import PhoneCom, PhoneComOptions
from smscore.send.providers.voip_communications import VoipCommunications, VoipOptions

OPTIONS: dict[type[Provider], Any] = {
    PhoneCom: PhoneComOptions,
    VoipCommunications: VoipOptions,
    Callr: CallrOptions,
    CallrRest: CallrOptions,
    Close: CloseOptions,
}
PAST = datetime(2020, 1, 1, tzinfo=UTC)
NAIVE = datetime(2031, 5, 4, 9, 30)  # noqa: DTZ001  # it is to be refused
LATER = datetime(2031, 5, 4, 9, 30, tzinfo=UTC)
FILE = Attachment(url="https://example.org/a.png", filename="a.png", content_type="image/png")


@dataclass(frozen=True)
class Bad:
    """One thing that is wrong: with a provider's options, a quote's, or a message's."""

    provider: type[Provider]
    what: str
    error: type[Exception]
    told: str
    made: dict[str, Any] = field(default_factory=dict)
    quoted: dict[str, Any] = field(default_factory=dict)
    options: Callable[[], object] = lambda: None


def list_senders() -> Iterator[Bad]:
    """List the senders that no provider takes, in the quote and as the provider's own."""
    for provider in OPTIONS:
        own = "local_phone" if provider is Close else "sender"
        for name, control in (("CR", "\r"), ("LF", "\n"), ("NUL", "\0")):
            for place in ("Shop{}X-Key: 1", "+12025550111{}", "{}12025550111"):
                bad = place.format(control)
                what = f"{name} in {place}"
                shown = "characters that can be shown"
                yield Bad(provider, what, ValueError, shown, quoted={"sender": bad})
                yield Bad(provider, f"own {what}", InvalidSender, "no sender for", {own: bad})
        named = issubclass(provider, Callr | CallrRest)
        told = "at most 11 characters, not 12" if named else "no sender for"
        long = {own: "TwelveLetter"}
        yield Bad(provider, "own 12 letters", InvalidSender, told, long)
        yield Bad(provider, "12 letters", InvalidSender, told, quoted={"sender": long[own]})
    for provider, digits, told in (
        (PhoneCom, "12025550180", "country calling code"),
        (VoipCommunications, "123", "number of the account"),
        (Callr, "33639980001", "digits alone are a shortcode"),
        (Callr, "12", "digits alone are a shortcode"),
        (CallrRest, "33639980001", "digits alone are a shortcode"),
        (Close, "12025550111", "country calling code"),
    ):
        yield Bad(provider, f"digits {digits}", InvalidSender, told, quoted={"sender": digits})
    for provider in (Callr, CallrRest):
        number = {"sender": "+33639980001"}
        yield Bad(provider, "a number", InvalidSender, "a phone number cannot be", quoted=number)
    none = {"sender": None}
    yield Bad(PhoneCom, "no sender", InvalidSender, "name a number", none)
    yield Bad(VoipCommunications, "no sender", InvalidSender, "two-way message", none)
    yield Bad(Close, "no sender", InvalidSender, "name a number", {"local_phone": None})
    bulk = {"mode": "bulk", "sender": None}
    mine = {"sender": "+12025550170"}
    yield Bad(VoipCommunications, "a sender of bulk", InvalidSender, "bulk", bulk, mine)


def list_dates() -> Iterator[Bad]:
    """List the dates on which nothing can be sent."""
    for provider, option, kinds in (
        (VoipCommunications, "delivery_date", VoipOptions),
        (Close, "date_scheduled", CloseOptions),
    ):

        def make(date: Any, kinds: Any = kinds, option: str = option) -> Callable[[], object]:
            return partial(kinds, **{option: date})

        yield Bad(provider, "past", InvalidDate, "it is past", options=make(PAST))
        yield Bad(provider, "naive", InvalidDate, "it has no zone", options=make(NAIVE))
        yield Bad(
            provider, "date", TypeError, "is a datetime, not date", options=make(LATER.date())
        )
    text, odd = "2031-05-04 09:30", LATER + timedelta(seconds=1)
    for what, told, given in (("str", "names no zone", text), ("seconds", "whole minutes", odd)):
        options = partial(VoipOptions, delivery_date=cast("datetime", given))
        yield Bad(VoipCommunications, what, InvalidDate, told, options=options)
    nowhere, right = {"account_zone": None}, partial(VoipOptions, delivery_date=LATER)
    told = "the provider names no zone"
    yield Bad(VoipCommunications, "no zone", InvalidDate, told, nowhere, options=right)
    written = partial(CloseOptions, date_scheduled=cast("datetime", text))
    yield Bad(Close, "str", TypeError, "is a datetime, not str", options=written)
    at_all = partial(PhoneComOptions, send_at=LATER)
    yield Bad(PhoneCom, "any", NotSupported, "no scheduled messages", options=at_all)


def list_texts() -> Iterator[Bad]:
    """List the texts that are too long, for whoever has a limit or was given one."""
    for provider in (Callr, CallrRest):
        yield Bad(provider, "3201", OverLimit, "3200 characters", quoted={"text": "a" * 3201})
    for limited in (PhoneCom, Close):
        made = {"max_characters": 160}
        yield Bad(limited, "161", OverLimit, "160 characters", made, {"text": "a" * 161})


def list_options() -> Iterator[Bad]:
    """List options that are unknown, of another provider, or of no such kind."""
    for provider, own in OPTIONS.items():
        unknown: Any = own
        told = "unexpected keyword argument 'colour'"
        yield Bad(provider, "unknown", TypeError, told, options=partial(unknown, colour=1))
        yield Bad(provider, "unknown of the constructor", TypeError, told, {"colour": 1})
        for other in dict.fromkeys([*OPTIONS.values(), dict]):
            if other is not own:
                told = f"its options are {own.__name__}, not {other.__name__}"
                yield Bad(provider, other.__name__, TypeError, told, options=other)
    values: list[tuple[type[Provider], dict[str, Any], type[Exception], str]] = [
        (PhoneCom, {"store_extension_id": "x"}, ValueError, "whole number"),
        (PhoneCom, {"store_extension_id": True}, TypeError, "whole number, not bool"),
        (Callr, {"force_encoding": "UTF-8"}, ValueError, "GSM or UNICODE"),
        (Callr, {"nature": "SPAM"}, ValueError, "ALERTING or MARKETING"),
        (Callr, {"flash_message": 1}, TypeError, "is a bool"),
        (Callr, {"user_data": 1}, TypeError, "is a str, not int"),
        (Callr, {"webhook": "http://127.0.0.1"}, TypeError, "is a Hook, not str"),
        (CallrRest, {"flash_message": True}, NotSupported, "flash_message is not known"),
        (CallrRest, {"user_data": "x"}, NotSupported, "user_data is not known"),
        (CallrRest, {"webhook": Hook(endpoint="http://127.0.0.1")}, NotSupported, "not known"),
        (Close, {"send_in": 60}, ValueError, "0 to 59 seconds"),
        (Close, {"send_in": 1.0}, TypeError, "whole seconds, not float"),
        (Close, {"send_in": 5, "date_scheduled": LATER}, ValueError, "not scheduled"),
        (Close, {"lead_id": "a b"}, ValueError, "lead_id is an id"),
        (Close, {"attachments": [FILE]}, ValueError, "unpriced_media"),
        (Close, {"attachments": [FILE] * 11, "unpriced_media": True}, ValueError, "at most 10"),
    ]
    for provider, given, error, told in values:
        what = ",".join(f"{name}={value!r}"[:24] for name, value in given.items())
        made: Any = OPTIONS[provider]
        yield Bad(provider, what, error, told, options=partial(made, **given))
    draft = {"two_steps": False}
    release = partial(CloseOptions, draft_id="acti_1")
    yield Bad(Close, "a draft", ValueError, "takes two_steps", draft, options=release)


def list_numbers() -> Iterator[Bad]:
    """List the recipients that a provider has no way to."""
    for told, to in (("US to FR", "+33639980001"), ("US to GB", "+447700900123")):
        yield Bad(Close, to[:3], NotSupported, told, quoted={"to": to})


ROWS = [*list_senders(), *list_dates(), *list_texts(), *list_options(), *list_numbers()]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Serve the stand-ins for all rows, as none of them is to reach one."""
    with set_up(tmp_path_factory.mktemp("rows")) as made:
        yield made


@pytest.fixture
def bench(shared: Bench, tmp_path: Path) -> Iterator[Bench]:
    """Give a bench with a folder of its own; nothing may have come of what is done on it."""
    shared.sandbox.reset()
    made = Bench(shared.sandbox, shared.hook, tmp_path)
    yield made
    assert not any(made.sandbox.requests.values())
    assert not made.sandbox.ledger
    assert not made.entries()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bad", ROWS, ids=lambda bad: f"{bad.provider.__name__}-{bad.what!r}")
def test_bad_input(bench: Bench, kind: str, bad: Bad) -> None:
    """It is refused by its own error, which holds neither a text nor a number, and nothing left."""
    quoted = {"text": "Doors open at 7", **bad.quoted}

    async def attempt(desk: Desk[Any]) -> None:
        await desk.send(approve(desk.provider, **quoted), bad.options())

    with pytest.raises(bad.error) as caught:
        bench.run(kind, make_provider(bad.provider, bench.sandbox, **bad.made), attempt)
    said = str(caught.value)
    assert bad.told in said
    private = [quoted["text"], quoted.get("to"), quoted.get("sender"), *bad.made.values()]
    assert not any(isinstance(each, str) and len(each) > 4 and each in said for each in private)


def test_the_journal_was_there(tmp_path: Path) -> None:
    """A message that is refused by nobody is in the journal: the rows look at the right place."""
    with set_up(tmp_path) as bench:
        for provider in OPTIONS:

            async def send(desk: Desk[Any]) -> None:
                assert (await desk.send(approve(desk.provider))).accepted

            bench.run("sync", make_provider(provider, bench.sandbox), send)
        assert [each.provider for each in bench.entries()] == [each.name for each in OPTIONS]
        assert len(bench.sandbox.ledger) == len(OPTIONS)


A_FLOAT: Any = 0.1


@pytest.mark.parametrize(
    "make",
    [
        lambda: Guard(max_price=A_FLOAT),
        lambda: Guard(max_total=A_FLOAT),
        lambda: Guard(caps=[Cap("run", money=A_FLOAT)]),
        lambda: Cap("day", money=A_FLOAT),
        lambda: Cap("day", parts=A_FLOAT),
        lambda: Cap("day", recipients=A_FLOAT),
        lambda: Money(A_FLOAT, "EUR"),
        lambda: Money(A_FLOAT, "EUR") * 2,
    ],
)
def test_money_is_no_float(make: Callable[[], object]) -> None:
    """Whatever is money, or counts, takes no float."""
    with pytest.raises(TypeError, match=r"float|whole number"):
        make()


def test_a_deck_has_no_float() -> None:
    """A price of a deck is a decimal with each digit as it was written, in JSON too."""
    for data, name in (
        (b"price,currency\n0.1,EUR\n", "deck.csv"),
        (b'[{"price": 0.1, "currency": "EUR"}]', "deck.json"),
    ):
        [rate] = RateDeck.parse(data, name).rates
        assert str(rate.price) == "0.1"


@pytest.mark.parametrize("kind", KINDS)
def test_unknown_option_of_a_client(bench: Bench, kind: str) -> None:
    """A client refuses an option that it has not, before it opens a connection."""
    with pytest.raises(TypeError, match="a client has no option 'colour'"):
        bench.run(kind, make_provider(Close, bench.sandbox), colour=1)
    with Journal(bench.path / "other.db") as journal:
        assert not list(journal.entries())
