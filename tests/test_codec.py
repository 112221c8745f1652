"""The codec "gsm0338": what it encodes and decodes, and how it treats errors, chunks and streams.

The law of this file: codes and characters are those of TS 23.038 clause 6.2.1, written out; what an
error handler leads to is what the standard library's own codec of another 7-bit alphabet, ASCII,
does where that has an answer. All of it holds for both kernels.
"""

from __future__ import annotations

import codecs
import io
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import oracle_languages
import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

from smscore.codec import register_codecs

NAME = "gsm0338"

# Texts that ASCII and the GSM 7 bit default alphabet encode alike, and characters neither has.
COMMON = "ABCxyz 019?!&#;"
NEITHER = "я中😀\u0301\udc80\u2028"

# What replaces a character in Python's own handlers that has to be spelled with these differs in
# its octets, not in its text: an extension character is an escape pair.
PYTHONS = ["strict", "ignore", "replace", "xmlcharrefreplace"]


@pytest.fixture(autouse=True)
def registered(kernel: object) -> None:
    """Register before each test, which is to be allowed any number of times."""
    assert kernel
    register_codecs()


@pytest.fixture
def handler(request: pytest.FixtureRequest) -> Callable[[object], str]:
    """Register an error handler that gives always this answer, and give its name."""

    def register(answer: object) -> str:
        name = f"test.{request.node.name}"
        give: Any = answer if callable(answer) else lambda _: answer
        codecs.register_error(name, give)
        return name

    return register


def outcome(call: Callable[[], object]) -> object:
    """Give what a call returns, or where a UnicodeError points and its kind."""
    try:
        return call()
    except UnicodeEncodeError as error:
        return UnicodeEncodeError, error.object, error.start, error.end
    except UnicodeDecodeError as error:
        return UnicodeDecodeError, error.object, error.start, error.end


def test_import_registers_nothing() -> None:
    """Importing makes no codec known; registering does, and may be done twice."""
    program = """
import codecs, smscore, smscore.codec
for lookup, name in ((codecs.lookup, "gsm0338"), (codecs.lookup_error, "gsm-transliterate")):
    try:
        lookup(name)
    except LookupError:
        pass
    else:
        raise SystemExit(f"{name} is known too early")
smscore.codec.register_codecs()
smscore.codec.register_codecs()
assert "€".encode("gsm0338") == b"\\x1be"
assert not {"regex", "phonenumbers", "smscore.transliteration"} & set(__import__("sys").modules)
assert "’".encode("gsm0338", "gsm-transliterate") == b"'"
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "name", ["gsm0338", "GSM0338", "gsm-0338", "gsm_0338", "gsm 03.38", "GSM 03.38", "Gsm-03-38"]
)
def test_names(name: str) -> None:
    """The codec is found under the names that people write, and calls itself gsm0338."""
    assert codecs.lookup(name).name == NAME
    assert "è@".encode(name) == b"\x04\x00"


@pytest.mark.parametrize("name", ["gsm", "gsm0339", "gsm03380", "xgsm0338", "gsm0338-turkish"])
def test_other_names(name: str) -> None:
    """What only looks like its name is not taken for it."""
    with pytest.raises(LookupError):
        codecs.lookup(name)


def test_every_character() -> None:
    """Each code of both tables is encoded and decoded, and no other character is."""
    codes = {character: bytes([code]) for code, character in oracle_languages.LOCKING[None].items()}
    for code, character in oracle_languages.SINGLE[None].items():
        codes[character] = bytes([0x1B, code])
    assert len(codes) == 137
    for character, octets in codes.items():
        assert character.encode(NAME) == octets
        assert octets.decode(NAME) == character
    for point in range(0x11000):
        if chr(point) not in codes:
            with pytest.raises(UnicodeEncodeError):
                chr(point).encode(NAME)


def test_every_pair_of_octets() -> None:
    """Two octets are decoded only if they are what a text is encoded as."""
    one, two = oracle_languages.LOCKING[None], oracle_languages.SINGLE[None]
    for first in range(256):
        for second in range(256):
            octets = bytes([first, second])
            if first == 0x1B:
                expected = two.get(second)
            elif first in one and second in one:
                expected = one[first] + one[second]
            else:
                expected = None
            if expected is None:
                with pytest.raises(UnicodeDecodeError):
                    octets.decode(NAME)
            else:
                assert octets.decode(NAME) == expected
                assert expected.encode(NAME) == octets


@settings(deadline=None)
@given(strategies.gsm7_texts)
def test_round_trip(text: str) -> None:
    """A text is its oracle's septets, and comes back."""
    assert text.encode(NAME) == oracle_languages.encode(text)
    assert text.encode(NAME).decode(NAME) == text


@settings(deadline=None)
@given(
    st.text(st.sampled_from(COMMON + NEITHER), max_size=30), st.sampled_from([*PYTHONS, "nosuch"])
)
def test_encoding_errors_are_pythons(text: str, errors: str) -> None:
    """Python's handlers do with runs of characters what they do for ASCII, and point there too."""
    try:
        expected = outcome(lambda: text.encode("ascii", errors))
    except LookupError:
        with pytest.raises(LookupError):
            text.encode(NAME, errors)
        return
    assert outcome(lambda: text.encode(NAME, errors)) == expected


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([*COMMON.encode(), 0x80, 0xC3, 0xFF]), max_size=30).map(bytes),
    st.sampled_from(["strict", "ignore", "replace", "backslashreplace", "surrogateescape"]),
)
def test_decoding_errors_are_pythons(octets: bytes, errors: str) -> None:
    """Python's handlers do with octets above 0x7F what they do for ASCII, and point there too."""
    expected = outcome(lambda: octets.decode("ascii", errors))
    assert outcome(lambda: octets.decode(NAME, errors)) == expected


@pytest.mark.parametrize(
    ("errors", "octets"),
    [
        ("replace", b"a??b"),
        ("ignore", b"ab"),
        # \ is 1B 2F, { is 1B 28, } is 1B 29.
        ("backslashreplace", b"a\x1b/u044f\x1b/U0001f600b"),
        (
            "namereplace",
            b"a\x1b/N\x1b(CYRILLIC SMALL LETTER YA\x1b)\x1b/N\x1b(GRINNING FACE\x1b)b",
        ),
        ("xmlcharrefreplace", b"a&#1103;&#128512;b"),
    ],
)
def test_replacements_are_encoded(errors: str, octets: bytes) -> None:
    """What a handler puts is encoded in its turn, escape pairs and all."""
    assert "aя😀b".encode(NAME, errors) == octets


@pytest.mark.parametrize(
    ("octets", "start", "end", "replaced", "spelled"),
    [
        (b"a\x80b", 1, 2, "a\ufffdb", r"a\x80b"),
        (b"a\xff\xfeb", 1, 2, "a\ufffd\ufffdb", r"a\xff\xfeb"),
        # What follows an escape is a character in its own right: none is swallowed.
        (b"a\x1bAb", 1, 2, "a\ufffdAb", r"a\x1bAb"),
        (b"a\x1b\x00", 1, 2, "a\ufffd@", r"a\x1b@"),
        (b"a\x1b\x80b", 1, 2, "a\ufffd\ufffdb", r"a\x1b\x80b"),
        # Two escapes are kept for a further table; the pair is one fault.
        (b"a\x1b\x1bb", 1, 3, "a\ufffdb", r"a\x1b\x1bb"),
        (b"\x1b\x1b\x1be", 0, 2, "\ufffd€", r"\x1b\x1b€"),
        (b"\x1b\x1b\x80", 0, 2, "\ufffd\ufffd", r"\x1b\x1b\x80"),
        (b"a\x1b", 1, 2, "a\ufffd", r"a\x1b"),
        (b"\x1b\x1b\x1b", 0, 2, "\ufffd\ufffd", r"\x1b\x1b\x1b"),
        (b"\x1be\x1b", 2, 3, "€\ufffd", r"€\x1b"),
    ],
)
def test_faults_of_octets(octets: bytes, start: int, end: int, replaced: str, spelled: str) -> None:
    """Where a fault begins and ends, and what two handlers make of it."""
    with pytest.raises(UnicodeDecodeError) as caught:
        octets.decode(NAME)
    error = caught.value
    assert (error.encoding, error.object, error.start, error.end) == (NAME, octets, start, end)
    assert octets.decode(NAME, "replace") == replaced
    assert octets.decode(NAME, "backslashreplace") == spelled
    assert octets.decode(NAME, "ignore") == replaced.replace("\ufffd", "")


def test_each_decode_fault_has_its_reason() -> None:
    """The four faults are told apart by their reasons, and name no octet but those at fault."""
    reasons = set()
    for octets in (b"a\x80", b"a\x1bA", b"a\x1b\x1b", b"a\x1b"):
        with pytest.raises(UnicodeDecodeError) as caught:
            octets.decode(NAME)
        reasons.add(caught.value.reason)
    assert len(reasons) == 4


def test_surrogateescape_is_refused() -> None:
    """What is encoded is septets: no handler brings in an octet above 0x7F."""
    with pytest.raises(UnicodeEncodeError) as caught:
        "ab\udc80".encode(NAME, "surrogateescape")
    assert (caught.value.start, caught.value.end) == (2, 3)
    with pytest.raises(UnicodeDecodeError) as broken:
        b"ab\x1bA".decode(NAME, "surrogateescape")
    assert (broken.value.start, broken.value.end) == (2, 3)


@pytest.mark.parametrize(
    ("answer", "octets"),
    [
        (("€", 2), b"a\x1beb"),
        (("", 2), b"ab"),
        ((b"\x1bA", 2), b"a\x1bAb"),
        (("!", -1), b"a!b"),
        (("!", 3), b"a!"),
        (("!", True), None),
    ],
)
def test_encoding_handlers(
    handler: Callable[[object], str], answer: tuple[object, int], octets: bytes | None
) -> None:
    """A handler gives a str, which is encoded, or septets, and where to go on."""
    if octets is None:
        # Where to go on is any index there is, True included; then it comes to the fault anew.
        answers = iter([answer, ("?", 2)])
        assert "aяb".encode(NAME, handler(lambda _: next(answers))) == b"a!?b"
    else:
        assert "aяb".encode(NAME, handler(answer)) == octets


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (("!", 4), IndexError),
        (("!", -4), IndexError),
        (("ж", 2), UnicodeEncodeError),
        (("a\udc80", 2), UnicodeEncodeError),
        ((b"\x80", 2), UnicodeEncodeError),
        ("!", TypeError),
        (None, TypeError),
        (("!", 2, 3), TypeError),
        (["!", 2], TypeError),
        (("!", "2"), TypeError),
        (("!", 2.0), TypeError),
        ((33, 2), TypeError),
        ((bytearray(b"!"), 2), TypeError),
    ],
)
def test_encoding_handlers_that_answer_wrongly(
    handler: Callable[[object], str], answer: object, fault: type[Exception]
) -> None:
    """A place out of the text, what cannot be encoded, and what is no answer, are errors."""
    with pytest.raises(fault) as caught:
        "aяb".encode(NAME, handler(answer))
    if isinstance(caught.value, UnicodeEncodeError):
        assert (caught.value.object, caught.value.start, caught.value.end) == ("aяb", 1, 2)


@pytest.mark.parametrize(
    ("answer", "text"),
    [(("яя", 2), "aяяb"), (("", 2), "ab"), (("!", -1), "a!b"), (("!", 3), "a!")],
)
def test_decoding_handlers(
    handler: Callable[[object], str], answer: tuple[str, int], text: str
) -> None:
    """A handler gives any text, and where to go on, also from the end."""
    assert b"a\x80b".decode(NAME, handler(answer)) == text


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (("!", 4), IndexError),
        (("!", -4), IndexError),
        ((b"!", 2), TypeError),
        (("!",), TypeError),
        (["!", 2], TypeError),
        (("!", None), TypeError),
    ],
)
def test_decoding_handlers_that_answer_wrongly(
    handler: Callable[[object], str], answer: object, fault: type[Exception]
) -> None:
    """A place out of the octets, and what is no answer, are errors."""
    with pytest.raises(fault):
        b"a\x80b".decode(NAME, handler(answer))


def test_a_handler_may_go_back(handler: Callable[[object], str]) -> None:
    """A handler may have a piece encoded, and decoded, twice."""
    encoding = iter([("1", 0), ("2", 3)])
    assert "abяc".encode(NAME, handler(lambda _: next(encoding))) == b"ab1ab2c"
    decoding = iter([("1", 0), ("2", 3)])
    assert b"ab\x80c".decode(NAME, handler(lambda _: next(decoding))) == "ab1ab2c"


def test_a_handler_may_change_the_octets(handler: Callable[[object], str]) -> None:
    """A handler may put other octets in the place of those that are being decoded."""

    def change(error: UnicodeDecodeError) -> tuple[str, int]:
        error.object = b"a\x1bexy"
        return "!", 1

    assert b"a\x80".decode(NAME, handler(change)) == "a!€xy"


def test_a_handler_cannot_move_the_error(handler: Callable[[object], str]) -> None:
    """An error raised for what a handler put points to the characters, whatever the handler did."""

    def move(error: UnicodeEncodeError) -> tuple[str, int]:
        error.start, error.end = 0, 1
        return "ж", 3

    with pytest.raises(UnicodeEncodeError) as caught:
        "aяяb".encode(NAME, handler(move))
    assert (caught.value.start, caught.value.end) == (1, 3)


def test_wrong_types() -> None:
    """Only a str is encoded, and only octets are decoded."""
    info: Any = codecs.lookup(NAME)
    for text in (b"a", None, 5, ["a"]):
        with pytest.raises(TypeError):
            info.encode(text)
    for octets in ("a", None, 5, [1]):
        with pytest.raises(TypeError):
            info.decode(octets)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_octets_of_all_sorts(kind: Callable[[bytes], bytes]) -> None:
    """Whatever has octets is decoded."""
    assert codecs.decode(kind(b"\x1be!"), NAME) == "€!"
    assert codecs.decode(kind(b"\x1bA\x80"), NAME, "replace") == "\ufffdA\ufffd"


def test_a_str_of_its_own_kind() -> None:
    """A subclass of str is encoded by its characters, whatever it says they are."""

    class Sly(str):
        __slots__ = ()

        def __getitem__(self, place: object) -> str:
            return "?"

        def __iter__(self) -> Iterator[str]:
            return iter("???")

    assert codecs.lookup(NAME).encode(Sly("a€"))[0] == b"a\x1be"
    assert codecs.lookup(NAME).encode(Sly("aяb"), "ignore")[0] == b"ab"


def test_lengths() -> None:
    """The codec's functions say how much they took: characters, octets."""
    info = codecs.lookup(NAME)
    assert info.encode("1€") == (b"1\x1be", 2)
    assert info.encode("1я", "ignore") == (b"1", 2)
    assert info.decode(b"1\x1be") == ("1€", 3)
    assert info.decode(b"1\x80", "ignore") == ("1", 2)


def test_many_faults_are_no_more_work_than_few() -> None:
    """Octets and characters that are all at fault are each handled once."""
    calls = []

    def count(error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeEncodeError | UnicodeDecodeError)
        calls.append(error.start)
        return "", error.end

    codecs.register_error("test.count", count)
    assert ("я" * 1000 + "a" + "я").encode(NAME, "test.count") == b"a"
    assert calls == [0, 1001]
    calls.clear()
    assert (b"\x80" * 1000).decode(NAME, "test.count") == ""
    assert calls == list(range(1000))


# Octets with every sort of fault, in chunks of every sort.
chunked = st.lists(
    st.lists(st.sampled_from([0x1B, 0x1B, 0x65, 0x41, 0x00, 0x80]), max_size=4).map(bytes),
    max_size=8,
)


@settings(deadline=None)
@given(chunked, st.sampled_from(["strict", "replace", "ignore", "backslashreplace"]))
def test_chunks(chunks: list[bytes], errors: str) -> None:
    """Octets that come in chunks are the text that they are at once, or an error as well."""
    decoder = codecs.getincrementaldecoder(NAME)(errors)

    def decode() -> str:
        return "".join(map(decoder.decode, chunks)) + decoder.decode(b"", final=True)

    whole = outcome(lambda: b"".join(chunks).decode(NAME, errors))
    if isinstance(whole, str):
        assert decode() == whole
    else:
        with pytest.raises(UnicodeDecodeError):
            decode()


def test_an_escape_waits() -> None:
    """An escape that ends a chunk is kept, and is an error only at the end."""
    decoder = codecs.getincrementaldecoder(NAME)()
    assert [decoder.decode(chunk) for chunk in (b"a\x1b", b"", b"e\x1b", b"\x28")] == [
        "a", "", "€", "{",
    ]  # fmt: skip
    assert decoder.decode(b"\x1b") == ""
    with pytest.raises(UnicodeDecodeError):
        decoder.decode(b"", final=True)
    assert codecs.getincrementaldecoder(NAME)().decode(b"a", final=True) == "a"


def test_the_state_of_a_decoder() -> None:
    """What a decoder keeps can be taken, given to another, and forgotten."""
    decoder = codecs.getincrementaldecoder(NAME)("replace")
    fresh = decoder.getstate()
    assert decoder.decode(b"a\x1b") == "a"
    state = decoder.getstate()
    assert state[0] == b"\x1b"
    assert decoder.decode(b"e") == "€"
    assert decoder.getstate() == fresh == (b"", 0)
    decoder.setstate(state)
    assert decoder.decode(b"(") == "{"
    decoder.setstate(state)
    decoder.reset()
    assert decoder.decode(b"(", final=True) == "("


def test_an_incremental_encoder() -> None:
    """A text that comes in pieces is encoded piece by piece; there is nothing to keep."""
    encoder = codecs.getincrementalencoder(NAME)("replace")
    assert encoder.encode("a€") + encoder.encode("я", final=True) == b"a\x1be?"
    state = encoder.getstate()
    encoder.reset()
    encoder.setstate(state)
    assert encoder.encode("[") == b"\x1b<"
    with pytest.raises(UnicodeEncodeError):
        codecs.getincrementalencoder(NAME)().encode("я")


def test_text_files() -> None:
    """A text file of Python is written and read in it, its position told and found again."""
    raw = io.BytesIO()
    with io.TextIOWrapper(raw, encoding=NAME, newline="") as file:
        file.write("1 €\r\n{2}\n")
        file.flush()
        assert raw.getvalue() == b"1 \x1be\r\n\x1b(2\x1b)\n"
        file.seek(0)
        assert file.read(3) == "1 €"
        place = file.tell()
        assert file.read() == "\r\n{2}\n"
        file.seek(place)
        assert file.read() == "\r\n{2}\n"
    with (
        io.TextIOWrapper(io.BytesIO(b"a\x1b"), encoding=NAME) as cut,
        pytest.raises(UnicodeDecodeError),
    ):
        cut.read()


def test_stream_writer() -> None:
    """A stream writer writes octets, with its handler."""
    raw = io.BytesIO()
    codecs.getwriter(NAME)(raw, "ignore").writelines(["1 €", "я", "\n"])
    assert raw.getvalue() == b"1 \x1be\n"


@pytest.mark.parametrize("size", [-1, 1, 2, 3, 100])
def test_stream_reader(size: int) -> None:
    """A stream reader reads the text, however few octets it asks for at a time."""
    reader = codecs.getreader(NAME)(io.BytesIO(b"a\x1be\x1b(\nb\x1b)"))
    text, read = "", " "
    while read or size == 1:
        read = reader.read(size)
        text += read
        if len(text) == 6:
            break
    assert text == "a€{\nb}"
    assert list(codecs.getreader(NAME)(io.BytesIO(b"a\x1be\n\x1b(\nb"))) == ["a€\n", "{\n", "b"]


def test_a_stream_that_ends_in_an_escape() -> None:
    """A stream reader loses nothing in silence: an escape at the end is an error, or is handled."""
    with pytest.raises(UnicodeDecodeError):
        codecs.getreader(NAME)(io.BytesIO(b"a\x1b")).read()
    with pytest.raises(UnicodeDecodeError):
        list(codecs.getreader(NAME)(io.BytesIO(b"a\nb\x1b")))
    assert codecs.getreader(NAME)(io.BytesIO(b"a\x1b"), "replace").read() == "a\ufffd"
    assert list(codecs.getreader(NAME)(io.BytesIO(b"a\n\x1b"), "replace")) == ["a\n", "\ufffd"]


def test_transliterate() -> None:
    """Typographic, invisible and accented characters are replaced; what is there is left."""
    text = "“It’s\u200b fine” – á € é"
    assert text.encode(NAME, "gsm-transliterate") == b'"It\'s fine" - a \x1be \x05'


@pytest.mark.parametrize("character", ["я", "中", "😀", "\ud83d", "\u05d0"])
def test_transliterate_refuses(character: str) -> None:
    """A character that only a change of meaning could replace is an error that points to it."""
    with pytest.raises(UnicodeEncodeError) as caught:
        f"“’{character}’”".encode(NAME, "gsm-transliterate")
    assert (caught.value.start, caught.value.end) == (2, 3)
    assert caught.value.encoding == NAME


def test_transliterate_is_for_encoding() -> None:
    """The handler does not decode, and helps other codecs to encode."""
    with pytest.raises(TypeError):
        b"\x80".decode(NAME, "gsm-transliterate")
    assert "“a”".encode("ascii", "gsm-transliterate") == b'"a"'


def test_an_error_says_no_text() -> None:
    """The words of an error have the character at fault, and nothing else of the text."""
    with pytest.raises(UnicodeEncodeError) as caught:
        "secretя".encode(NAME)
    assert "secret" not in str(caught.value)
    with pytest.raises(UnicodeDecodeError) as broken:
        b"secret\x1b".decode(NAME)
    assert "secret" not in str(broken.value)
