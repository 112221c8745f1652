"""Profiles and national languages, on the bulk path: one text, a list, a column, a batch, a file.

The law of this file: the same text with the same options has one answer, wherever it is asked for;
what that answer is, is worked out by hand here, or is the oracle's.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import oracle_languages
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import language_lists, language_texts
from strategies import texts as any_texts

from smscore.bulk import measure_column, quote_batch, validate_batches, validate_file
from smscore.coding import Boundary, NationalLanguage
from smscore.counting import find_way
from smscore.decks import RateDeck
from smscore.errors import (
    LoneSurrogate,
    OverLimit,
    ProfileError,
    TooLong,
    UnmappableCharacter,
)
from smscore.measuring import detect, measure, measure_many
from smscore.problems import Problem
from smscore.profiles import PROFILE_NAMES, Profile, find_profile

DAY = date(2026, 6, 1)
GB, FR = "+447700900123", "+33639980123"
DECK = RateDeck.parse(b"country,price,currency,reject\nGB,0.04,GBP,\nFR,0.05,GBP,yes\n", "deck.csv")
COLUMNS = ["alphabet", "units", "parts", "price", "currency", "problem"]

MINE = """
title = "Mine"
reference_bits = 16
boundary = "grapheme"
excluded = ["[", "€"]
max_characters = 400
max_parts = 2
languages = [1]
unknowns = ["What becomes of the rest is not known."]

[table]
"’" = "'"
"""

Answer = tuple[object, ...]


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """Write a profile of one's own."""
    path = tmp_path / "mine.toml"
    path.write_text(MINE, encoding="utf-8")
    return path


def octets_of(text: str) -> bytes:
    """Spell a text, half a character as the three octets that some write for one."""
    return text.encode("utf-8", "surrogatepass")


def batch_of(*texts: str, numbers: Iterable[str] | None = None) -> pa.RecordBatch:
    """Make a batch of texts, each to a number of its own or to those given."""
    given_numbers = [f"+4477009{n:05}" for n in range(len(texts))] if numbers is None else numbers
    cells = [octets_of(text) for text in texts]
    return pa.record_batch({
        "to": pa.array(list(given_numbers), pa.string()), "text": pa.array(cells, pa.binary())
    })  # fmt: skip


def ask_one(text: str, options: dict[str, Any]) -> Answer:
    """Ask `measure` about one text: alphabet, units, parts and problem, as columns say it."""
    profile = find_profile(options.get("profile"))
    unlimited = dict(options)
    unlimited["profile"] = replace(profile, max_characters=None, max_parts=None)
    try:
        found = measure(text, **unlimited)
    except LoneSurrogate:
        return None, None, None, "lone_surrogate"
    except UnmappableCharacter:
        halves = any("\ud800" <= character <= "\udfff" for character in text)
        return None, None, None, "lone_surrogate" if halves else "unmappable"
    problem = None if text else "empty_text"
    try:
        measure(text, **options)
    except OverLimit:
        problem = "over_limit"
    return found.alphabet.value, found.units, found.parts, problem


def read_rows(data: bytes, options: dict[str, Any]) -> list[dict[str, Any]]:
    """Validate octets as CSV, and read the annotated rows."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "out.jsonl")
        validate_file(io.BytesIO(data), out=out, format="csv", encoding="utf-8", **options)
        with out.open(encoding="utf-8", newline="\n") as lines:
            return [json.loads(line) for line in lines]


def ask_everywhere(texts: list[str], options: dict[str, Any]) -> None:
    """Check that list, column, batch and file answer as `measure` does about each text."""
    try:
        expected = [ask_one(text, options) for text in texts]
    except TooLong:
        return
    codings = [
        None if alphabet is None else str(detect(text, **options))
        for text, (alphabet, *_) in zip(texts, expected, strict=True)
    ]
    speaks = bool(find_way(None, **options).languages)

    listed = zip(*measure_many(texts, **options), strict=True)
    names = {0: "gsm7", 8: "ucs2", -1: None}
    assert [(names[dcs], parts) for dcs, _, parts in listed] == [
        (alphabet, parts or 0) for alphabet, _, parts, _ in expected
    ]

    column = measure_column(batch_of(*texts)["text"], **options)
    assert column.schema.names == [*COLUMNS[:3], "problem", *(["coding"] if speaks else [])]
    rows = list(zip(*column.to_pydict().values(), strict=True))
    unsaid = [(*found[:3], None if found[3] == "empty_text" else found[3]) for found in expected]
    assert [row[:4] for row in rows] == unsaid
    assert not speaks or [row[4] for row in rows] == codings

    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows([("text",), *((text,) for text in texts)])
    [validated] = validate_batches([batch_of(*texts)], **options)
    for found in (
        quote_batch(batch_of(*texts), **options).to_pylist(),
        validated.to_pylist(),
        read_rows(octets_of(written.getvalue()), options),
    ):
        said = [tuple(row[name] for name in (*COLUMNS[:3], "problem")) for row in found]
        assert said == expected
        assert [row.get("coding", "none") for row in found] == (
            codings if speaks else ["none"] * len(texts)
        )


# Two halves side by side are one character to a file, so they are drawn as one.
sound = any_texts.map(
    lambda text: text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
)
some_texts = st.lists(
    st.one_of(sound, language_texts, st.text("[€“’«ş я", max_size=30)), max_size=4
)


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize("profile", [None, *PROFILE_NAMES])
@settings(max_examples=12, deadline=None)
@given(some_texts)
def test_a_profile_answers_the_same_everywhere(profile: str | None, texts: list[str]) -> None:
    """Whatever the provider, `measure`, a list, a column, a batch and a file agree on each text."""
    ask_everywhere([*texts, "", "a" * 1531, "{" * 1601], {"profile": profile})


@pytest.mark.usefixtures("kernel")
@settings(max_examples=40, deadline=None)
@given(
    some_texts,
    language_lists,
    st.sampled_from([None, 8, 16]),
    st.sampled_from([None, None, None, "code_point", "grapheme"]),
    st.sampled_from([None, "telnyx", "twilio_smart", "callr_gsm", "callr_unicode"]),
)
def test_languages_answer_the_same_everywhere(
    texts: list[str],
    languages: list[int],
    bits: int | None,
    boundary: Boundary | None,
    profile: str | None,
) -> None:
    """So they do with any national languages, widths and boundaries, under a profile too."""
    if boundary == "grapheme":
        # Every coding has to be walked then, and there are 170 of all languages.
        languages = languages[:2]
    options = {"languages": tuple(languages), "reference_bits": bits, "boundary": boundary}
    ask_everywhere(texts, options | {"profile": profile})


@pytest.mark.usefixtures("kernel")
@settings(max_examples=40, deadline=None)
@given(st.lists(language_texts, max_size=5), language_lists, st.sampled_from([8, 16]))
def test_the_coding_column_is_the_oracles_choice(
    texts: list[str], languages: list[int], bits: int
) -> None:
    """The coding and parts of a text are the best ones, found by trying all."""
    found = measure_column(pa.array(texts), languages=[*languages, 1], reference_bits=bits)
    for text, coding, parts in zip(texts, found["coding"], found["parts"], strict=True):
        choice = oracle_languages.choose_quickly(text, dict.fromkeys([*languages, 1]), bits)
        said = str(choice.coding)
        if choice.coding != oracle_languages.UCS2:
            shifts = zip(
                ("locking", "single"), oracle_languages.pair_of(choice.coding), strict=True
            )
            names = [f"{kind} {NationalLanguage(n).name.capitalize()}" for kind, n in shifts if n]
            said = f"gsm7 with {' and '.join(names)}" if names else "gsm7"
        assert (coding.as_py(), parts.as_py()) == (said, choice.parts)


def test_more_codings_than_an_octet_can_number_fit_one_column() -> None:
    """All languages together have 183 codings, and a column may have each; a null has none."""
    texts = [
        "".join(sorted(oracle_languages.LOCKING[one].values()))
        + "".join(sorted(oracle_languages.SINGLE[other].values())) * (other is not None)
        for one in oracle_languages.LOCKING
        for other in oracle_languages.SINGLE
    ]
    found = measure_column(pa.array([*texts, None]), languages=tuple(NationalLanguage))
    codings = [str(detect(text, languages=tuple(NationalLanguage))) for text in texts]
    assert len(set(codings)) > 128
    assert found["coding"].to_pylist() == [*codings, None]


@pytest.mark.usefixtures("kernel")
def test_what_a_provider_does_not_take_is_over_limit_and_has_no_price() -> None:
    """Telnyx takes ten parts, Twilio 1600 characters; what has more is counted, and no more."""
    texts = ["a" * 1530, "a" * 1531, "я" * 670, "я" * 671]
    rows = quote_batch(batch_of(*texts), deck=DECK, at=DAY, profile="telnyx").to_pylist()
    assert [tuple(row[name] for name in COLUMNS) for row in rows] == [
        ("gsm7", 1530, 10, Decimal("0.4"), "GBP", None),
        ("gsm7", 1531, 11, None, None, "over_limit"),
        ("ucs2", 670, 10, Decimal("0.4"), "GBP", None),
        ("ucs2", 671, 11, None, None, "over_limit"),
    ]
    validation = validate_batches([batch_of(*texts)], deck=DECK, at=DAY, profile="telnyx")
    list(validation)
    report = validation.report
    assert (report.total, report.total_clean, report.priced_rows) == (*[Decimal("0.8")] * 2, 2)
    found = measure_column(pa.array(["a" * 1600, "a" * 1601, "😀" * 1600]), profile="twilio")
    assert found["problem"].to_pylist() == [None, "over_limit", None]


@pytest.mark.usefixtures("kernel")
def test_where_the_two_problems_of_a_profile_stand_among_the_others() -> None:
    """What cannot be counted comes first; what cannot be sent before what cannot be priced."""
    profile = Profile(name="own", title="Own", alphabet="gsm7", max_characters=300)
    rows = [
        (GB, "я", "unmappable"),
        (GB, "я\ud83d", "lone_surrogate"),
        (GB, "\ud83dя", "lone_surrogate"),
        ("12", "я", "unmappable"),
        (GB, "я" * 301, "unmappable"),
        (GB, "", "empty_text"),
        (GB, "a" * 300, None),
        (GB, "a" * 301, "over_limit"),
        ("12", "a" * 301, "over_limit"),
        (FR, "a" * 301, "over_limit"),
        (GB, "a" * 301, "over_limit"),
        (GB, "a" * 39016, "too_long"),
        (GB, "{" * 300, "too_many_parts"),
    ]
    batch = batch_of(*(text for _, text, _ in rows), numbers=[number for number, *_ in rows])
    [out] = validate_batches([batch], deck=DECK, at=DAY, max_parts=2, profile=profile)
    assert out["problem"].to_pylist() == [problem for *_, problem in rows]
    assert out.slice(0, 1).select(COLUMNS[:4]).to_pylist() == [dict.fromkeys(COLUMNS[:4])]


def test_a_table_of_replacements_and_half_a_character(tmp_path: Path) -> None:
    """Where the provider replaces characters, a text that cannot be sent is a row's problem too."""
    texts = ["\ud83d", "«a\ud83d", "«a» €"]
    for profile in ("callr_gsm", "twilio_smart"):
        found = measure_column(batch_of(*texts)["text"], profile=profile)
        assert found["problem"].to_pylist() == ["lone_surrogate"] * 2 + [None]
    found = measure_column(batch_of(*texts)["text"], profile="callr_gsm")
    assert found["units"].to_pylist() == [None, None, 5]
    lines = "".join(json.dumps({"text": text}) + "\n" for text in [*texts, "я\ud83d", "я"])
    report = validate_file(io.BytesIO(lines.encode()), format="jsonl", profile="callr_gsm")
    assert report.problems == {Problem.LONE_SURROGATE: 3, Problem.UNMAPPABLE: 1}
    (tmp_path / "out.toml").write_text('title = "A"\ntable = "nope"\n', encoding="utf-8")
    with pytest.raises(ProfileError, match="out, table: 'nope' is no table"):
        quote_batch(batch_of(), profile=tmp_path / "out.toml")


@pytest.mark.usefixtures("kernel")
def test_a_profile_of_ones_own(mine: Path, tmp_path: Path) -> None:
    """Each value of a TOML file counts, in every format, and so do the prices by its parts."""
    expected = [
        # 152 septets a part beside a reference of 16 bits: two parts have 304, three are not taken.
        ("a" * 304, "gsm7", 304, 2, "0.08", None, "gsm7"),
        ("a" * 305, "gsm7", 305, 3, None, "over_limit", "gsm7"),
        ("a" * 401, "gsm7", 401, 3, None, "over_limit", "gsm7"),
        # "[" and the euro sign are not sent in GSM 7 bit, the curly apostrophe is sent straight.
        ("[", "ucs2", 1, 1, "0.04", None, "ucs2"),
        ("€" + "ş" * 70, "ucs2", 71, 2, "0.08", None, "ucs2"),
        ("’" + "a" * 159, "gsm7", 160, 1, "0.04", None, "gsm7"),
        ("ş" * 71, "gsm7", 71, 1, "0.04", None, "gsm7 with locking Turkish"),
        # 65 and a pair that stays together: the pair begins the second part of 66.
        ("я" * 65 + "e\u0301" + "я" * 4, "ucs2", 71, 2, "0.08", None, "ucs2"),
    ]
    with (tmp_path / "in.csv").open("w", encoding="utf-8") as file:
        file.write("to,text\n")
        file.writelines(f"+4477009{n:05},{row[0]}\n" for n, row in enumerate(expected))
    names = [*COLUMNS[:4], "problem", "coding"]
    for suffix in ("csv", "jsonl", "parquet"):
        out = tmp_path / f"out.{suffix}"
        report = validate_file(tmp_path / "in.csv", out=out, deck=DECK, at=DAY, profile=mine)
        if suffix == "parquet":
            table = pq.read_table(out)
            assert table.schema.names == ["to", "text", *COLUMNS, "coding"]
            rows = table.to_pylist()
        elif suffix == "jsonl":
            rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
        else:
            with out.open(encoding="utf-8", newline="") as lines:
                rows = list(csv.DictReader(lines))
            rows = [
                {key: (int(cell) if key in ("units", "parts") else cell or None)
                 for key, cell in row.items()}
                for row in rows
            ]  # fmt: skip
        found = [tuple(row[name] for name in names) for row in rows]
        amounts = [(*row[:3], row[3] and Decimal(row[3]), *row[4:]) for row in found]
        assert amounts == [(*e[1:4], e[4] and Decimal(e[4]), *e[5:]) for e in expected]
        assert report.total == Decimal("0.36")


def test_the_added_column_has_the_prefix_and_comes_last_and_only_with_languages() -> None:
    """Six columns, and a seventh where a language is allowed, by the caller or by the profile."""
    batch = batch_of("a")
    six = [*batch.schema.names, *(f"sms_{name}" for name in COLUMNS)]
    for profile in (None, "twilio", "callr_unicode"):
        assert quote_batch(batch, prefix="sms_", profile=profile).schema.names == six
    out = quote_batch(batch, prefix="sms_", languages=[2])
    assert out.schema.names == [*six, "sms_coding"]
    assert validate_batches([], schema=batch.schema, languages=[1]).schema.names[-1] == "coding"
    taken = pa.record_batch({"text": ["a"], "coding": ["b"]})
    assert quote_batch(taken)["coding"].to_pylist() == ["b"]
    with pytest.raises(ValueError, match="a column 'coding' already"):
        quote_batch(taken, languages=[1])


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"languages": [14]}, ValueError, "14"),
        ({"languages": "tr"}, TypeError, "not a str"),
        ({"reference_bits": 7}, ValueError, "8 or 16"),
        ({"boundary": "word"}, ValueError, "a boundary is one of"),
        ({"profile": "twillio"}, ProfileError, "there is no such profile"),
    ],
)
def test_options_of_counting_that_make_no_sense_are_refused(
    options: dict[str, Any], error: type[Exception], says: str
) -> None:
    """They are errors before the first row, of every function."""
    for ask in (
        lambda: quote_batch(batch_of(), **options),
        lambda: measure_column(pa.array(["a"]), **options),
        lambda: validate_batches([], schema=batch_of().schema, **options),
        lambda: validate_file(io.BytesIO(b"text\na\n"), **options),
    ):
        with pytest.raises(error, match=says):
            ask()


def test_threads_are_a_whole_number_or_none() -> None:
    """However many are allowed, the answer is the same; what is no number of threads is refused."""
    for threads in (None, 1, 64):
        assert measure_column(pa.array(["a" * 161]), threads=threads)["parts"].to_pylist() == [2]
    for wrong in (0, -1, True, 1.5, "2"):
        with pytest.raises(ValueError, match="threads are a whole number from 1 on"):
            measure_column(pa.array(["a"]), threads=wrong)  # type: ignore[arg-type]
