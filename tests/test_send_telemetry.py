"""What others may watch of a sending: log records and spans, and nothing private in either.

The law of this file: the spans are those of OpenTelemetry's own library, read from its memory.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import httpx
import pytest
from opentelemetry import trace as opentelemetry
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sending import NUMBER, TEXT, Plain, approve

from smscore.errors import OverCap
from smscore.guard import Guard
from smscore.send import telemetry
from smscore.send.client import SmsClient
from smscore.send.journal import Journal
from smscore.send.outcomes import Receipt


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """Keep the spans of a test."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(opentelemetry, "get_tracer", provider.get_tracer)
    monkeypatch.setattr(telemetry, "_TRACER", [])
    yield exporter
    provider.shutdown()


def send(answer: str = "accepted", guard: Guard | None = None) -> Receipt:
    """Send one message with a provider that answers so."""
    transport = httpx.MockTransport(lambda _: httpx.Response(200, text=answer))
    with Journal(":memory:") as journal, SmsClient(Plain(), journal, transport=transport) as client:
        client.send(approve("first", guard=guard))
        return client.send(approve(guard=guard))


def test_a_span_for_each_dispatch(spans: InMemorySpanExporter) -> None:
    """A span tells the provider, the outcome, the status and the id of its message."""
    send()
    _, span = spans.get_finished_spans()
    assert span.name == "sms.send"
    assert dict(span.attributes or {}) == {
        "sms.provider": "standard",
        "sms.outcome": "accepted",
        "sms.message_id": "id-0",
        "sms.status": "accepted",
        "sms.attempts": 1,
        "sms.repeated": False,
        "http.response.status_code": 200,
    }
    told = "".join(each.to_json() for each in spans.get_finished_spans())
    assert TEXT not in told
    assert NUMBER[1:] not in told


def test_a_refusal_is_told(spans: InMemorySpanExporter, caplog: pytest.LogCaptureFixture) -> None:
    """What the guard refuses is told with the name of its rule."""
    with pytest.raises(OverCap), caplog.at_level(logging.INFO):
        send(guard=Guard(max_total="0.05 EUR"))
    _, span = spans.get_finished_spans()
    assert (span.attributes or {})["sms.limit"] == "max_total"
    record = caplog.records[-1]
    assert (record.name, record.levelname) == ("smscore.send", "WARNING")
    assert record.sms == {  # type: ignore[attr-defined]
        "sms.provider": "standard",
        "sms.outcome": "refused",
        "sms.limit": "max_total",
    }


@pytest.mark.parametrize(
    ("answer", "level"), [("accepted", "INFO"), ("rejected", "WARNING"), ("unknown", "ERROR")]
)
def test_levels(caplog: pytest.LogCaptureFixture, answer: str, level: str) -> None:
    """What is in doubt is an error, what was refused a warning."""
    with caplog.at_level(logging.INFO, "smscore.send"):
        send(answer)
    assert {record.levelname for record in caplog.records} == {level}


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where OpenTelemetry is not installed there are no spans, and everything else is as ever."""
    monkeypatch.setattr(telemetry, "_TRACER", [])
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry", None)
    assert send().accepted
    assert telemetry._TRACER == [None]
