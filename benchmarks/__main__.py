"""All ratios at once, as Markdown: `python -m benchmarks [--rows N] [--output FILE.md]`.

The law of this file: a ratio is between two things that took turns in this very run, and every
table says which. Durations are given only where a ratio would mislead. What is not installed is
left out and named.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from importlib import metadata, util
from pathlib import Path

import smscore
from benchmarks import corpora, kernels, peers, references
from benchmarks.codings import compare_codings
from benchmarks.engine import compare_octets, compare_transliteration
from benchmarks.references import each
from benchmarks.tables import Row, by_kernel, list_rows, show_ratio, write_table
from benchmarks.timing import Case, start_python, take_turns

ROWS = 20_000
ROUNDS = 21
LIST_ROUNDS = 7
FILE_ROUNDS = 3
IMPORT_ROUNDS = 31
SCALAR_COUNT = 1000
LIST_COUNT = 10_000
ANSWER_COUNT = 10_000
DAY = date(2026, 6, 1)

FLAGS = frozenset("ssse3 sse4_2 avx2 avx512bw avx512vbmi asimd neon sve sve2".split())
"""Of the flags of a processor, those that a kernel could make use of."""


def describe_machine() -> Iterator[tuple[str, str]]:
    """Tell what the figures depend on; nothing that would tell whose machine it is."""
    yield "Python", f"{platform.python_implementation()} {platform.python_version()}"
    yield "system", f"{platform.system()} on {platform.machine()}"
    model, flags = _read_processor()
    yield "processor", f"{model}, {os.cpu_count()} in all"
    yield "of its instructions", ", ".join(sorted(FLAGS & flags)) or "not known"
    yield "smscore", f"{smscore.__version__}, kernels built: {', '.join(kernels.built())}"
    yield "its kernel by default", smscore.KERNEL
    yield "pyarrow", _version("pyarrow") or "not installed"


def compare_scalars(rounds: int) -> Iterator[str]:
    """Hold `measure(text)` against calls that do nothing, an encoding, and handwork."""
    rows: list[Row] = []
    floors: dict[str, Callable[[str], object]] = {
        "÷ empty function": references.nothing,
        "÷ empty builtin": callable,
        "÷ `str.encode`": str.encode,
        "÷ hand-written Python": references.hand_written,
    }
    for corpus in corpora.CORPORA:
        texts = corpora.texts(corpus, SCALAR_COUNT)
        cases = {name: Case(partial(each, floor, texts)) for name, floor in floors.items()}
        cases |= by_kernel(partial(each, smscore.measure, texts))
        rows += list_rows(corpus, take_turns(cases, rounds), floors)
    yield "## One text: `measure(text)` in a loop"
    yield ""
    yield from write_table(["corpus", "kernel", *floors, "pure ÷ it"], rows, words=2)


def compare_functions(rounds: int) -> Iterator[str]:
    """Hold the functions that say more, or choose otherwise, against `measure`."""
    rows: list[Row] = []
    texts = corpora.texts("E", SCALAR_COUNT)
    names = ("count_parts", "detect", "split")
    for kernel in kernels.built():
        cases = {
            name: Case(partial(each, getattr(smscore, name), texts), kernel)
            for name in ("measure", *names)
        }
        turns = take_turns(cases, rounds)
        rows.append([kernel, *(show_ratio(turns.ratio(name, "measure")) for name in names)])
    yield "## One text: the other functions, corpus E"
    yield ""
    yield from write_table(["kernel", *(f"`{name}` ÷ `measure`" for name in names)], rows)


def compare_lists() -> Iterator[str]:
    """Hold `measure_many(texts)` against a list of the encoded texts."""
    rows: list[Row] = []
    floor = "÷ `[s.encode() for s in texts]`"
    for corpus in corpora.CORPORA:
        texts = corpora.texts(corpus, LIST_COUNT)
        cases = {floor: Case(partial(references.encode, texts))}
        cases |= by_kernel(partial(smscore.measure_many, texts))
        rows += list_rows(corpus, take_turns(cases, LIST_ROUNDS), [floor])
    yield f"## A list: `measure_many` on {LIST_COUNT:,} texts"
    yield ""
    yield from write_table(["corpus", "kernel", floor, "pure ÷ it"], rows, words=2)


def compare_files(rows_of_file: int) -> Iterator[str]:
    """Hold `validate_file`, with a rate deck, against pyarrow reading and writing alone."""
    yield f"## A file: `validate_file` of a CSV file of {rows_of_file:,} rows, corpus E"
    yield ""
    if util.find_spec("pyarrow") is None:
        yield "Left out: pyarrow is not installed."
        return
    from smscore.bulk import validate_file

    rows: list[Row] = []
    floor = "÷ pyarrow read and write"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, deck = folder / "campaign.csv", folder / "rates.csv"
        corpora.write_csv(source, "E", rows_of_file)
        corpora.write_deck(deck)
        for suffix in ("csv", "parquet"):
            target = folder / f"out.{suffix}"
            cases = {floor: Case(partial(references.read_and_write, source, target))}
            cases |= by_kernel(partial(validate_file, source, deck=deck, at=DAY, out=target))
            turns = take_turns(cases, FILE_ROUNDS, sample_seconds=0)
            rows += list_rows(f"CSV to {suffix}", turns, [floor])
    yield from write_table(["from and to", "kernel", floor, "pure ÷ it"], rows, words=2)


def compare_imports() -> Iterator[str]:
    """Hold processes that import smscore against processes that import nothing."""
    yield "## A process: importing smscore"
    yield ""
    rows: list[Row] = []
    bare = "bare"
    try:
        start_python("import smscore")
    except subprocess.CalledProcessError:
        yield "Left out: smscore is not installed where an isolated Python finds it."
        return
    for code in ("import smscore", "from smscore import measure"):
        cases = {bare: Case(partial(start_python, "pass"))} | {
            kernel: Case(partial(start_python, code, kernel)) for kernel in kernels.built()
        }
        turns = take_turns(cases, IMPORT_ROUNDS, sample_seconds=0)
        for kernel in kernels.built():
            more = f"{turns.difference(kernel, bare) * 1000:.1f} ms"
            rows.append([f"`{code}`", kernel, show_ratio(turns.ratio(kernel, bare)), more])
    yield from write_table(
        ["code", "kernel", "÷ bare Python", "more than bare Python"], rows, words=2
    )


def compare_peers(rounds: int) -> Iterator[str]:
    """Hold every peer that is installed against `measure`, and ask it of texts of each corpus."""
    yield "## Peers: ratios on corpus E, and of how many texts each disagrees with smscore"
    yield ""
    texts = {corpus: corpora.texts(corpus, ANSWER_COUNT) for corpus in corpora.CORPORA}
    texts["edges"] = list(peers.EDGES)
    answers = {corpus: list(map(_measure, listed)) for corpus, listed in texts.items()}
    timed = texts["E"][:SCALAR_COUNT]
    found = [peers.OURS, *peers.installed()]
    best = kernels.built()[-1]
    cases = {peer.name: Case(partial(each, peer.ask, timed)) for peer in found}
    cases[peers.OURS.name] = Case(partial(each, references.hand_written, timed))
    cases[best] = Case(partial(each, smscore.measure, timed), best)
    turns = take_turns(cases, rounds)
    rows: list[Row] = []
    for peer in found:
        counts = [peer.count_disagreements(texts[name], answers[name]) for name in texts]
        ratios = [turns.ratio(peer.name, other) for other in (best, peers.OURS.name)]
        shown = f"{peer.name} {peer.version}".strip()
        rows.append([shown, peer.makes, *map(show_ratio, ratios), *map(str, counts)])
    head = ["peer", "what it makes", f"÷ `measure` ({best})", "÷ hand-written Python"]
    yield from write_table([*head, *texts], rows, words=2)
    yield ""
    yield "The last columns count where a peer says another alphabet, another number of parts, or"
    yield f"nothing: of {ANSWER_COUNT:,} texts of each corpus, and of {len(peers.EDGES)} on the"
    yield "edges of the rules."
    missing = [name for name in peers.NAMES if name not in {peer.name for peer in found}]
    if missing:
        yield ""
        yield f"Left out, because they are not installed: {', '.join(missing)}."


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print the document; the exit code is 0 whatever the figures are."""
    options = _parse(arguments)
    lines = ["# smscore, measured", "", *write_table(["what", "is"], describe_machine(), words=2)]
    sections = (
        partial(compare_scalars, options.rounds),
        partial(compare_functions, options.rounds),
        partial(compare_codings, options.rounds),
        partial(compare_transliteration, options.rounds),
        partial(compare_octets, options.rounds),
        compare_lists,
        partial(compare_files, options.rows),
        compare_imports,
        partial(compare_peers, options.rounds),
    )
    for section in sections:
        lines.append("")
        lines += section()
        if sys.stderr.isatty():
            print(".", end="", file=sys.stderr, flush=True)
    document = "\n".join(lines) + "\n"
    if options.output is not None:
        options.output.write_text(document, encoding="utf-8")
    print(document, end="")
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure smscore against references, in turns, and print the ratios.",
        allow_abbrev=False,
    )
    for name, default, what in (
        ("--rows", ROWS, "rows of the campaign file"),
        ("--rounds", ROUNDS, "turns that each case takes"),
    ):
        parser.add_argument(
            name, type=_count, default=default, metavar="N", help=f"{what} (default: %(default)s)"
        )
    parser.add_argument(
        "--output", type=Path, metavar="FILE.md", help="write the document to this file as well"
    )
    return parser.parse_args(arguments)


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError(f"not a number of one or more: {text!r}")
    return count


def _measure(text: str) -> peers.Answer:
    measured = smscore.measure(text)
    return measured.alphabet.value, measured.parts


def _read_processor() -> tuple[str, frozenset[str]]:
    """Read the processor's name and flags where Linux tells them."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    facts = {
        name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    model = facts.get("model name") or platform.processor() or "not known"
    return model, frozenset((facts.get("flags") or facts.get("Features") or "").split())


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


if __name__ == "__main__":
    sys.exit(main())
