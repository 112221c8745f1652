"""Reading ahead and writing behind: the same results, and no thread and no file left.

The law of this file: what is written is compared octet by octet; whatever is raised, and wherever,
the threads there are afterwards are those there were before.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from smscore.bulk import Progress, validate_file, writing
from smscore.bulk.annotations import append_annotation
from smscore.bulk.overlapping import DEPTH, WriteBehind, read_ahead
from smscore.decks import RateDeck
from smscore.errors import BulkFileError

DECK = RateDeck.parse(b"country,price,currency\nGB,0.04,GBP\n", "deck.csv")
SUFFIXES = (".csv", ".jsonl", ".parquet")


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    """Let every test end with the threads that it began with."""
    before = {thread for thread in threading.enumerate() if thread.name.startswith("smscore")}
    yield
    after = {thread for thread in threading.enumerate() if thread.name.startswith("smscore")}
    assert after == before


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Write a file of several blocks, with faults, duplicates and ragged rows in it."""
    path = tmp_path / "in.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("id,to,text\n")
        for row in range(60_000):
            text = "“Hello”" if row % 7 == 0 else f"Hello number {row % 20_000}, and so on and on"
            number = "12" if row % 1000 == 0 else f"+4477009{row % 900:05}"
            file.write(f'{row},{number},"{text}"' + (",more\n" if row % 5000 == 1 else "\n"))
    return path


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_any_number_of_threads_gives_the_same_octets(source: Path, suffix: str) -> None:
    """One, two, three and more threads: the file and the report are the same."""
    written, reports = set(), []
    for threads in (1, 2, 3, 4, None):
        out = source.with_name(f"out{threads}{suffix}")
        reports.append(validate_file(source, deck=DECK, out=out, threads=threads).to_dict())
        written.add(out.read_bytes())
    assert len(written) == 1
    assert all(report == reports[0] for report in reports)
    assert reports[0]["rows"] == 60_000


@pytest.mark.parametrize("threads", [0, -1, 1.5, True, "2"])
def test_a_number_of_threads_that_is_none_is_refused(source: Path, threads: object) -> None:
    """It is a ValueError before the file is looked at."""
    with pytest.raises(ValueError, match="threads are a whole number"):
        validate_file(source, threads=threads)  # type: ignore[arg-type]  # that is the point


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_an_interruption_leaves_nothing(source: Path, suffix: str, threads: int) -> None:
    """Wherever the other threads are, no file is left; nor is there a thread, when it is raised."""
    interruption = KeyboardInterrupt()

    def interrupt(step: Progress) -> None:
        if step.rows > 30_000:
            raise interruption

    out = source.with_name("out" + suffix)
    with pytest.raises(KeyboardInterrupt) as raised:
        validate_file(source, out=out, threads=threads, progress=interrupt)
    assert raised.value is interruption
    assert [path.name for path in source.parent.iterdir()] == ["in.csv"]


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_what_reading_raises_is_raised(source: Path, threads: int) -> None:
    """A fault of the file in its midst comes out as it does in one thread."""
    with source.open("a", encoding="utf-8") as file:
        file.write('1,2,"never closed\n3,4,5\n')
    with pytest.raises(BulkFileError, match="never closed") as raised:
        validate_file(source, out=source.with_name("out.csv"), threads=threads)
    assert raised.value.line == 60_002
    assert [path.name for path in source.parent.iterdir()] == ["in.csv"]


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_what_writing_raises_is_raised(
    source: Path, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full at the second batch stops the run, and names the file."""
    written: list[object] = []

    def fail(*arguments: object) -> object:
        written.append(None)
        if len(written) > 1:
            raise OSError(28, "No space left on device")
        return append_annotation(*arguments)  # type: ignore[arg-type]  # what it was called with

    monkeypatch.setattr(writing, "append_annotation", fail)
    out = source.with_name("out.parquet")
    with pytest.raises(BulkFileError, match=r"out\.parquet: it cannot be written: No space left"):
        validate_file(source, out=out, threads=threads)
    assert [path.name for path in source.parent.iterdir()] == ["in.csv"]


def test_reading_ahead_waits_for_whoever_takes() -> None:
    """No more is read than fits between the threads, and what is read stops when that is all."""
    given: list[int] = []
    closed: list[bool] = []

    def count() -> Generator[int]:
        try:
            for number in range(1000):
                given.append(number)
                yield number
        finally:
            closed.append(True)

    ahead = read_ahead(count())
    assert next(ahead) == 0
    deadline = time.monotonic() + 10
    while len(given) < DEPTH + 2 and time.monotonic() < deadline:
        time.sleep(0.001)
    assert len(given) == DEPTH + 2
    ahead.close()
    assert closed == [True]
    assert len(given) == DEPTH + 2


def test_what_is_written_behind_is_written_in_order() -> None:
    """All of it, by the end of the block; what fails is raised, there or in a later call."""
    written: list[int] = []
    with WriteBehind(written.append) as behind:
        for number in range(100):
            behind.put(number)
    assert written == list(range(100))

    def fail(number: int) -> None:
        raise LookupError(number)

    with pytest.raises(LookupError, match="7"), WriteBehind(fail) as failing:
        failing.put(7)
