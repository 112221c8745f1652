"""Arrow columns in, annotated columns out: the measure, the price and the problem of each row.

The law of this file: what a row is comes from the oracle, what it costs from a deck of four lines,
and what is wrong with it from a table that can be read by eye.
"""

from __future__ import annotations

import decimal
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import oracle
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import texts as any_texts

from smscore.bulk import Run, measure_column, quote_batch, validate_batches
from smscore.bulk.duplicates import SeenMessages
from smscore.decks import RateDeck
from smscore.errors import BulkFileError, DeckError
from smscore.problems import Problem

DAY = date(2026, 6, 1)
GB, OTHER_GB, FR, DE = "+447700900123", "+447700900124", "+33639980123", "+4915112345678"

DECK = RateDeck.parse(
    b"country,price,currency,unit,effective_from,effective_to,reject\n"
    b"GB,0.012345678901,GBP,part,,2026-06-01,\n"
    b"GB,0.5,GBP,part,2026-06-02,,\n"
    b"FR,,GBP,part,,,yes\n"
    b"US,0.07,GBP,message,,,\n",
    "deck.csv",
)

TEXTS = [
    "Hello", "", "a" * 160, "a" * 161, "a" * 152 + "€" + "a" * 7, "я" * 70, "я" * 71,
    "я" * 66 + "😀" + "я" * 5, "😀" * 35, "{}" * 80, "\x1b", "é\r\n€", "x" * 39015, "x" * 39016,
    "a\ud83d", "\ude00",
]  # fmt: skip


def measure_one(text: str | None) -> tuple[str | None, int | None, int | None, str | None]:
    """Give what the oracle says of a text, as the columns say it."""
    if text is None:
        return None, None, None, None
    try:
        return *oracle.measure(text), None
    except oracle.LoneSurrogate:
        return None, None, None, "lone_surrogate"
    except oracle.TooLong:
        alphabet = oracle.alphabet(text)
        return alphabet, oracle.units(text, alphabet), None, "too_long"


def columns_of(batch: pa.RecordBatch) -> list[tuple[object, ...]]:
    """Give the measured columns, row by row, the parts of what is too long left out."""
    columns = zip(*batch.to_pydict().values(), strict=True)
    return [(a, u, None if p == "too_long" else n, p) for a, u, n, p in columns]


def arrow_of(texts: Iterable[str | None]) -> pa.Array:
    """Make a column of texts in which half characters stand as the octets some write for them."""
    octets = [None if text is None else text.encode("utf-8", "surrogatepass") for text in texts]
    return pa.array(octets, pa.binary())


def as_chunks(array: pa.Array) -> pa.ChunkedArray:
    """Cut an array into three chunks, one of them empty."""
    return pa.chunked_array([array.slice(0, 3), array.slice(0, 0), array.slice(3)], array.type)


class Capsule:
    """An array that speaks nothing but one method of the PyCapsule interface."""

    def __init__(self, array: pa.Array | pa.ChunkedArray, method: str) -> None:
        """Take the method of the array."""
        setattr(self, method, getattr(array, method))


GOOD = [None, *(text for text in TEXTS if not any("\ud800" <= c <= "\udfff" for c in text)), None]


@pytest.mark.usefixtures("kernel")
def test_measure_column_is_the_oracle() -> None:
    """Alphabet, units, parts and problem of each text are the oracle's, faults included."""
    found = measure_column(arrow_of([*TEXTS, None]))
    assert found.schema.names == ["alphabet", "units", "parts", "problem"]
    assert columns_of(found) == [measure_one(text) for text in [*TEXTS, None]]
    assert columns_of(measure_column(pa.nulls(2))) == [measure_one(None)] * 2


@pytest.mark.parametrize(
    "kind",
    [
        pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary(),
        pa.dictionary(pa.int8(), pa.string()), pa.dictionary(pa.int32(), pa.large_string()),
    ],
)  # fmt: skip
def test_measure_column_takes_every_array_of_strings(kind: pa.DataType) -> None:
    """The type, chunks, slices and nulls of an array, and how it is handed over, do not matter."""
    whole = pa.array(GOOD, pa.string())
    array = whole.dictionary_encode() if pa.types.is_dictionary(kind) else whole
    array = array.cast(kind)
    expected = [measure_one(text) for text in GOOD]
    stream = Capsule(as_chunks(array), "__arrow_c_stream__")
    for strings in (array, as_chunks(array), Capsule(array, "__arrow_c_array__"), stream):
        assert columns_of(measure_column(strings)) == expected
    assert columns_of(measure_column(array.slice(2, 5))) == expected[2:7]
    part = Capsule(array.slice(2, 5), "__arrow_c_array__")
    assert columns_of(measure_column(part)) == expected[2:7]
    assert columns_of(measure_column(array.slice(0, 0))) == []
    assert columns_of(measure_column(pa.chunked_array([], kind))) == []


def test_octets_that_are_not_utf_8_are_a_problem_of_their_row() -> None:
    """Arrow does not look whether a string is UTF-8; here it is found out, row by row."""
    buffers = [
        None,
        pa.py_buffer(b"\0\0\0\0\1\0\0\0\3\0\0\0\6\0\0\0"),
        pa.py_buffer(b"aa\xffb\xed\xa0"),
    ]
    careless = pa.Array.from_buffers(pa.string(), 3, buffers)
    expected = [None, "undecodable_text", "undecodable_text"]
    assert measure_column(careless)["problem"].to_pylist() == expected
    batch = pa.record_batch({"text": careless})
    assert quote_batch(batch)["problem"].to_pylist() == expected


@pytest.mark.parametrize(
    "strings", [["a"], "a", None, 5, pa.array([1]), pa.array([["a"]]), pa.table({"a": ["x"]})]
)
def test_measure_column_refuses_what_is_no_array_of_strings(strings: object) -> None:
    """What is no Arrow array, or one of something else, is a TypeError that says so."""
    with pytest.raises(TypeError, match="an Arrow array of strings is needed, not"):
        measure_column(strings)


def batch_of(*rows: tuple[object, object]) -> pa.RecordBatch:
    """Make a batch of numbers and texts."""
    numbers, texts = zip(*rows, strict=True) if rows else ((), ())
    return pa.record_batch({"to": pa.array(numbers, pa.string()), "text": arrow_of(texts)})


@pytest.mark.usefixtures("kernel")
def test_every_problem_and_which_comes_first() -> None:
    """A row with several problems has the one that stands first in the contract."""
    rows = [
        (GB, "Hello", None),
        (GB, "a\ud83d", "lone_surrogate"),
        ("12", "a\ud83d", "lone_surrogate"),
        (GB, "", "empty_text"),
        (GB, None, "empty_text"),
        ("12", "", "empty_text"),
        (GB, "x" * 39016, "too_long"),
        ("12", "x" * 39016, "too_long"),
        (FR, "x" * 39016, "too_long"),
        ("12", "Hello", "bad_number"),
        (None, "Hello", "bad_number"),
        ("", "x" * 400, "bad_number"),
        (FR, "Hello", "rejected_destination"),
        (FR, "x" * 400, "rejected_destination"),
        (DE, "Hello", "no_rate"),
        (DE, "x" * 400, "no_rate"),
        (GB, "x" * 400, "too_many_parts"),
        (OTHER_GB, "Hello", None),
        (GB, "x" * 400, "too_many_parts"),
        (FR, "Hello", "rejected_destination"),
        (GB, "Hello", "duplicate"),
        (GB, "Hello", "duplicate"),
    ]
    batch = batch_of(*((number, text) for number, text, _ in rows))
    [out] = validate_batches([batch], deck=DECK, at=DAY, max_parts=2)
    assert out["problem"].to_pylist() == [problem for *_, problem in rows]
    order = "malformed_row undecodable_text lone_surrogate unmappable empty_text too_long"
    order += " over_limit bad_number rejected_destination no_rate too_many_parts duplicate"
    assert [problem.label for problem in sorted(Problem)] == order.split()


@pytest.mark.parametrize("swapped", [False, True])
def test_the_worse_of_two_faults_of_reading_counts(*, swapped: bool) -> None:
    """A text that is no UTF-8 comes before a number with half a surrogate pair in it."""
    bad, half = pa.array([b"\xff"]), pa.array([b"\xed\xa0\xbd"])
    columns = {"to": half, "text": bad} if swapped else {"text": bad, "to": half}
    assert quote_batch(pa.record_batch(columns))["problem"].to_pylist() == ["undecodable_text"]


@pytest.mark.usefixtures("kernel")
def test_prices_are_exact() -> None:
    """A price is the rate times the parts, or the rate alone, to the twelfth decimal."""
    rows = [(GB, "a"), (GB, "x" * 39015), ("+12025550123", "x" * 1000), (GB, ""), (GB, "x" * 39016)]
    out = quote_batch(batch_of(*rows, ("12", "a"), (FR, "a")), deck=DECK, at=DAY)
    assert out["price"].type == pa.decimal128(38, 12)
    prices = ["0.012345678901", "3.148148119755", "0.07", "0.012345678901"]
    assert out["price"].to_pylist() == [*map(Decimal, prices), None, None, None]
    assert out["currency"].to_pylist() == ["GBP"] * 4 + [None] * 3


def test_prices_do_not_depend_on_the_callers_arithmetic() -> None:
    """Whatever precision a thread has set for its own decimals, no digit of a price is lost."""
    with decimal.localcontext() as context:
        context.prec = 4
        out = quote_batch(batch_of((GB, "a" * 161)), deck=DECK, at=DAY)
    assert out["price"].to_pylist() == [Decimal("0.024691357802")]


def test_the_largest_price_that_a_deck_can_hold() -> None:
    """Twelve digits and twelve decimals, 255 times, fit the column."""
    deck = RateDeck.parse(b"price,currency\n999999999999.999999999999,USD\n", "deck.csv")
    validation = validate_batches([batch_of((GB, "x" * 39015))] * 2, deck=deck, duplicates=False)
    [price, other] = [price for out in validation for price in out["price"].to_pylist()]
    assert price == other == Decimal("254999999999999.999999999745")
    assert validation.report.total == Decimal("509999999999999.999999999490")


@pytest.mark.parametrize(
    ("at", "price"),
    [
        (date(2026, 6, 1), "0.012345678901"),
        (date(2026, 6, 2), "0.5"),
        (datetime(2026, 6, 2, 1, tzinfo=timezone(timedelta(hours=2))), "0.012345678901"),
        (datetime(2026, 6, 1, 23, tzinfo=timezone(timedelta(hours=-2))), "0.5"),
    ],
)
def test_the_day_decides_the_rate(at: date, price: str) -> None:
    """The rates are those of the day, which a moment belongs to in UTC."""
    out = quote_batch(batch_of((GB, "a")), deck=DECK, at=at)
    assert out["price"].to_pylist() == [Decimal(price)]


def test_without_a_day_it_is_today() -> None:
    """Without `at` the rates are those of today in UTC, which the report names."""
    before = datetime.now(UTC).date()
    day = validate_batches([batch_of()], deck=DECK).report.day
    assert day in {before.isoformat(), datetime.now(UTC).date().isoformat()}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"max_parts": 0}, "1 to 255"),
        ({"max_parts": 256}, "1 to 255"),
        ({"region": "UK"}, "United Kingdom is GB"),
        ({"region": "XX"}, "not an ISO 3166-1 country"),
        ({"at": datetime(2026, 1, 1)}, "zone"),  # noqa: DTZ001  # that it has none is the point
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, object], says: str) -> None:
    """They are a ValueError before any row is looked at."""
    with pytest.raises(ValueError, match=says):
        quote_batch(batch_of(), deck=DECK, **options)  # type: ignore[arg-type]  # whatever they are
    with pytest.raises(ValueError, match=says):
        Run(deck=DECK, **options)  # type: ignore[arg-type]  # whatever they are


def test_a_bad_deck_is_refused_before_the_file(tmp_path: Path) -> None:
    """A deck that cannot be used is a DeckError, whatever is to be validated."""
    (tmp_path / "deck.csv").write_text("country,price,currency\nGB,0.04,GBP\nGB,0.05,GBP\n")
    with pytest.raises(DeckError, match=r"deck\.csv, line 3"):
        validate_batches([], deck=tmp_path / "deck.csv")


def test_a_region_makes_national_numbers_numbers() -> None:
    """With a region, a number without a plus is a national one; the same with one is the same."""
    batch = batch_of(("07700 900123", "a"), (GB, "a"), (" +44 (0)7700-900.123", "a"))
    assert quote_batch(batch)["problem"].to_pylist() == ["bad_number", None, None]
    [out] = validate_batches([batch], region="gb")
    assert out["problem"].to_pylist() == [None, "duplicate", "duplicate"]


def test_max_parts_is_the_most_that_is_allowed() -> None:
    """A message of as many parts is clean, one of a part more has a problem and its price."""
    batch = batch_of((GB, "a" * 306), (GB, "a" * 307))
    out = quote_batch(batch, deck=DECK, at=DAY, max_parts=2)
    assert out["problem"].to_pylist() == [None, "too_many_parts"]
    assert out["price"].to_pylist()[1] == Decimal("0.037037036703")


def test_numbers_are_needed_only_for_prices() -> None:
    """Without a deck texts alone will do; with one the missing column is asked for."""
    batch = pa.record_batch({"text": ["Hello", "Hello"]})
    assert quote_batch(batch)["problem"].to_pylist() == [None, None]
    with pytest.raises(BulkFileError, match=r"no column for the phone numbers .* rate deck"):
        quote_batch(batch, deck=DECK)


def test_a_duplicate_is_the_same_text_to_the_same_number() -> None:
    """However the number is spelled, in whatever batch; the first one stays clean."""
    first = batch_of((GB, "Hello"), (OTHER_GB, "Hello"), (GB, "hello"))
    second = batch_of(("+44 7700 900123", "Hello"), (GB, "Hello "), (GB, "bye"), (GB, "bye"))
    expected = [None, None, None, "duplicate", None, None, "duplicate"]
    batches = list(validate_batches([first, second]))
    assert [row for out in batches for row in out["problem"].to_pylist()] == expected
    unchecked = validate_batches([first, second], duplicates=False)
    assert [row for out in unchecked for row in out["problem"].to_pylist()] == [None] * 7


def test_a_duplicate_is_one_across_the_files_of_a_run(tmp_path: Path) -> None:
    """A run knows what stood in its earlier files; the report is of all of them."""
    run = Run()
    for name in ("one.csv", "two.csv"):
        (tmp_path / name).write_text(f"to,text\n{GB},Hello\n", encoding="utf-8")
        run.validate(tmp_path / name)
    assert run.report.problems == {Problem.DUPLICATE: 1}
    assert [source.name for source in run.report.sources] == ["one.csv", "two.csv"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.text("xyzé", max_size=3))), st.integers(1, 5))
def test_seen_messages_are_a_set_however_few_fit_memory(
    messages: list[tuple[str, str]], keys_in_memory: int
) -> None:
    """What is on disk is known as well as what is in memory."""
    seen = SeenMessages(keys_in_memory)
    plain: set[tuple[str, str]] = set()
    for message in messages:
        assert seen.add(*message) == (message in plain)
        plain.add(message)


def test_seen_messages_do_not_belong_to_a_thread() -> None:
    """Whatever thread pulls the batches, what was moved to disk is known there too."""
    seen = SeenMessages(keys_in_memory=1)
    assert not seen.add(GB, "Hello")
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(seen.add, GB, "Hello").result()


ANNOTATED = ["to", "text", "alphabet", "units", "parts", "price", "currency", "problem"]


def test_batches_come_as_a_table_a_reader_or_anything_that_yields_them() -> None:
    """The annotated batches and the report are the same; batches without rows are no fault."""
    batches = [batch_of(), batch_of((GB, "Hello"), ("1", "я")), batch_of(), batch_of((FR, ""))]
    table = pa.Table.from_batches(batches)
    reader = pa.RecordBatchReader.from_batches(table.schema, iter(batches))
    forms: list[Iterable[pa.RecordBatch]] = [batches, table, reader, (b for b in batches)]
    for form in forms:
        validation = validate_batches(form, deck=DECK, at=DAY)
        out = pa.Table.from_batches(list(validation), validation.schema)
        assert out.schema.names == ANNOTATED
        assert out["problem"].to_pylist() == [None, "bad_number", "empty_text"]
        assert out.select(["to", "text"]).equals(table)
        assert validation.report.rows == 3
        assert [source.rows for source in validation.report.sources] == [3]


def test_no_batch_at_all_needs_a_schema() -> None:
    """An empty stream has an annotated schema if its own is given, else it is refused."""
    nothing: Iterator[pa.RecordBatch] = iter(())
    with pytest.raises(BulkFileError, match="give the schema"):
        validate_batches(nothing)
    validation = validate_batches(nothing, schema=batch_of().schema)
    assert list(validation) == []
    assert (validation.schema.names, validation.report.rows) == (ANNOTATED, 0)


def test_a_schema_that_does_not_do_is_refused_before_the_first_batch() -> None:
    """What cannot be judged fails when the batches are handed over, not in mid-stream."""
    with pytest.raises(BulkFileError, match="holds double, not phone numbers"):
        validate_batches([], schema=pa.schema({"to": pa.float64(), "text": pa.string()}))
    with pytest.raises(BulkFileError, match="a column 'price' already"):
        validate_batches([], schema=pa.schema({"price": pa.int8(), "text": pa.string()}))


@pytest.mark.parametrize(
    "other",
    [
        pa.record_batch({"text": ["Hello"], "to": [GB]}),
        pa.record_batch({"to": [GB], "message": ["Hello"]}),
        pa.record_batch({"to": [447700900123], "text": ["Hello"]}),
    ],
)
def test_a_batch_of_another_schema_is_refused(other: pa.RecordBatch) -> None:
    """Columns in another order, or of other names, are not taken for those of the first batch."""
    first = pa.record_batch({"to": [GB], "text": ["Hi"]})
    with pytest.raises(ValueError, match=r"schema|column"):
        list(validate_batches([first, other]))


def test_the_columns_of_a_batch_are_kept_and_the_added_ones_prefixed() -> None:
    """Whatever else a batch holds comes out as it was, before the six columns more."""
    batch = pa.record_batch({"text": ["a"], "list": [[1]], "units": [5]})
    out = quote_batch(batch, prefix="sms_")
    assert out.select(["text", "list", "units"]).equals(batch)
    assert out.schema.names[3:] == [f"sms_{name}" for name in ANNOTATED[2:]]
    assert out["sms_units"].to_pylist() == [1]


@pytest.mark.usefixtures("kernel")
@settings(max_examples=60, deadline=None)
@given(st.lists(any_texts, max_size=12))
def test_columns_of_any_texts_are_the_oracle(texts: list[str]) -> None:
    """Whatever the texts, the column says what the oracle says of each."""
    assert columns_of(measure_column(arrow_of(texts))) == [measure_one(text) for text in texts]
