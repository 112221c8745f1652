"""A column at once: `measure_column`, beside the least that Arrow and memory do with its octets.

The law of this file: all that is divided takes turns in one worker, over the same array, which is
in memory before the clock starts. The kernel for a processor's instructions is chosen by
`SMSCORE_SIMD` for the whole of a worker, never in passing.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from benchmarks import corpora
from benchmarks.charts import Chart
from benchmarks.tables import Row, show_ratio, write_table
from benchmarks.timing import Case, take_turns
from benchmarks.workers import ROOT, WorkerError, ask, count_processors

REAL = {"SMS spam": "uci_sms_spam", "NUS English": "nus_sms_en", "NUS Chinese": "nus_sms_zh"}
"""Messages that people wrote, in files that are no part of this project, by how they are called."""

REAL_FOLDER = ROOT.parent / "shared" / "corpus"

FORCED = ("scalar", "16", "avx2", "avx512")
"""What `SMSCORE_SIMD` may be: how wide the registers are that a kernel uses."""

KINDS = ("string", "large_string", "string_view")

LENGTH = "utf8_length"
COPY = "memcpy"
SAMPLE_SECONDS = 0.002
"""Short, so that some turns are over before the system gives the processor to another."""

Ratios = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Store:
    """The columns of a run as Arrow files, by what they are called; each is written once."""

    folder: Path
    rows: int
    real: Path | None = None

    def names(self) -> list[str]:
        """Name every column that there is: the made-up ones, and the real ones that are at hand."""
        real = [name for name, file in REAL.items() if self._find(file) is not None]
        return [*corpora.CORPORA, *real]

    def find(self, name: str) -> Path:
        """Give a column's file, which is written now if it was not yet."""
        path = self.folder / f"{name.replace(' ', '-')}-{self.rows}.arrow"
        if not path.exists():
            write_column(path, self._draw(name))
        return path

    def _draw(self, name: str) -> Iterator[str]:
        if name in corpora.CORPORA:
            return islice(corpora.iterate_texts(name), self.rows)
        file = self._find(REAL[name])
        if file is None:
            raise LookupError(f"{name} is not at hand")
        return islice(cycle(read_texts(file)), self.rows)

    def _find(self, name: str) -> Path | None:
        path = (self.real or REAL_FOLDER) / f"{name}.csv"
        return path if path.exists() else None


def read_texts(path: Path) -> list[str]:
    """Read the column `text` of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file)]


def write_column(path: Path, texts: Iterator[str]) -> None:
    """Write texts as an Arrow file of one column, in batches: they need not fit in memory twice."""
    import pyarrow as pa

    schema = pa.schema([("text", pa.string())])
    with pa.ipc.new_file(path, schema) as writer:
        while chunk := list(islice(texts, 50_000)):
            writer.write_batch(pa.record_batch([pa.array(chunk, pa.string())], schema=schema))


def read_column(path: Path, kind: str = "string") -> Any:  # noqa: ANN401  # pyarrow has no types
    """Read a column into memory as one array of a kind of strings."""
    import pyarrow as pa

    with pa.ipc.open_file(path) as reader:
        column = reader.read_all().column(0)
    # The last buffers of a small file may lie anywhere: they are put where Arrow would put them.
    return pa.concat_arrays(column.cast(getattr(pa, kind)()).chunks)


def as_plain(array: Any) -> Any:  # noqa: ANN401  # as above
    """Give an array whose strings lie one after the other: itself, or of views a copy.

    pyarrow counts neither characters nor octets of views; that is then asked of their copy.
    """
    import pyarrow as pa

    return array.cast(pa.string()) if array.type == pa.string_view() else array


def prepare_copy(array: Any) -> Callable[[], None]:  # noqa: ANN401  # as above
    """Give what copies the octets of an array's strings to other memory, and does nothing else."""
    octets = memoryview(as_plain(array).buffers()[2]).cast("B")[: sum_octets(array)]
    target = memoryview(bytearray(len(octets)))

    def copy() -> None:
        target[:] = octets

    return copy


def sum_octets(array: Any) -> int:  # noqa: ANN401  # as above
    """Sum the octets of an array's strings."""
    import pyarrow.compute as pc

    return int(pc.sum(pc.binary_length(as_plain(array))).as_py() or 0)


def time_columns(
    files: Mapping[str, str],
    kinds: Sequence[str],
    threads: Sequence[int],
    rounds: int,
) -> dict[str, Any]:
    """Measure each column, as each kind of strings, with so many threads; a worker's job.

    The ratios are to `utf8_length` and to copying; `ns` is a message's share of a run.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    from smscore.bulk import measure_column

    # The references are as many threads as their functions are: one.
    pa.set_cpu_count(max(1, min(threads)))
    found: dict[str, Any] = {}
    for name, path in files.items():
        for kind in kinds:
            array = read_column(Path(path), kind)
            cases = {
                LENGTH: Case(partial(pc.utf8_length, as_plain(array))),
                COPY: Case(prepare_copy(array)),
            }
            for count in threads:
                cases[str(count)] = Case(partial(measure_column, array, threads=count))
            turns = take_turns(cases, rounds, sample_seconds=SAMPLE_SECONDS)
            found[f"{name}|{kind}"] = {
                "octets": sum_octets(array) / len(array),
                "ns": {case: min(turns.seconds[case]) / len(array) * 1e9 for case in cases},
                LENGTH: {case: turns.best_ratio(case, LENGTH) for case in cases},
                COPY: {case: turns.best_ratio(case, COPY) for case in cases},
                "gain": {
                    case: turns.best_ratio(str(threads[0]), case) for case in map(str, threads)
                },
            }
    return found


def list_forced() -> dict[str, str]:
    """Tell of each kernel that may be forced whether it is there: empty if so, else why not."""
    probe = "import smscore._fast"
    if _try_import(probe, "no such kernel") is None:
        return dict.fromkeys(FORCED, "this smscore has no `SMSCORE_SIMD` yet")
    return {name: _try_import(probe, name) or "" for name in FORCED}


def _try_import(code: str, forced: str) -> str | None:
    """Import with a kernel forced; give the fault's words, None if there was none."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"SMSCORE_SIMD": forced},
        stderr=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    if not done.returncode:
        return None
    return (done.stderr.strip().splitlines() or ["it ended"])[-1]


def list_threads() -> list[int]:
    """List how many threads are worth trying here: one, two, and by twos to all processors."""
    most = count_processors()["processors"]
    return [2**power for power in range(most.bit_length()) if 2**power <= most]


def compare_columns(store: Store, rounds: int) -> Iterator[str | Chart]:
    """Hold `measure_column` against `utf8_length` and `memcpy` of the same array."""
    yield f"## A column: `measure_column` of {store.rows:,} messages"
    yield ""
    files = {name: str(store.find(name)) for name in store.names()}
    threads = list_threads()
    found = ask(
        "columns:time_columns",
        {"files": files, "kinds": ["string"], "threads": threads, "rounds": rounds},
    )
    head = ["corpus", "mean octets"]
    head += [f"÷ `utf8_length`, {_count(each)}" for each in threads]
    head += [f"÷ `memcpy`, {_count(each)}" for each in threads]
    head += [f"{_count(each)}: times as fast" for each in threads[1:]]
    head += ["`utf8_length` ÷ `memcpy`", "ns a message"]
    yield from write_table(head, (_list_column(name, found, threads) for name in files))
    missing = [name for name in REAL if name not in files]
    if missing:
        yield ""
        yield f"Left out, because they are not at hand: {', '.join(missing)}."
    yield ""
    yield Chart(
        name="columns",
        title="A column of messages: alphabet, units and parts of each",
        across="corpus",
        up="multiple of Arrow's utf8_length",
        places=list(files),
        series={
            _count(each): [found[f"{name}|string"][LENGTH][str(each)] for name in files]
            for each in threads
        }
        | {"memcpy": [found[f"{name}|string"][LENGTH][COPY] for name in files]},
        mark=1.0,
    )


def _list_column(name: str, found: Mapping[str, Any], threads: Sequence[int]) -> Row:
    each = found[f"{name}|string"]
    counts = list(map(str, threads))
    figures = [each[LENGTH][count] for count in counts]
    figures += [each[COPY][count] for count in counts]
    figures += [each["gain"][count] for count in counts[1:]]
    figures.append(each[COPY][LENGTH])
    return [name, f"{each['octets']:.0f}", *map(show_ratio, figures), f"{each['ns']['1']:.3g}"]


def compare_forced(store: Store, rounds: int) -> Iterator[str | Chart]:
    """Hold each kernel that the processor can run against `utf8_length`, on one thread."""
    yield "## A column: each kernel, one thread, ÷ `utf8_length`"
    yield ""
    files = {name: str(store.find(name)) for name in store.names()}
    absent = list_forced()
    rows: list[Row] = []
    series: dict[str, list[float]] = {}
    for forced, why in absent.items():
        if why:
            continue
        try:
            found = ask(
                "columns:time_columns",
                {"files": files, "kinds": ["string"], "threads": [1], "rounds": rounds},
                environment={"SMSCORE_SIMD": forced},
            )
        except WorkerError as error:
            absent[forced] = error.error
            continue
        series[forced] = [found[f"{name}|string"][LENGTH]["1"] for name in files]
        rows.append([f"`{forced}`", *map(show_ratio, series[forced])])
    if rows:
        yield from write_table(["`SMSCORE_SIMD`", *files], rows)
        yield ""
    for why in dict.fromkeys(why for why in absent.values() if why):
        names = ", ".join(f"`{name}`" for name, other in absent.items() if other == why)
        yield f"Absent: {names} ({why})."
    if series:
        yield ""
        yield Chart(
            name="kernels",
            title="A column of messages on one thread, by what the processor has",
            across="corpus",
            up="multiple of Arrow's utf8_length",
            places=list(files),
            series=series,
            log_up=True,
            mark=1.0,
        )


def compare_kinds(store: Store, rounds: int) -> Iterator[str | Chart]:
    """Hold each kind of Arrow strings against `utf8_length` of the same texts."""
    yield "## A column: each kind of strings, corpus E"
    yield ""
    threads = list_threads()
    found = ask(
        "columns:time_columns",
        {
            "files": {"E": str(store.find("E"))},
            "kinds": list(KINDS),
            "threads": threads,
            "rounds": rounds,
        },
    )
    rows: list[Row] = []
    for kind in KINDS:
        each = found[f"E|{kind}"]
        figures = [each[LENGTH][str(count)] for count in threads]
        figures += [each[COPY][str(count)] for count in threads]
        rows.append([f"`{kind}`", *map(show_ratio, figures), f"{each['ns']['1']:.3g}"])
    head = ["kind", *(f"÷ `utf8_length`, {_count(each)}" for each in threads)]
    head += [f"÷ `memcpy`, {_count(each)}" for each in threads]
    yield from write_table([*head, "ns a message"], rows)
    yield ""
    yield "pyarrow has no `utf8_length` of `string_view`: there it is that of the same texts as"
    yield "`string`."


def _count(threads: int) -> str:
    return "1 thread" if threads == 1 else f"{threads} threads"
