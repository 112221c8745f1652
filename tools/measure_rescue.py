"""Measure on files of real messages what each class of the standard table saves.

The law of this file: it prints figures, and never a text. A message is rescued when it needed UCS-2
and, with the classes up to and including that of the row, is GSM 7 bit.

    python tools/measure_rescue.py messages.csv ...    CSV in UTF-8 with a column `text`
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from smscore import Alphabet, detect
from smscore.transliteration import ReplacementClass, transliterate

CLASSES = tuple(ReplacementClass)
LONGEST_CELL = 1 << 24


def read_texts(path: Path) -> Iterator[str]:
    """Give the texts of a file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            yield row["text"]


def measure_file(path: Path) -> Iterator[tuple[str, int, int, int]]:
    """Give the rows for a file: a name, its UCS-2 messages, their parts, the messages changed."""
    texts = list(read_texts(path))
    unicode = [text for text in texts if detect(text).alphabet is Alphabet.UCS2]
    parts = sum(transliterate(text, classes=()).parts_before or 0 for text in unicode)
    yield f"{len(texts)} messages", len(unicode), parts, 0
    for last, kind in enumerate(CLASSES, 1):
        classes = CLASSES[:last]
        left = sum(
            detect(transliterate(text, classes=classes, when="always").text).alphabet
            is Alphabet.UCS2
            for text in unicode
        )
        saving = [transliterate(text, classes=classes) for text in unicode]
        changed = sum(bool(found.replacements) for found in saving)
        yield f"+ {kind}", left, sum(found.parts_after or 0 for found in saving), changed


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table for each file; return the exit status."""
    parser = argparse.ArgumentParser(description="Measure what each class of replacements saves.")
    parser.add_argument("paths", nargs="+", type=Path, metavar="FILE", help="CSV, column `text`")
    csv.field_size_limit(LONGEST_CELL)
    for path in parser.parse_args(arguments).paths:
        print(f"{path.name}\n\n| classes | UCS-2 | rescued | parts | saved | changed |")
        print("| --- | ---: | ---: | ---: | ---: | ---: |")
        rows = list(measure_file(path))
        _, first, before, _ = rows[0]
        for name, left, parts, changed in rows:
            print(f"| {name} | {left} | {first - left} | {parts} | {before - parts} | {changed} |")
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
