"""The peers' table: how long each takes on the same texts, and of how many it says otherwise.

The law of this file: a peer in this process takes turns with `measure`; one in another language is
run in its own process, which times itself, by turns with `measure` here.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median

import smscore
from benchmarks import corpora, kernels, peers, references
from benchmarks.charts import Chart
from benchmarks.peers import foreign
from benchmarks.references import each
from benchmarks.tables import Row, show_ratio, write_table
from benchmarks.timing import Case, take_turns

COUNT = 1000
ANSWER_COUNT = 10_000
FOREIGN_COUNT = 1_000
FOREIGN_ROUNDS = 3


def compare_peers(rounds: int) -> Iterator[str | Chart]:
    """Hold every peer of this language that is installed against `measure`, and ask it of texts."""
    yield "## Peers: ratios on corpus E, and of how many texts each disagrees with smscore"
    yield ""
    texts = {corpus: corpora.texts(corpus, ANSWER_COUNT) for corpus in corpora.CORPORA}
    texts["edges"] = list(peers.EDGES)
    answers = {corpus: list(map(_measure, listed)) for corpus, listed in texts.items()}
    timed = texts["E"][:COUNT]
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
    yield ""
    yield Chart(
        name="peers",
        title="One text of corpus E: how much longer a peer takes than `measure`",
        across="",
        up="times the duration of measure(text)",
        places=[peer.name for peer in found],
        series={"÷ measure": [turns.ratio(peer.name, best) for peer in found]},
        log_up=True,
        mark=1.0,
    )


def compare_foreign(rounds: int = FOREIGN_ROUNDS) -> Iterator[str]:
    """Hold every peer of another language that is installed against `measure`, by turns."""
    yield "## Peers in other languages: ratios on corpus E"
    yield ""
    listed = {corpus: corpora.texts(corpus, FOREIGN_COUNT) for corpus in corpora.CORPORA}
    listed["edges"] = list(peers.EDGES)
    answers = {name: list(map(_measure, texts)) for name, texts in listed.items()}
    best = kernels.built()[-1]
    found = foreign.installed()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        files = {name: Path(folder) / f"{name}.json" for name in listed}
        for name, texts in listed.items():
            foreign.write_texts(files[name], texts)
        for peer in found:
            told = {name: peer.ask(files[name], 0) for name in listed}
            counts = [told[name].count_disagreements(answers[name]) for name in listed]
            ratios, nanoseconds = _take_turns(peer, files["E"], listed["E"], best, rounds)
            shown = f"{peer.name} {told['E'].version}".strip()
            figures = [show_ratio(median(ratios)), f"{min(nanoseconds):,.0f}"]
            rows.append([shown, peer.makes, *figures, *map(str, counts)])
    if rows:
        head = ["peer", "what it makes", f"÷ `measure` ({best})", "its ns a text"]
        yield from write_table([*head, *listed], rows, words=2)
        yield ""
        yield "A peer's process times itself over the same texts, after it has seen each once; in"
        yield "every round `measure` is timed after it. The last columns count as above, of"
        yield f"{FOREIGN_COUNT:,} texts of each corpus."
    missing = [peer for peer in foreign.FOREIGN if peer not in found]
    if missing:
        yield ""
        told_missing = ", ".join(f"{peer.name} (`{peer.install}`)" for peer in missing)
        yield f"Left out, because they are not installed: {told_missing}."


def _take_turns(
    peer: foreign.Foreign, file: Path, texts: list[str], kernel: str, rounds: int
) -> tuple[list[float], list[float]]:
    """Give the ratios of the rounds, and the peer's nanoseconds."""
    ratios, nanoseconds = [], []
    for _ in range(rounds):
        theirs = min(peer.ask(file, 2).nanoseconds)
        case = Case(partial(each, smscore.measure, texts), kernel)
        ours = min(take_turns({kernel: case}, 5).seconds[kernel]) / len(texts) * 1e9
        ratios.append(theirs / ours)
        nanoseconds.append(theirs)
    return ratios, nanoseconds


def _measure(text: str) -> peers.Answer:
    measured = smscore.measure(text)
    return measured.alphabet.value, measured.parts
