"""`smscore validate`: message files, row by row, with progress where somebody watches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from smscore.cli.display import make_console
from smscore.cli.exits import Exit
from smscore.cli.options import (
    STDIN,
    at_option,
    boundary_option,
    deck_path,
    format_option,
    language_option,
    print_json,
    profile_option,
    reference_bits_option,
    region_option,
)
from smscore.cli.replacing import CLASSES, NAMES
from smscore.coding import Boundary, NationalLanguage
from smscore.profiles import Profile
from smscore.romanisation import SCHEMES

if TYPE_CHECKING:
    from smscore.bulk import Progress as Step
    from smscore.bulk.dialect import Format

LONG_FILE_OCTETS = 1 << 20
"""A file that takes long enough for a progress bar to be worth looking at."""

_DELIMITERS = {",": ",", ";": ";", "tab": "\t"}


@click.command("validate")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--deck", type=deck_path, help="The rate deck, CSV or JSON; prices the rows.")
@click.option(
    "-o",
    "--output",
    "out",
    type=click.Path(path_type=Path),
    help="Where to write the annotated file; for several files, a folder.",
)
@click.option("--max-parts", type=click.IntRange(1, 255), help="The most parts a row may take.")
@click.option("--text-column", metavar="NAME", help="The column of texts.  [default: by its name]")
@click.option(
    "--number-column", metavar="NAME", help="The column of numbers.  [default: by its name]"
)
@at_option
@region_option
@profile_option
@language_option
@reference_bits_option
@boundary_option
@click.option(
    "--transliterate",
    "replacing",
    multiple=True,
    type=click.Choice(NAMES),
    metavar="NAME",
    help="Replace characters of each text first, where that saves a part: standard, or classes of "
    f"it ({', '.join(CLASSES)}), or schemes of romanisation ({', '.join(SCHEMES)}), or the table "
    "twilio. May be given several times. The column text_sent has the texts to send.",
)
@click.option(
    "--what-if", is_flag=True, help="Say what each class of replacements would save; takes longer."
)
@click.option("--no-duplicates", is_flag=True, help="Do not look for duplicates.")
@click.option(
    "--no-characters", is_flag=True, help="Do not say which characters force UCS-2, and their cost."
)
@click.option(
    "--threads",
    type=click.IntRange(1),
    help="The most threads to use, of three.  [default: as many as do good]",
)
@click.option(
    "--input-format",
    type=click.Choice(["csv", "jsonl", "parquet"]),
    help="The format of the files.  [default: by name and content]",
)
@click.option(
    "--encoding",
    type=click.Choice(["utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]),
    help="The encoding of the files.  [default: by content, and reported]",
)
@click.option(
    "--delimiter",
    type=click.Choice(list(_DELIMITERS)),
    help="The delimiter of CSV files.  [default: by the header, and reported]",
)
@click.option("--prefix", default="", help="What the names of the added columns begin with.")
@format_option
def validate_command(
    files: tuple[str, ...],
    deck: Path | None,
    out: Path | None,
    max_parts: int | None,
    text_column: str | None,
    number_column: str | None,
    at: date | None,
    region: str | None,
    profile: Profile | None,
    languages: tuple[NationalLanguage, ...],
    reference_bits: int | None,
    boundary: Boundary | None,
    replacing: tuple[str, ...],
    what_if: bool,
    no_duplicates: bool,  # click gives every option by name
    no_characters: bool,
    threads: int | None,
    input_format: Format | None,
    encoding: str | None,
    delimiter: str | None,
    prefix: str,
    output: str,
) -> int:
    """Judge every row of message files: alphabet, parts, price, problems.

    A FILE is CSV, TSV, JSON Lines or Parquet; - is standard input. The exit status is 1 if any
    row has a problem.

    \b
    Example:
      smscore validate examples/campaign.csv --deck examples/rates.csv -o annotated.csv
    """
    # Loaded here, so that the other commands do without pyarrow.
    from smscore.bulk import Run

    if "twilio" in replacing and len(set(replacing)) > 1:
        raise click.UsageError("twilio is a table of its own: it goes with no other name")
    targets = plan_targets(files, out)
    run = Run(
        deck=deck,
        at=at,
        region=region,
        profile=profile,
        languages=languages,
        reference_bits=reference_bits,
        boundary=boundary,
        max_parts=max_parts,
        transliterate=replacing,
        what_if=what_if,
        duplicates=not no_duplicates,
        characters=not no_characters,
        threads=threads,
        text_column=text_column,
        number_column=number_column,
        prefix=prefix,
    )
    for name, target in targets:
        source: str | BinaryIO = sys.stdin.buffer if name == STDIN else name
        with show_progress(name) as progress:
            run.validate(
                source,
                out=target,
                format=input_format,
                encoding=encoding,
                delimiter=None if delimiter is None else _DELIMITERS[delimiter],
                progress=progress,
            )
    report = run.report
    if output == "json":
        print_json(report.to_dict())
    else:
        click.echo(report.to_text())
    return Exit.PROBLEMS_FOUND if report.has_problems else Exit.CLEAN


def plan_targets(files: tuple[str, ...], out: Path | None) -> list[tuple[str, Path | None]]:
    """Say where the annotated rows of each file go; UsageError if two would go to one place."""
    if out is None:
        return [(name, None) for name in files]
    if str(out) == STDIN:
        raise click.UsageError("the annotated rows are written to a file: give its name")
    if len(files) == 1 and not out.is_dir():
        return [(files[0], out)]
    if out.exists() and not out.is_dir():
        raise click.UsageError(f"{out} must be a folder, for there are several files")
    out.mkdir(exist_ok=True)
    names = ["standard-input.csv" if name == STDIN else Path(name).name for name in files]
    if len(set(names)) < len(names):
        raise click.UsageError("two of the files have the same name: validate them one by one")
    return [(name, out / target) for name, target in zip(files, names, strict=True)]


@contextmanager
def show_progress(name: str) -> Iterator[Callable[[Step], None] | None]:
    """Give what draws progress on standard error, if that is a terminal and the file is long."""
    long = name == STDIN or Path(name).stat().st_size >= LONG_FILE_OCTETS
    if not (long and sys.stderr.isatty()):
        yield None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[rows]:,} rows"),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=make_console(error=True), transient=True) as bar:
        label = "standard input" if name == STDIN else Path(name).name
        task = bar.add_task(label, total=None, rows=0, speed="")

        def draw(step: Step) -> None:
            elapsed = bar.tasks[0].elapsed or 0
            speed = f"{step.rows / elapsed:,.0f} rows/s" if elapsed else ""
            bar.update(
                task, completed=step.octets, total=step.total_octets, rows=step.rows, speed=speed
            )

        yield draw
