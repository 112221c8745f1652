"""Other Python packages that count the parts of a text, each behind the same small adapter.

The law of this file: a peer is asked what its documentation says to ask, and nothing is said for
it: where it has an answer of its own, that is taken; where it only encodes, the adapter divides, as
its user would. A peer that is not installed is no fault: it is left out, with the name to install.

    pip install sms-toolkit gsm0338 smsutil sms-counter smpplib python-messaging python-gsmmodem-new
"""

from __future__ import annotations

import importlib
import importlib.metadata
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from benchmarks.references import hand_written

Answer = tuple[str, int]
Adapter = Callable[[str], Answer]

NUMBER = "+447700900123"
"""To whom the messages of peers go that cannot count without a recipient; it rings nowhere."""

EDGES = (
    "",  # one part, of nothing
    "`",  # in ASCII, but not in the alphabet
    "§",  # the other way round
    "ç",  # the alphabet has it as a capital only
    "ΔΦΓΛΩΠΨΣΘΞ",  # the Greek that the alphabet has
    "\x1b",  # the escape is no character
    "\f" * 81,  # the form feed takes two septets
    "{}" * 41,  # and so do these
    "a" * 161,  # one septet more than fits
    "a" * 152 + "€" + "a" * 152,  # 306 septets, but the pair does not fit the first part
    "я" * 71,  # one unit more than fits
    "\U0001f600" * 36,  # 72 units, though 36 characters
    "я" * 66 + "\U0001f600" + "я" * 66,  # 134 units, but the pair does not fit the first part
)
"""Texts where counting goes wrong most easily; in a corpus they are too rare to tell."""

REFUSALS = (ValueError, TypeError, LookupError)


@dataclass(frozen=True, slots=True)
class Peer:
    """A peer that can be asked. `name` is the one to install it by; `makes` says what is timed."""

    name: str
    version: str
    makes: str
    adapter: Adapter

    def ask(self, text: str) -> Answer | None:
        """Give the peer's answer, None where it refuses the text."""
        try:
            return self.adapter(text)
        except REFUSALS:
            return None

    def count_disagreements(self, texts: Iterable[str], measured: Iterable[Answer]) -> int:
        """Count the texts of which the peer says something else than was measured."""
        pairs = zip(texts, measured, strict=True)
        return sum(self.ask(text) != answer for text, answer in pairs)


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    makes: str
    make: Callable[[], Adapter]


def _sms_toolkit() -> Adapter:
    profile = importlib.import_module("sms_toolkit").profile_message

    def ask(text: str) -> Answer:
        found = profile(text)
        return "gsm7" if found["max_segment_size"] > 70 else "ucs2", found["num_segments"]

    return ask


def _gsm0338() -> Adapter:
    encode = importlib.import_module("gsm0338").Codec().encode

    def ask(text: str) -> Answer:
        try:
            return "gsm7", _divide(len(encode(text)[0]), 160, 153)
        except UnicodeEncodeError:
            return "ucs2", _divide(len(text.encode("utf-16-be")) // 2, 70, 67)

    return ask


def _smsutil() -> Adapter:
    split = importlib.import_module("smsutil").split

    def ask(text: str) -> Answer:
        found = split(text)
        return "gsm7" if found.encoding == "gsm0338" else "ucs2", len(found.parts)

    return ask


def _sms_counter() -> Adapter:
    count = importlib.import_module("sms.counter").SMSCounter().count

    def ask(text: str) -> Answer:
        found = count(text)
        return "ucs2" if found.encoding == "UTF16" else "gsm7", found.segment

    return ask


def _smpplib() -> Adapter:
    make_parts = importlib.import_module("smpplib.gsm").make_parts

    def ask(text: str) -> Answer:
        parts, coding, _ = make_parts(text)
        return "ucs2" if coding == 8 else "gsm7", len(parts)

    return ask


def _python_messaging() -> Adapter:
    submit = importlib.import_module("messaging.sms").SmsSubmit

    def ask(text: str) -> Answer:
        message = submit(NUMBER, text)
        parts = len(message.to_pdu())
        return "ucs2" if message.fmt == 8 else "gsm7", parts

    return ask


def _python_gsmmodem() -> Adapter:
    encode = importlib.import_module("gsmmodem.pdu").encodeSmsSubmitPdu
    # Before the data coding scheme: four octets, the number's digits by twos, the protocol.
    place = 5 + len(NUMBER) // 2 + 1

    def ask(text: str) -> Answer:
        pdus = encode(NUMBER, text)
        return "ucs2" if pdus[0].data[place] == 8 else "gsm7", len(pdus)

    return ask


def _divide(units: int, single: int, multi: int) -> int:
    return 1 if units <= single else -(-units // multi)


# python-messaging before smsutil: both register a codec "gsm0338", and the first one is the one.
_ENTRIES = (
    _Entry("python-messaging", "the PDUs of the message", _python_messaging),
    _Entry("python-gsmmodem-new", "the PDUs of the message", _python_gsmmodem),
    _Entry("sms-toolkit", "alphabet, parts and their contents", _sms_toolkit),
    _Entry("smsutil", "alphabet, parts and their contents", _smsutil),
    _Entry("smpplib", "alphabet, parts and their octets", _smpplib),
    _Entry("sms-counter", "alphabet and number of parts", _sms_counter),
    _Entry("gsm0338", "the octets, which the adapter divides", _gsm0338),
)

NAMES = tuple(entry.name for entry in _ENTRIES)


def load(name: str) -> Peer | None:
    """Load a peer by the name it is installed by; None if it is not installed."""
    [entry] = (entry for entry in _ENTRIES if entry.name == name)
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
    with warnings.catch_warnings():
        # What a peer's own dependencies warn it of is not what is measured here.
        warnings.simplefilter("ignore")
        adapter = entry.make()
    return Peer(name, version, entry.makes, adapter)


def installed() -> list[Peer]:
    """Load every peer that is installed."""
    return [peer for peer in map(load, NAMES) if peer is not None]


OURS = Peer("hand-written Python", "", "alphabet and number of parts", hand_written)
"""Not a peer but a reference: what can be had without a compiler, and without an error's index."""

__all__ = ["EDGES", "NAMES", "OURS", "Answer", "Peer", "installed", "load"]
