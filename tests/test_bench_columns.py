"""What columns, numbers and files are held against: that both sides do the same work.

The law of this file: handwork is held to smscore row by row, where a division can be right, and is
one part short exactly where it cannot; made files and decks are what they are said to be.
"""

from __future__ import annotations

import csv
import importlib
import io
import json
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from functools import partial
from itertools import islice
from pathlib import Path
from types import FunctionType, ModuleType

import pytest

import smscore
from smscore.numbering import parse_number

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")

ROOT = Path(__file__).resolve().parent.parent


def load(name: str) -> ModuleType:
    """Load a module of the benchmarks, which import each other, from wherever the tests run."""
    sys.path.insert(0, str(ROOT))
    try:
        return importlib.import_module(f"benchmarks.{name}")
    finally:
        sys.path.remove(str(ROOT))


big_file, charts, columns, corpora, growth, handwork, prefixes, workers = map(
    load, "big_file charts columns corpora growth handwork prefixes workers".split()
)
main, foreign = load("__main__"), load("peers.foreign")

# One pair of two units lies across the end of a part, and the last part is full without it: 2 parts
# by a division, 3 by walking.
SHORT = "a" * 152 + "€" + "a" * 152


@pytest.fixture(params=handwork.JOBS)
def job(request: pytest.FixtureRequest) -> str:
    """Give each hand-written job in turn; skip it where its package is not installed."""
    name: str = request.param
    pytest.importorskip(name, reason=f"{name} is not installed: pip install --group bench")
    return name


def run_job(job: str, texts: list[str], threads: int | None = None) -> tuple[object, object]:
    """Give the array of the texts, and what a job says of it."""
    if threads is None:
        threads = 1 if job != "polars" else importlib.import_module(job).thread_pool_size()
    array = pa.array(texts, pa.string())
    return array, handwork.JOBS[job](array, threads)()


def test_handwork_agrees(job: str) -> None:
    """Alphabet, units and parts of each corpus are smscore's; so are those of other edges."""
    texts = [text for name in corpora.CORPORA for text in corpora.texts(name, 400)]
    texts += ["", "`", "[]", "{" * 80, "{" * 81, "я" * 71, "\U0001f600" * 36, "]^-&~|\\'"]
    array, told = run_job(job, texts)
    assert handwork.count_wrong(array, told) == {"alphabet": 0, "units": 0, "parts": 0}


def test_handwork_divides(job: str) -> None:
    """Where a pair does not fit a part, a division is one short, and that is counted."""
    assert smscore.measure(SHORT).parts == 3
    array, told = run_job(job, ["Hello", SHORT])
    assert handwork.count_wrong(array, told) == {"alphabet": 0, "units": 0, "parts": 1}


def test_slices_are_put_together_in_order() -> None:
    """The job of pyarrow on three threads says what it says on one."""
    texts = corpora.texts("E", 100)
    one, three = (run_job("pyarrow", texts, threads)[1] for threads in (1, 3))
    assert one.combine_chunks().equals(three.combine_chunks())  # type: ignore[attr-defined]


def test_what_is_wrong_is_counted() -> None:
    """An answer that is null, or another, is counted as wrong; one that is right is not."""
    told = pa.table({"alphabet": ["gsm7", None], "units": [1, 5], "parts": [2, 1]})
    wrong = handwork.count_wrong(pa.array(["a", "Hello"]), told)
    assert wrong == {"alphabet": 1, "units": 0, "parts": 1}


@pytest.mark.parametrize("name", ["polars", "duckdb"])
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_files_by_hand(tmp_path: Path, name: str, suffix: str) -> None:
    """A file by hand has all rows with the three columns more, and copying alone none."""
    pytest.importorskip(name, reason=f"{name} is not installed: pip install --group bench")
    files = load("files")
    source = tmp_path / "in.csv"
    corpora.write_csv(source, "E", 50)
    run = files.run_polars if name == "polars" else files.run_duckdb
    threads = () if name == "polars" else (1,)
    for counting in (True, False):
        target = tmp_path / f"{counting}.{suffix}"
        run(source, target, *threads, counting=counting)
        if suffix == "csv":
            with target.open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
        else:
            rows = importlib.import_module("pyarrow.parquet").read_table(target).to_pylist()
        more = ["alphabet", "units", "parts"] if counting else []
        assert list(rows[0]) == ["id", "phone", "message", *more]
        assert [row["message"] for row in rows] == corpora.texts("E", 50)
        if counting:
            measured = [smscore.measure(row["message"]) for row in rows]
            assert [int(row["parts"]) for row in rows] == [each.parts for each in measured]


def test_a_store_writes_each_column_once(tmp_path: Path) -> None:
    """A column is the corpus's first texts; a real one comes again until there are enough."""
    real = tmp_path / "real"
    real.mkdir()
    (real / "uci_sms_spam.csv").write_text('text\n"a\nb"\nc\n', encoding="utf-8")
    store = columns.Store(tmp_path, 5, real)
    assert store.names() == [*corpora.CORPORA, "SMS spam"]
    assert columns.read_column(store.find("SMS spam")).to_pylist() == [
        "a\nb",
        "c",
        "a\nb",
        "c",
        "a\nb",
    ]
    file = store.find("E")
    assert store.find("E") == file
    for kind in columns.KINDS:
        array = columns.read_column(file, kind)
        assert array.to_pylist() == corpora.texts("E", 5)
        assert str(array.type) == kind
        assert columns.sum_octets(array) == sum(len(t.encode()) for t in corpora.texts("E", 5))
        columns.prepare_copy(array)()


def test_a_store_knows_what_is_not_at_hand(tmp_path: Path) -> None:
    """Without real messages there are the corpora alone; asked for one, it says so."""
    store = columns.Store(tmp_path, 5, tmp_path)
    assert store.names() == list(corpora.CORPORA)
    with pytest.raises(LookupError, match="NUS English is not at hand"):
        store.find("NUS English")


def test_columns_are_timed(tmp_path: Path) -> None:
    """A worker's job gives each figure that the tables show, and all are ratios of durations."""
    file = str(columns.Store(tmp_path, 50, tmp_path).find("E"))
    found = columns.time_columns({"E": file}, ["string", "string_view"], [1], 1)
    assert set(found) == {"E|string", "E|string_view"}
    for each in found.values():
        assert each[columns.LENGTH][columns.LENGTH] == 1
        assert each[columns.LENGTH]["1"] > 0
        assert each["gain"]["1"] == 1


def test_a_worker_is_a_process_with_its_environment() -> None:
    """It runs on as many processors as said, where that can be said, and its fault is told."""
    assert workers.ask("workers:count_processors", {}, processors=1)["processors"] >= 1
    with pytest.raises(workers.WorkerError, match=r"workers:ask: TypeError: ask\(\) missing"):
        workers.ask("workers:ask", {})
    assert workers.read_peak() > 1_000_000


def test_numbers_ring_nowhere_and_are_priced() -> None:
    """Every number is of a range kept for fiction, and smscore accepts it."""
    for number in islice(prefixes.iterate_numbers(), 500):
        digits = number[1:]
        fictional = digits.startswith(("3363998", "3532091", "447700900"))
        assert fictional or (digits[0] == "1" and digits[4:9] == "55501" and len(digits) == 11)
        assert parse_number(number).digits == digits


def test_a_deck_of_prefixes_is_a_deck() -> None:
    """It has as many rates as asked for, and its table finds what the loop with a dict finds."""
    data = prefixes.make_deck(prefixes.list_prefixes(20_000))
    deck = smscore.RateDeck.parse(data, "deck.csv")
    assert len(deck.rates) == 20_000
    prices = prefixes.read_in_dict(data)
    digits = [number[1:] for number in islice(prefixes.iterate_numbers(), 2_000)]
    found = prefixes.find_in_dict(digits, prices, max(map(len, prices)))
    rates = prefixes.find_in_table(digits, deck.table(prefixes.DAY).find)
    assert [f"{rate.price:f}" for rate in rates] == found
    by_hand = [max(p for p in prices if number.startswith(p)) for number in digits[:20]]
    assert [prices[prefix] for prefix in by_hand] == found[:20]
    # The numbers of the column are spread over the deck: it is no lookup of one and the same.
    assert len(set(found)) > 500


def test_prefixes_are_timed() -> None:
    """A worker's job gives each figure that the tables show, and no wrong rate."""
    found = prefixes.time_prefixes(200, [10, 1_000], 1)
    assert [each["wrong"] for each in found.values()] == [0, 0]
    assert all(each[columns.LENGTH]["dict"] > 0 for each in found.values())


def test_a_big_file_has_no_duplicate(tmp_path: Path) -> None:
    """Ids go on from block to block, texts come again, and each time to another number."""
    blocks = b"".join(islice(big_file.iterate_blocks(block=300), 40)).decode()
    rows = list(csv.reader(io.StringIO(blocks, newline="")))
    assert [row[0] for row in rows] == [str(each) for each in range(1, 12_001)]
    assert [row[2] for row in rows] == corpora.texts("E", 300) * 40
    assert len({(row[1], row[2]) for row in rows}) == len(rows)
    file = tmp_path / "big.csv"
    count = big_file.write_octets(file, 1_000_000)
    assert file.stat().st_size >= 1_000_000
    with file.open(encoding="utf-8", newline="") as lines:
        assert sum(1 for _ in csv.reader(lines)) == count + 1


def test_a_big_file_is_compared_and_deleted(tmp_path: Path) -> None:
    """Both ways go through all of it, and nothing is left."""
    lines = list(big_file.compare_big(0.001, tmp_path, suffix="parquet", duplicates=True))
    [ours] = [line for line in lines if line.startswith("| `validate_file`")]
    assert ours.endswith("| 20,000 |")
    assert list(tmp_path.iterdir()) == []


def test_columns_that_grow() -> None:
    """A column of any number of rows is its corpus again and again; texts are as long as said."""
    assert growth.list_rows(999) == [999]
    array = growth.make_column(growth.BLOCK + 3)
    assert array[growth.BLOCK].as_py() == array[0].as_py() == corpora.texts("E", 1)[0]
    assert len(array) == growth.BLOCK + 3
    for characters in (5, 320):
        texts = growth.make_lengths("C", characters, 20_000).to_pylist()
        assert {len(text) for text in texts} == {characters}
        assert sum(len(text.encode()) for text in texts) == pytest.approx(20_000, rel=0.1)


CHART = charts.Chart(
    name="one",
    title="A title",
    across="rows",
    up="GB/s",
    places=[1.0, 10.0],
    series={"a": [1.0, 2.0], "b": [2.0, 3.0]},
    kind="lines",
    log_across=True,
    mark=1.5,
)


@pytest.mark.parametrize("kind", ["lines", "bars"])
def test_a_chart_is_drawn_the_same_every_time(tmp_path: Path, kind: str) -> None:
    """It is SVG without a background, and drawn again it is the same octets."""
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    from dataclasses import replace

    chart = replace(CHART, kind=kind)
    files = [tmp_path / name for name in ("a.svg", "b.svg")]
    for file in files:
        charts.draw(chart, file)
    first, second = (file.read_bytes() for file in files)
    assert first == second
    root = ET.fromstring(first)  # noqa: S314  # our own
    assert root.tag.endswith("svg")
    assert b"fill: #ffffff" not in first


def test_a_chart_has_a_figure_for_each_place() -> None:
    """A series of another length is refused, by name."""
    with pytest.raises(ValueError, match="two: a has 1 figures for 2 places"):
        charts.Chart("two", "", "", "", ["x", "y"], {"a": [1.0]})


def test_the_document_shows_a_chart_where_it_is_drawn(tmp_path: Path) -> None:
    """A chart's place is a link from the document to the file, and nothing if none is drawn."""
    assert list(main.show(["x", CHART], None, None)) == ["x"]
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    plots = tmp_path / "plots"
    plots.mkdir()
    shown = list(main.show(["x", CHART], plots, tmp_path / "page.md"))
    assert shown == ["x", "![A title; GB/s](plots/one.svg)"]
    assert (plots / "one.svg").exists()


def test_sections_are_chosen_by_name(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """`--only` measures what it names and no more; a name that there is not is refused."""
    page = tmp_path / "page.md"
    options = "--quick --only columns --column-rows 30 --corpus".split()
    assert main.main([*options, str(tmp_path), "--output", str(page)]) == 0
    document = page.read_text(encoding="utf-8")
    assert document == capsys.readouterr().out
    assert "## A column: `measure_column` of 30 messages" in document
    assert "Left out, because they are not at hand: SMS spam, NUS English, NUS Chinese." in document
    assert "## One text" not in document
    with pytest.raises(SystemExit):
        main.main(["--only", "colums"])
    assert "no section is called 'colums'" in capsys.readouterr().err


def test_drivers_answer_in_their_languages(tmp_path: Path) -> None:
    """Node's driver says what its package says, times it, and says null where it refuses."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    package = tmp_path / "node_modules" / "split-sms"
    package.mkdir(parents=True)
    (package / "package.json").write_text('{"name": "split-sms", "version": "9.8.7"}')
    (package / "index.js").write_text(
        "exports.split = (text) => { if (text === 'no') throw new Error('no');"
        " return { characterSet: text < 'b' ? 'GSM' : 'Unicode', parts: [...text] }; };"
    )
    texts = tmp_path / "texts.json"
    foreign.write_texts(texts, ["aa", "no", "c"])
    driver = ROOT / "benchmarks" / "peers" / "node" / "ask.js"
    done = subprocess.run(
        [node, str(driver), "split-sms", str(texts), "2"],
        env={"NODE_PATH": str(tmp_path / "node_modules")},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    told = json.loads(done.stdout)
    assert told["version"] == "9.8.7"
    assert told["answers"] == [["gsm7", 2], None, ["ucs2", 1]]
    assert len(told["nanoseconds"]) == 2


def test_a_driver_that_fails_says_so(tmp_path: Path) -> None:
    """What is not installed is named with how to install it; what breaks, by its last words."""
    absent = foreign.Foreign("x", "nothing", "install x", lambda _: None)
    with pytest.raises(LookupError, match="x is not installed: install x"):
        absent.ask(tmp_path, 1)
    code = "import sys; sys.exit('it broke')"
    broken = foreign.Foreign("y", "nothing", "", lambda _: [sys.executable, "-c", code])
    with pytest.raises(foreign.DriverError, match="y: it broke"):
        broken.ask(tmp_path, 1)


def test_answers_of_a_driver_are_counted() -> None:
    """An answer that is none, or another, disagrees."""
    told = foreign.Told("1", [], [("gsm7", 1), None, ("ucs2", 2)])
    assert told.count_disagreements([("gsm7", 1), ("gsm7", 1), ("ucs2", 1)]) == 2


def test_the_pure_kernel_is_measured_without_haste() -> None:
    """What a case took from smscore before is what it stands for when the pure kernel is timed."""
    kernels = load("kernels")
    taken = kernels.unhasten(partial(map, smscore.measure, ["a"]))
    assert isinstance(taken.args[0], FunctionType)
    assert kernels.unhasten(len) is len
