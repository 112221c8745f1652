"""What people write by hand to count the parts of a column: with polars, DuckDB and pyarrow.

The law of this file: each is written as well as we know how, by regular expressions and arithmetic
of its own engine, and none calls smscore. Each gives alphabet, units and parts, extension
characters included. Their parts come from a division, as nobody walks in SQL: where a pair does not
fit the end of a part they are one short, and how often they are is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import util
from pathlib import Path
from typing import Any

from benchmarks.charts import Chart
from benchmarks.columns import LENGTH, SAMPLE_SECONDS, Store, list_threads, read_column
from benchmarks.references import EXTENSION, GSM7
from benchmarks.tables import Row, show_ratio, write_table
from benchmarks.timing import Case, take_turns
from benchmarks.workers import ask

ROUNDS = 3

SPECIAL = frozenset("\\[]^-&~|.{}()$*+?#")
"""What needs a backslash in a class of a regular expression, or in some engine might."""


def escape(characters: str) -> str:
    r"""Write characters as they stand in a class of a regular expression.

    >>> escape("a]|")
    'a\\]\\|'
    """
    return "".join(f"\\{each}" if each in SPECIAL else each for each in characters)


OTHER = f"[^{escape(GSM7 + EXTENSION)}]"
"""A character that the alphabet has not."""

ESCAPED = f"[{escape(EXTENSION)}]"
"""A character that takes two septets."""

ASTRAL = r"[\x{10000}-\x{10FFFF}]"
"""A character that takes two UTF-16 code units; so do Rust, RE2 and DuckDB write it."""

LIMITS = {"gsm7": (160, 153), "ucs2": (70, 67)}
"""How many units a single part has, and each of several."""


def polars_columns(text: Any) -> list[Any]:  # noqa: ANN401  # loaded late
    """Give polars' expressions for alphabet, units and parts of a column of texts."""
    import polars as pl

    gsm7 = ~text.str.contains(OTHER)
    # Only the texts of the alphabet are searched for pairs of its kind, only the others for the
    # others': the rest is null, which costs nothing.
    pairs = pl.coalesce(
        pl.when(gsm7).then(text).str.count_matches(ESCAPED),
        pl.when(~gsm7).then(text).str.count_matches(ASTRAL),
    )
    units = text.str.len_chars() + pairs
    single, multi = (
        pl.when(gsm7).then(pl.lit(each)).otherwise(pl.lit(other))
        for each, other in zip(*LIMITS.values(), strict=True)
    )
    parts = pl.when(units <= single).then(1).otherwise((units + multi - 1) // multi)
    return [
        pl.when(gsm7).then(pl.lit("gsm7")).otherwise(pl.lit("ucs2")).alias("alphabet"),
        units.cast(pl.Int32).alias("units"),
        parts.cast(pl.Int32).alias("parts"),
    ]


def write_sql(source: str, column: str, others: str = "") -> str:
    """Write DuckDB's query for alphabet, units and parts of a column, after `others`."""
    chosen = f"{others}, " if others else ""
    return f"""
        WITH known AS (
            SELECT *, NOT regexp_matches({column}, {_quote(OTHER)}) AS gsm7_ FROM {source}
        ), counted AS (
            SELECT *, CASE
                WHEN gsm7_ THEN 2 * length({column})
                    - length(regexp_replace({column}, {_quote(ESCAPED)}, '', 'g'))
                ELSE 2 * length({column})
                    - length(regexp_replace({column}, {_quote(ASTRAL)}, '', 'g'))
            END AS units_ FROM known
        )
        SELECT {chosen}CASE WHEN gsm7_ THEN 'gsm7' ELSE 'ucs2' END AS alphabet,
            units_::INTEGER AS units,
            (CASE
                WHEN units_ <= CASE WHEN gsm7_ THEN 160 ELSE 70 END THEN 1
                WHEN gsm7_ THEN (units_ + 152) // 153
                ELSE (units_ + 66) // 67
            END)::INTEGER AS parts
        FROM counted
    """  # noqa: S608  # of our own words


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def prepare_polars(array: Any, threads: int) -> Callable[[], Any]:  # noqa: ANN401  # as above
    """Give polars' job; its threads are as many as there were when it was imported."""
    import polars as pl

    if pl.thread_pool_size() != threads:
        raise RuntimeError(f"polars has {pl.thread_pool_size()} threads, not {threads}")
    frame = pl.DataFrame({"text": pl.from_arrow(array)}).lazy()
    query = frame.select(polars_columns(pl.col("text")))
    run: Callable[[], Any] = query.collect
    return run


def prepare_duckdb(array: Any, threads: int) -> Callable[[], Any]:  # noqa: ANN401  # as above
    """Give DuckDB's job, over the same Arrow array and back to Arrow."""
    import duckdb
    import pyarrow as pa

    connection = duckdb.connect(config={"threads": threads})
    connection.register("messages", pa.table({"text": array}))
    query = write_sql("messages", "text")
    return lambda: connection.sql(query).to_arrow_table()


def prepare_pyarrow(array: Any, threads: int) -> Callable[[], Any]:  # noqa: ANN401  # as above
    """Give the job of `pyarrow.compute`, on slices of the array if there are several threads."""
    from concurrent.futures import ThreadPoolExecutor

    import pyarrow as pa

    if threads == 1:
        return partial(count_with_pyarrow, array)
    step = -(-len(array) // threads)
    slices = [array.slice(start, step) for start in range(0, len(array), step)]
    pool = ThreadPoolExecutor(threads)
    return lambda: pa.concat_tables(pool.map(count_with_pyarrow, slices))


def count_with_pyarrow(array: Any) -> Any:  # noqa: ANN401  # as above
    """Give a table of alphabet, units and parts, computed by `pyarrow.compute`."""
    import pyarrow as pa
    import pyarrow.compute as pc

    other = pc.match_substring_regex(array, OTHER)
    gsm7 = pc.invert(other)
    pairs = pc.replace_with_mask(
        pa.nulls(len(array), pa.int32()),
        gsm7,
        pc.count_substring_regex(pc.filter(array, gsm7), ESCAPED),
    )
    pairs = pc.replace_with_mask(
        pairs, other, pc.count_substring_regex(pc.filter(array, other), ASTRAL)
    )
    units = pc.add(pc.utf8_length(array), pairs)
    single, multi = (
        pc.if_else(gsm7, pa.scalar(each, pa.int32()), pa.scalar(less, pa.int32()))
        for each, less in zip(*LIMITS.values(), strict=True)
    )
    # Whole numbers: what pyarrow divides by is rounded down.
    divided = pc.divide(pc.subtract(pc.add(units, multi), 1), multi)
    parts = pc.if_else(pc.less_equal(units, single), pa.scalar(1, pa.int32()), divided)
    return pa.table(
        {
            "alphabet": pc.if_else(gsm7, "gsm7", "ucs2"),
            "units": units.cast(pa.int32()),
            "parts": parts.cast(pa.int32()),
        }
    )


JOBS: Mapping[str, Callable[[Any, int], Callable[[], Any]]] = {
    "polars": prepare_polars,
    "duckdb": prepare_duckdb,
    "pyarrow": prepare_pyarrow,
}
"""By the name of the package that does it."""


def installed() -> list[str]:
    """Name the jobs that can be done here."""
    return [name for name in JOBS if util.find_spec(name) is not None]


def count_wrong(array: Any, result: Any) -> dict[str, int]:  # noqa: ANN401  # as above
    """Count the rows of which a job says something else than smscore, by column."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from smscore.bulk import measure_column

    measured = measure_column(array)
    told = result.to_arrow() if hasattr(result, "to_arrow") else result
    wrong = {}
    for name, kind in (("alphabet", pa.string()), ("units", pa.int32()), ("parts", pa.int32())):
        ours = pa.chunked_array([measured[name].cast(kind)])
        differing = pc.not_equal(ours, told[name].cast(kind))
        # Where one of them is null and the other is not, they differ too.
        either = pc.xor(pc.is_null(ours), pc.is_null(told[name]))
        wrong[name] = int(pc.sum(pc.coalesce(differing, either)).as_py() or 0)
    return wrong


def time_handwork(
    files: Mapping[str, str], jobs: list[str], threads: int, rounds: int
) -> dict[str, Any]:
    """Hold each job against `measure_column` over each column; a worker's job."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from smscore.bulk import measure_column

    pa.set_cpu_count(threads)
    found = {}
    for corpus, path in files.items():
        array = read_column(Path(path))
        runs = {name: JOBS[name](array, threads) for name in jobs}
        cases = {name: Case(run) for name, run in runs.items()}
        cases["smscore"] = Case(partial(measure_column, array, threads=threads))
        cases[LENGTH] = Case(partial(pc.utf8_length, array))
        turns = take_turns(cases, rounds, sample_seconds=SAMPLE_SECONDS)
        found[corpus] = {
            name: {
                "smscore": turns.best_ratio(name, "smscore"),
                LENGTH: turns.best_ratio(name, LENGTH),
                "wrong": count_wrong(array, run()),
            }
            for name, run in runs.items()
        }
    return found


def compare_handwork(store: Store) -> Iterator[str | Chart]:
    """Hold what people write by hand against `measure_column` of the same columns."""
    yield f"## A column: what people write by hand, {store.rows:,} messages"
    yield ""
    jobs = installed()
    missing = [name for name in JOBS if name not in jobs]
    rows: list[Row] = []
    threads = list_threads()
    names = store.names()
    files = {name: str(store.find(name)) for name in names}
    found = {
        count: ask(
            "handwork:time_handwork",
            {"files": files, "jobs": jobs, "threads": count, "rounds": ROUNDS},
            processors=count,
        )
        for count in threads
    }
    for job in jobs:
        for name in names:
            timed = [found[count][name][job] for count in threads]
            figures = [each["smscore"] for each in timed] + [timed[0][LENGTH]]
            wrong = timed[0]["wrong"]
            rows.append([job, name, *map(show_ratio, figures), *map(str, wrong.values())])
    head = ["by hand", "corpus"]
    head += [f"÷ smscore, threads: {count}" for count in threads]
    head += ["÷ `utf8_length`", "other alphabet", "other units", "other parts"]
    yield from write_table(head, rows, words=2)
    yield ""
    yield "The last columns count the messages of which the job says something else than smscore:"
    yield "its parts come from a division, and are one short where a pair does not fit a part."
    if missing:
        yield ""
        yield f"Left out, because they are not installed: {', '.join(missing)}."
    if not jobs:
        return
    yield ""
    yield Chart(
        name="handwork",
        title="The same column counted by hand, one thread",
        across="corpus",
        up="times smscore's duration",
        places=names,
        series={job: [found[1][name][job]["smscore"] for name in names] for job in jobs},
        log_up=True,
        mark=1.0,
    )
