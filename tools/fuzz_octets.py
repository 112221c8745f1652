"""Throw octets at everything that reads octets, and see that nothing breaks.

The law of this file: whatever the octets are, a function answers or raises one of our errors, a
ValueError or a TypeError; it answers at once, in little memory, and the same with both kernels. The
first octets that break this are printed, which is all that is ever printed of them.

    python tools/fuzz_octets.py --minutes 10 --seed 1
"""

from __future__ import annotations

import argparse
import codecs
import importlib
import random
import sys
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from types import ModuleType

from smscore import _kernel
from smscore.codec import register_codecs
from smscore.coding import Alphabet, Coding, NationalLanguage
from smscore.errors import SmsError
from smscore.octets import UserData, decode_septets, join, pack, unpack
from smscore.splitting import split
from smscore.udh import build_header, read_header

SEAM = ("encode", "decode", "pack", "unpack", "measure", "cut", "choose")
ALLOWED = (SmsError, ValueError, TypeError)
MOST_SECONDS = 1.0
MOST_MEMORY = 4 << 20
MEASURED_EVERY = 32
LONGEST = 400
HANDLERS = ("strict", "replace", "ignore", "backslashreplace", "surrogateescape")
ELEMENTS = (0x00, 0x01, 0x04, 0x05, 0x08, 0x20, 0x24, 0x25, 0x70, 0xFF)

Parts = list[bytes]
Call = tuple[str, Callable[[], object]]


class Fault(Exception):
    """Something that must never happen."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz for so many minutes; exit with 1 at the first fault."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    register_codecs()
    kernels = [importlib.import_module(f"smscore.{name}") for name in ("_pure", "_fast")]
    dice = random.Random(options.seed)  # noqa: S311  # a seed makes it repeatable
    tally: Counter[str] = Counter()
    slowest, largest = 0.0, 0
    end = time.monotonic() + 60 * options.minutes
    rounds = 0
    while time.monotonic() < end:
        rounds += 1
        parts = draw_parts(dice)
        for name, call in list_calls(dice, parts):
            try:
                outcome, seconds, memory = run(name, call, kernels, rounds % MEASURED_EVERY == 0)
            except Fault as fault:
                octets = [part.hex() for part in parts]
                sys.stdout.write(f"{fault}\nseed {options.seed}, round {rounds}: {octets}\n")
                return 1
            tally[f"{name}: {outcome}"] += 1
            slowest, largest = max(slowest, seconds), max(largest, memory)
    for line, count in sorted(tally.items()):
        sys.stdout.write(f"{count:>12,}  {line}\n")
    sys.stdout.write(
        f"{rounds:,} rounds, {sum(tally.values()):,} calls with each kernel, seed {options.seed}: "
        f"no fault; slowest {slowest * 1000:.1f} ms, most memory {largest / 1024:.0f} KiB\n"
    )
    return 0


def run(
    name: str, call: Callable[[], object], kernels: Sequence[ModuleType], measured: bool
) -> tuple[str, float, int]:
    """Call with each kernel: the outcome's name, the most seconds, the most memory."""
    answers: list[tuple[str, str]] = []
    slowest, largest = 0.0, 0
    for kernel in kernels:
        for each in SEAM:
            setattr(_kernel, each, getattr(kernel, each))
        if measured:
            tracemalloc.start()
        start = time.perf_counter()
        try:
            answers.append(("answer", repr(call())))
        except ALLOWED as error:
            answers.append((type(error).__name__, str(error)))
        except Exception as error:
            raise Fault(f"{name} with {kernel.NAME}: {type(error).__name__}: {error}") from error
        finally:
            slowest = max(slowest, time.perf_counter() - start)
            if measured:
                largest = max(largest, tracemalloc.get_traced_memory()[1])
                tracemalloc.stop()
    if answers[0] != answers[1]:
        raise Fault(f"{name}: the kernels differ: {answers[0][0]}, {answers[1][0]}")
    if slowest > MOST_SECONDS:
        raise Fault(f"{name}: {slowest:.1f} s")
    if largest > MOST_MEMORY:
        raise Fault(f"{name}: {largest} octets of memory")
    return answers[0][0], slowest, largest


def list_calls(dice: random.Random, parts: Parts) -> Iterator[Call]:
    """List what is asked about the octets; a call must do the same each time."""
    dcs = dice.choice([0x00, 0x08, 0x18, 0xF1, dice.randrange(256)])
    udhi = dice.choice([None, None, True, False])
    yield "join", lambda: show(join(parts, dcs=dcs, udhi=udhi))
    told = [(part, lie(dice, part), happens(dice, 0.8)) for part in parts]
    yield (
        "join told",
        lambda: show(join([UserData(part, udl, udhi=udhi) for part, udl, udhi in told], dcs=dcs)),
    )
    one = dice.choice(parts)
    yield "read_header", lambda: read_back(one)
    count = dice.choice([None, dice.randrange(-2, 200)])
    fill, ussd = dice.randrange(-1, 8), happens(dice, 0.3)
    yield "unpack", lambda: unpack(one, count, fill, ussd=ussd)
    septets = one if happens(dice, 0.2) else bytes(octet & 0x7F for octet in one)
    yield "pack", lambda: pack(septets, fill, ussd=ussd)
    coding, strict = draw_coding(dice), happens(dice, 0.5)
    if coding.alphabet is Alphabet.GSM7:
        yield "decode_septets", lambda: show(decode_septets(septets, coding, strict=strict))
    handler = dice.choice(HANDLERS)
    yield "codec", lambda: septets.decode("gsm0338", handler)
    cuts = sorted(dice.randrange(len(septets) + 1) for _ in range(3))
    yield "codec in chunks", lambda: decode_chunks(septets, cuts, handler)


def show(text: str) -> str:
    """Give a text that must hold no surrogate."""
    text.encode("utf-8")
    return text


def read_back(octets: bytes) -> tuple[int, bytes]:
    """Read a header, and see that it is written as it was read."""
    elements, end = read_header(octets)
    if (build_header(elements) or b"\x00") != octets[:end]:
        raise Fault("a header is not what it was read from")
    return end, octets[:end]


def decode_chunks(octets: bytes, cuts: list[int], handler: str) -> str:
    """Decode in chunks, and see that it is what it is at once."""
    decoder = codecs.getincrementaldecoder("gsm0338")(handler)
    bounds = [0, *cuts, len(octets)]
    decoded = "".join(decoder.decode(octets[start:end]) for start, end in pairwise(bounds))
    decoded += decoder.decode(b"", final=True)
    if decoded != octets.decode("gsm0338", handler):
        raise Fault("chunks are decoded to another text")
    return decoded


def lie(dice: random.Random, part: bytes) -> int:
    """Give a user data length: true of septets or of octets, or not."""
    true = dice.choice([len(part), len(part) * 8 // 7])
    return dice.choice([true, true, true + dice.randrange(-9, 10), dice.randrange(-1, 300)])


def happens(dice: random.Random, chance: float) -> bool:
    """Throw the dice."""
    return dice.random() < chance


def draw_coding(dice: random.Random) -> Coding:
    """Draw one of the codings there are."""
    if happens(dice, 0.3):
        return Coding(Alphabet.UCS2)
    languages = [None, *NationalLanguage]
    locking = dice.choice([each for each in languages if each is None or each.has_locking])
    return Coding(Alphabet.GSM7, locking, dice.choice(languages))


def draw_parts(dice: random.Random) -> Parts:
    """Draw the user data of some parts: random, made up, or real and spoiled."""
    if happens(dice, 0.15):
        return [dice.randbytes(dice.randrange(LONGEST)) for _ in range(dice.randrange(1, 4))]
    if happens(dice, 0.3):
        return [draw_headed(dice) for _ in range(dice.randrange(1, 4))]
    parts = draw_real(dice)
    for _ in range(dice.choice([0, 1, 1, 2, 5])):
        parts = spoil(dice, parts)
    return parts


def draw_headed(dice: random.Random) -> bytes:
    """Draw a header of elements, known or not, of right lengths or not, and anything after it."""
    elements = b""
    for _ in range(dice.randrange(5)):
        data = dice.randbytes(dice.choice([0, 1, 1, 2, 3, 3, 4, 4, 7]))
        if happens(dice, 0.5):
            data = bytes(octet % 4 for octet in data)
        elements += bytes((dice.choice(ELEMENTS), len(data))) + data
    length = len(elements) if happens(dice, 0.9) else dice.randrange(256)
    rest = dice.randrange(max(141 - len(elements), 1)) if happens(dice, 0.8) else 0
    return bytes((length % 256,)) + elements + dice.randbytes(rest)


def draw_real(dice: random.Random) -> Parts:
    """Draw a message as smscore itself sends it."""
    coding = draw_coding(dice)
    if coding.alphabet is Alphabet.UCS2:
        characters = "aя中😀\u0301"
    else:
        characters = "".join(sorted(coding.characters()))
    text = "".join(dice.choices(characters, k=dice.choice([0, 1, 7, 8, 70, 160, 300, 700])))
    bits = dice.choice([8, 16])
    message = split(text, coding=coding, reference_bits=bits)
    return [bytes(part) for part in message.user_data(dice.randrange(256))]


def spoil(dice: random.Random, parts: Parts) -> Parts:
    """Change something: bits, lengths, order, number."""
    parts = list(parts)
    place = dice.randrange(len(parts))
    octets = bytearray(parts[place])
    match dice.randrange(8):
        case 0 if octets:
            octets[dice.randrange(len(octets))] ^= 1 << dice.randrange(8)
        case 1:
            del octets[dice.randrange(len(octets) + 1) :]
        case 2:
            octets += dice.randbytes(dice.randrange(9))
        case 3 if octets:
            octets[0] = dice.randrange(256)
        case 4 if len(octets) > 1:
            octets[dice.randrange(min(len(octets), 14))] = dice.choice([0, 1, 2, 3, 4, 255])
        case 5:
            parts.append(parts[place])
        case 6 if len(parts) > 1:
            del parts[place]
            return parts
        case _:
            dice.shuffle(parts)
            return parts
    parts[place] = bytes(octets)
    return parts


if __name__ == "__main__":
    sys.exit(main())
