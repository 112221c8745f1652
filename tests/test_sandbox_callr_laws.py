"""The stand-in for CALLR, whatever it is asked.

The law of this file: an answer is JSON-RPC's, with either a result or an error, and exactly the
accepted messages are in the ledger; no request makes the stand-in fail.
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from test_sandbox_callr import TO, Caller

NAMES = (
    "limit offset sort order to type date_from date_to x webhook endpoint options hmac_algo "
    "hmac_secret format user_data nature force_encoding"
).split()
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-1, 300)
    | st.floats(allow_nan=False)
    | st.sampled_from(["", TO, "SMS", "OUT", "desc", "hash", "sms.mo", "2031-05-04 09:30:00"])
    | st.sampled_from(["http://127.0.0.1:9/", "0001-01-01 00:00:00", "SHAKE_128", "GSM"])
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(NAMES),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
METHODS = st.sampled_from(sorted(Caller().stand_in.methods))


@given(st.lists(st.tuples(METHODS, st.lists(VALUES, max_size=4)), max_size=4))
def test_any_call_has_an_answer(calls: list[tuple[str, list[object]]]) -> None:
    """Each call has a result or an error, never both; each accepted message is delivered once."""
    caller = Caller()
    accepted = []
    for method, params in calls:
        answer = caller.ask(method, *params)
        assert ("result" in answer) != ("error" in answer)
        assert answer["id"] == 42
        if method == "sms.send" and "result" in answer:
            accepted.append(answer["result"])
        caller.wait(0.4)
    caller.wait(60)
    assert [each.message_id for each in caller.world.ledger] == accepted


@given(st.text(max_size=400))
def test_quotes_agree_with_what_is_sent(text: str) -> None:
    """A quote's parts, encoding and cost are those of the message that is sent afterwards."""
    caller = Caller()
    quoted = caller.ask("sms.get_quote", TO, text, None)
    sent = caller.ask("sms.send", "", TO, text, None)
    assert ("result" in quoted) == ("result" in sent)
    if "result" in sent:
        told = caller.call("sms.get", sent["result"])
        quote = quoted["result"]
        assert (told["parts"], told["encoding"]) == (quote["parts"], quote["encoding"])
        assert told["b_customer_debit"] == quote["cost"]
