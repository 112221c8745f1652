"""voip-communications.net: sending, and what its answers mean.

The law of this file: requests and answers are those of the provider's documentation, written out
here; what it leaves open has to come out as unknown.
"""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sending_voip import (
    FIRST,
    KEY,
    ONE,
    PASSWORD,
    SECOND,
    SENDER,
    SMSID,
    TEXT,
    TWO,
    answer,
    approve,
    entry,
    form_of,
    log,
    make_provider,
)

from smscore.errors import InvalidDate, InvalidSender, NotSupported
from smscore.money import Money
from smscore.send.outcomes import Outcome
from smscore.send.provider import Dispatch
from smscore.send.providers.voip_communications import VoipCommunications, VoipOptions
from smscore.send.wire import WireResponse

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NEW_YORK = "America/New_York"


def test_request() -> None:
    """A message is a POST of a form with Basic credentials, numbers as digits without "+"."""
    request = make_provider().build(TWO)
    assert (request.method, request.url) == (
        "POST",
        "https://voip-communications.net/api-v2/index.php/sms/send",
    )
    assert dict(request.headers) == {
        "authorization": "Basic " + b64encode(f"{KEY}:{PASSWORD}".encode()).decode(),
        "content-type": "application/x-www-form-urlencoded",
    }
    assert form_of(request) == {
        "from": "12025550111",
        "to": "12025550122,12025550133",
        "msg": TEXT,
    }


def test_text_is_escaped() -> None:
    """Every character of a text arrives as it is, those that part fields included."""
    text = "50% off & more + café = ¥ 7, \r\n#1 €"
    request = make_provider().build(Dispatch((approve(text=text),)))
    assert form_of(request)["msg"] == text
    assert b"caf%C3%A9" in request.content


def test_mode_is_said() -> None:
    """Neither product is chosen in silence: without a mode the choice is explained."""
    with pytest.raises(ValueError, match=r"bulk.*two_way"):
        VoipCommunications(api_key=KEY, api_password=PASSWORD, sender=SENDER)
    with pytest.raises(ValueError, match="bulk"):
        make_provider(mode="both")


def test_bulk_has_no_sender() -> None:
    """A bulk message has no field `from`, and a sender is refused rather than dropped."""
    provider = make_provider(mode="bulk")
    provider.check(ONE, NOW)
    assert form_of(provider.build(ONE)) == {"to": "12025550122", "msg": TEXT}
    with pytest.raises(InvalidSender, match="two_way"):
        provider.check(Dispatch((approve(sender=SENDER),)), NOW)
    with pytest.raises(ValueError, match="bulk"):
        make_provider(mode="bulk", sender=SENDER)


def test_two_way_has_a_sender() -> None:
    """A two-way message without a sender is refused: it would go out as bulk."""
    with pytest.raises(InvalidSender):
        make_provider(sender=None).check(ONE, NOW)
    quoted = Dispatch((approve(sender=SECOND),))
    make_provider(sender=None).check(quoted, NOW)
    assert form_of(make_provider().build(quoted))["from"] == "12025550133"


@pytest.mark.parametrize("sender", ["ACME", "+1202", "0", "+1202555011122334455"])
def test_sender_is_a_number(sender: str) -> None:
    """A sender that is no number is refused, and is not in the refusal."""
    with pytest.raises(InvalidSender) as caught:
        make_provider(sender=sender).check(ONE, NOW)
    assert sender == "0" or sender not in str(caught.value)


def test_sender_as_the_provider_writes_it() -> None:
    """A sender may be in the provider's own spelling, digits with the country code."""
    provider = make_provider(sender="12025550111")
    provider.check(ONE, NOW)
    assert form_of(provider.build(ONE))["from"] == "12025550111"


def test_recipients_of_a_request() -> None:
    """A request has at most so many recipients, by default 100, each once."""
    assert make_provider().group == 100
    with pytest.raises(NotSupported, match="recipients_per_request"):
        make_provider(recipients_per_request=1).check(TWO, NOW)
    with pytest.raises(ValueError, match="twice"):
        make_provider().check(Dispatch((approve(), approve())), NOW)


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (datetime(2031, 5, 4, 13, 30, tzinfo=UTC), "2031-05-04 09:30"),
        (datetime(2031, 1, 4, 13, 30, tzinfo=UTC), "2031-01-04 08:30"),
        (datetime(2031, 5, 4, 15, 30, tzinfo=timezone(timedelta(hours=2))), "2031-05-04 09:30"),
    ],
)
def test_delivery_date(moment: datetime, written: str) -> None:
    """A moment is written in one form, to the minute, as the account's clock shows it."""
    provider = make_provider(account_zone=NEW_YORK)
    dispatch = Dispatch(ONE.approvals, VoipOptions(delivery_date=moment))
    provider.check(dispatch, NOW)
    assert form_of(provider.build(dispatch))["delivery_date"] == written


@pytest.mark.parametrize(
    "date",
    [
        "2031-05-04 09:30",
        datetime(2031, 5, 4, 9, 30),  # noqa: DTZ001  # it is refused for that
        datetime(2031, 5, 4, 9, 30, 1, tzinfo=UTC),
    ],
)
def test_no_moment(date: Any) -> None:
    """A str, a datetime without a zone and one between minutes are refused when they are given."""
    with pytest.raises(InvalidDate):
        VoipOptions(delivery_date=date)


def test_date_of_an_unknown_zone() -> None:
    """No moment is sent to an account whose zone nobody said."""
    options = VoipOptions(delivery_date=datetime(2031, 5, 4, 13, 30, tzinfo=UTC))
    with pytest.raises(InvalidDate, match="account_zone"):
        make_provider().check(Dispatch(ONE.approvals, options), NOW)


@pytest.mark.parametrize(
    ("moment", "why"),
    [
        (NOW, "past"),
        (NOW - timedelta(days=400), "past"),
        (datetime(2027, 11, 7, 5, 30, tzinfo=UTC), "twice"),
        (datetime(2027, 11, 7, 6, 30, tzinfo=UTC), "twice"),
    ],
)
def test_dates_that_are_refused(moment: datetime, why: str) -> None:
    """The past, and an hour that clocks show twice (New York, 7 November 2027), are refused."""
    options = VoipOptions(delivery_date=moment)
    with pytest.raises(InvalidDate, match=why):
        make_provider(account_zone=NEW_YORK).check(Dispatch(ONE.approvals, options), NOW)


def test_options_of_another_provider() -> None:
    """Options of another type are refused before anything is sent."""
    with pytest.raises(TypeError, match="VoipOptions"):
        make_provider().check(Dispatch(ONE.approvals, object()), NOW)


def test_documented_answer() -> None:
    """The documented sample is accepted; its amount is a price only in a currency that was said."""
    [result] = make_provider().read(ONE, log(entry()))
    assert (result.number, result.outcome, result.message_id) == (FIRST, Outcome.ACCEPTED, SMSID)
    assert (result.status, result.code, result.price) == ("SCHEDULED", "200", None)
    [result] = make_provider(currency="USD").read(ONE, log(entry()))
    assert result.price == Money(Decimal("0.01"), "USD")
    assert result.parts is None


def test_entries_of_a_recipient_add_up() -> None:
    """A long text may have several entries: all have to be taken, and their prices are added."""
    entries = [entry(sale=0.1), entry(sale="0.2"), entry(to="1 (202) 555-0133", sale=5)]
    first, second = make_provider(currency="USD").read(TWO, log(*entries))
    assert (first.outcome, first.price) == (Outcome.ACCEPTED, Money(Decimal("0.3"), "USD"))
    assert (second.outcome, second.price) == (Outcome.ACCEPTED, Money(Decimal(5), "USD"))


@pytest.mark.parametrize(
    ("codes", "outcome"),
    [
        ([200], Outcome.ACCEPTED),
        (["200"], Outcome.ACCEPTED),
        ([200, 200, "200"], Outcome.ACCEPTED),
        ([400], Outcome.REJECTED),
        ([400, 500], Outcome.REJECTED),
        ([200, 400], Outcome.UNKNOWN),
        ([400, 200], Outcome.UNKNOWN),
        ([None], Outcome.UNKNOWN),
        ([True], Outcome.UNKNOWN),
        ([200, "ok"], Outcome.UNKNOWN),
        (["200x"], Outcome.UNKNOWN),
        ([], Outcome.UNKNOWN),
    ],
)
def test_codes(codes: list[Any], outcome: Outcome) -> None:
    """All 200 is accepted, none is rejected, and whatever is mixed or unreadable is unknown."""
    others = [entry(to="12025550133")]
    found = make_provider().read(TWO, log(*others, *(entry(code=each) for each in codes)))
    assert [each.outcome for each in found] == [outcome, Outcome.ACCEPTED]
    assert found[0].reason or outcome is not Outcome.UNKNOWN


def test_partial_failure() -> None:
    """A failure inside a 200 is its recipient's alone, told with code and reason, struck out."""
    refused = entry(to="12025550133", code=400, code_desc=f"{SECOND} bars {TEXT}", sale=0)
    first, second = make_provider().read(TWO, log(entry(), refused))
    assert first.outcome is Outcome.ACCEPTED
    assert (second.outcome, second.code, second.reason) == (
        Outcome.REJECTED,
        "400",
        "… bars …",
    )


def test_status_that_contradicts() -> None:
    """Any status is taken with the code 200, but not one that says that it failed."""
    for status, outcome in (("SENT", Outcome.ACCEPTED), ("X", Outcome.ACCEPTED),
                            ("FAILED", Outcome.UNKNOWN)):  # fmt: skip
        [result] = make_provider().read(ONE, log(entry(status=status)))
        assert (result.outcome, result.status) == (outcome, status)


@pytest.mark.parametrize("sale", [None, "free", True, "1e5", -0.5, "0.01", 0.01, 3, [], 1e300])
def test_sale(sale: Any) -> None:
    """An amount is read from a number or a str; what is none makes the price unknown."""
    [result] = make_provider(currency="USD").read(ONE, log(entry(sale=sale)))
    known = {"0.01": "0.01", 0.01: "0.01", 3: "3", -0.5: "-0.5"}
    expected = known.get(sale) if isinstance(sale, str | int | float) else None
    if sale is True:
        expected = None
    assert result.price == (None if expected is None else Money(Decimal(expected), "USD"))
    assert result.outcome is Outcome.ACCEPTED


@pytest.mark.parametrize("flag", [True, 1, "1", "yes", "true", 2, {"a": 1}])
def test_second_error(flag: Any) -> None:
    """A truthy `error` rejects under a 200, whatever its type."""
    body = {"error": flag, "error_message": "Not enough balance"}
    [result] = make_provider().read(ONE, answer(body))
    assert (result.outcome, result.reason) == (Outcome.REJECTED, "Not enough balance")
    with_log = make_provider().read(ONE, answer({**body, "send_log": [entry()]}))
    assert with_log[0].outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("flag", [False, 0, "0", "false", "", None, "False"])
def test_no_second_error(flag: Any) -> None:
    """What reads as no error is none."""
    [result] = make_provider().read(ONE, answer({"error": flag, "send_log": [entry()]}))
    assert result.outcome is Outcome.ACCEPTED


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_refusals(status: int) -> None:
    """A refusal of the whole request rejects it, whatever its body."""
    [result] = make_provider().read(ONE, WireResponse(status, {}, b"<html>no</html>"))
    assert (result.outcome, result.code) == (Outcome.REJECTED, str(status))


@pytest.mark.parametrize(
    "response",
    [
        WireResponse(200, {"content-type": "text/html; charset=x"}, b"<b>Warning</b> 12025550122"),
        WireResponse(200, {}, b""),
        answer([entry()]),
        answer({}),
        answer({"send_log": {"to": "12025550122", "code": 200}}),
        answer({"send_log": []}),
        log(entry(to="2025550122")),
        log(entry(), "12025550122"),
        log(entry(), entry(to=None)),
        answer({"send_log": [entry()]}, 201),
        answer({"send_log": [entry()]}, 401),
        WireResponse(500, {}, b""),
        WireResponse(408, {}, b""),
        WireResponse(302, {}, b""),
    ],
    ids=lambda each: f"{each.status} {each.body[:40]!r}",
)
def test_doubt(response: WireResponse) -> None:
    """Whatever is neither a documented 200 nor a clear refusal leaves the message in doubt."""
    [result] = make_provider().read(ONE, response)
    assert result.outcome is Outcome.UNKNOWN
    assert "12025550122" not in (result.reason or "")


def test_nothing_private_is_told() -> None:
    """Neither the key, the password, the header of both nor a number is shown or told."""
    header = b64encode(f"{KEY}:{PASSWORD}".encode()).decode()
    said = f"{KEY} {PASSWORD} {header} {TEXT} {FIRST[1:]} {SENDER}"
    [result] = make_provider().read(ONE, answer({"error": 1, "error_message": said}))
    assert result.reason == "… … … … … …"
    shown = repr(make_provider()) + str(make_provider().build(ONE)) + str(ONE)
    for private in (KEY, PASSWORD, header, TEXT, FIRST[1:], SENDER[1:]):
        assert private not in shown
    assert KEY not in make_provider().build(ONE).url


@pytest.mark.parametrize(
    "options",
    [
        {"api_key": ""},
        {"api_key": "a:b"},
        {"api_password": "a\n"},
        {"currency": "dollar"},
        {"account_zone": "Mars/Olympus"},
        {"account_zone": "../etc/passwd"},
        {"recipients_per_request": 0},
        {"base_url": "http://voip-communications.net/api-v2/index.php"},
    ],
)
def test_constructor(options: dict[str, Any]) -> None:
    """What cannot be used is refused when the provider is made."""
    with pytest.raises(ValueError, match=r"."):
        make_provider(**options)


def test_nothing_is_known_of_limits() -> None:
    """No rate limit is documented, so none is invented; a header that asks to wait is heard."""
    assert make_provider().limits == {}
    assert make_provider().retry_after(WireResponse(503, {"retry-after": "4"})) == 4.0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["send_log", "to", "code", "status", "sale", "error", "smsid"])
            | st.text(max_size=5),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(st.sampled_from([200, 200, 201, 302, 400, 401, 429, 500]) | st.integers(100, 599),
       st.binary() | JSON.map(lambda each: json.dumps(each).encode()))  # fmt: skip
def test_reading_is_total(status: int, body: bytes) -> None:
    """Any answer is read without raising; one that names no recipient accepts no message."""
    found = make_provider(currency="USD").read(TWO, WireResponse(status, {}, body))
    assert [each.number for each in found] == [FIRST, SECOND]
    assert all(each.outcome is not Outcome.ACCEPTED for each in found)


@given(st.integers(100, 599).filter(lambda status: status != 200))
def test_only_200_accepts(status: int) -> None:
    """The body of a success under any other status than 200 accepts nothing."""
    found = make_provider().read(ONE, answer({"send_log": [entry()]}, status))
    assert found[0].outcome is not Outcome.ACCEPTED


@pytest.mark.parametrize("number", [b"1e999999999", b"1e99999999999999999999", b"9" * 5000])
def test_numbers_out_of_bounds(number: bytes) -> None:
    """An amount that no machine holds makes the answer unreadable, or the price unknown."""
    body = log(entry()).body.replace(b"0.01", number)
    [result] = make_provider(currency="USD").read(ONE, WireResponse(200, {}, body))
    assert result.price is None
