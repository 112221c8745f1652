"""The quoter that all adapters share, and what is said where an engine is not installed.

The law of this file: nothing here needs an engine; what the quoter says of a row is held against
`validate_batches`.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import engines
import pytest

pytest.importorskip("pyarrow")

import pyarrow as pa
from adapting import ADDED, DAY, DECK, judge, make_table

from smscore.adapters.quoter import Quoter
from smscore.decks import RateDeck
from smscore.errors import BulkFileError, DeckError, ProfileError

NAMES = ["id", "phone", "message"]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"deck": None},
        {"region": "GB", "max_parts": 2},
        {"profile": "twilio", "prefix": "sms_"},
        {"languages": ["tr", "es"]},
        {"reference_bits": 16, "boundary": "grapheme"},
    ],
    ids=str,
)
def test_a_quoter_says_what_a_run_says(options: dict[str, Any]) -> None:
    """Row for row it adds what `validate_batches` adds, before and after it was pickled."""
    table = make_table()
    judged = judge(table, **options)
    quoter = Quoter.make(NAMES, **{"deck": DECK, "at": DAY, **options})
    for each in (quoter, pickle.loads(pickle.dumps(quoter))):  # noqa: S301  # ours
        rows = [
            r
            for batch in table.to_batches(max_chunksize=77)
            for r in each.extend(batch).to_pylist()
        ]
        assert rows == judged
    assert quoter.quote_table(table).num_rows == 500
    assert not any(pa.types.is_dictionary(kind) for kind in quoter.schema.types)


def test_nothing_is_left_to_see_differently(tmp_path: Path) -> None:
    """Paths are read, and today is named, where the quoter is made: not where it is used."""
    deck, profile = tmp_path / "deck.csv", tmp_path / "mine.toml"
    deck.write_text("price,currency\n0.5,EUR\n", encoding="utf-8")
    profile.write_text('extends = "standard"\nreference_bits = 16\n', encoding="utf-8")
    before = datetime.now(UTC).date()
    quoter = Quoter.make(NAMES, deck, profile=profile, languages=iter(["tr"]))
    assert quoter.options["at"] in (before, datetime.now(UTC).date())
    deck.unlink()
    profile.unlink()
    for each in (quoter, pickle.loads(pickle.dumps(quoter))):  # noqa: S301  # ours
        batch = pa.record_batch({"phone": ["+447700900123"], "message": ["x" * 306]})
        [row] = each.quote(batch).to_pylist()
        assert (row["parts"], row["coding"], str(row["price"])) == (3, "gsm7", "1.500000000000")


def test_a_process_unpickles_a_quoter_once() -> None:
    """Every task gets the same object, with the deck that the first one made ready."""
    octets = pickle.dumps(Quoter.make(NAMES, DECK, at=DAY))
    first, second = pickle.loads(octets), pickle.loads(octets)  # noqa: S301  # ours
    assert first is second
    assert first.deck == DECK


def test_what_a_deck_made_ready_stays_at_home() -> None:
    """A quoter that was used is no larger when it is pickled."""
    deck = RateDeck(DECK.name, DECK.sha256, DECK.rates)
    quoter = Quoter.make(NAMES, deck, at=DAY)
    fresh = len(pickle.dumps(quoter))
    quoter.quote_table(make_table())
    assert len(pickle.dumps(quoter)) == fresh


def test_faults_are_told_where_the_quoter_is_made() -> None:
    """Wrong columns, decks, profiles and options never reach a worker."""
    for names, fault in (
        (["a", "b"], "texts"),
        (["message"], "numbers"),
        ([*NAMES, "parts"], "parts"),
    ):
        with pytest.raises(BulkFileError, match=fault):
            Quoter.make(names, DECK)
    with pytest.raises(DeckError):
        Quoter.make(NAMES, Path(__file__))
    with pytest.raises(ProfileError):
        Quoter.make(NAMES, profile="nobody")
    with pytest.raises(ValueError, match="maximum of parts"):
        Quoter.make(NAMES, max_parts=0)


def test_a_quoter_shows_nothing_private() -> None:
    """Its repr names the deck, no more of it."""
    assert "0.07" not in repr(Quoter.make(NAMES, DECK, at=DAY))


def test_no_rows() -> None:
    """An empty batch, and a table without any, give columns without rows."""
    quoter = Quoter.make(NAMES, DECK, at=DAY)
    empty = make_table(0)
    assert quoter.quote_table(empty).schema == quoter.schema
    assert quoter.quote_table(pa.Table.from_batches([], empty.schema)).num_rows == 0
    assert quoter.schema.names == ADDED


@pytest.mark.parametrize("engine", engines.PACKAGES)
def test_what_is_missing_is_said(engine: str) -> None:
    """Without its engine an adapter raises MissingExtra, with the command that installs it."""
    package = engines.PACKAGES[engine]
    code = (
        f"import sys; sys.modules[{package!r}] = None\n"
        "from smscore.errors import MissingExtra\n"
        f"try:\n    import smscore.adapters.{engine}\n"
        "except MissingExtra as error:\n    print(error.extra, error.name, error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    extra, name, message = done.stdout.strip().split(" ", 2)
    assert (extra, name) == (engine, package)
    assert message.endswith(f"needs {package}: pip install 'smscore[{engine}]'")
