"""Message files and Arrow batches: what each row is, costs, and has wrong with it.

dialect.py       which format, encoding and delimiter a file has
header.py        which column holds the texts, and which the numbers
arrow.py         Arrow's functions on columns
transcoding.py   octets of any encoding as UTF-8, and what to do where they are not
quotation.py     whether the quotation marks of a CSV file are where they should be
rows.py          a batch of rows, and what a reader is
csv_rows.py      CSV and TSV as rows
jsonl_rows.py    JSON Lines as rows
parquet_rows.py  Parquet and Arrow batches as rows
reading.py       any of them as rows
replacing.py     what is replaced in each text first, and what that would save
addressing.py    columns of numbers: the country, the rate and the price of each
options.py       what a caller may say, worked out; the columns that rows get
measuring.py     columns of text, measured where they lie
addressing.py    columns of numbers: country, rate and price
annotations.py   what is found out about rows, in columns
singly.py        texts measured one by one, where no kernel measures a column
duplicates.py    which messages came before
judging.py       each row judged
columns.py       Arrow batches in, measured and priced ones out
measurement.py   one column of texts on its own
kinds.py         how many rows there are of each kind
blame.py         which characters force UCS-2, and what each costs
figures.py       the figures of a report
reports.py       the report of a run
summary.py       what all rows come to
showing.py       the values of any Arrow column, as text formats can hold them
overlapping.py   reading ahead and writing behind, in threads
writing.py       the annotated file, whole or not at all
validation.py    a file or a stream of batches, from end to end
slices.py        some rows of a file, and where they lie
cutting.py       a file cut into slices
merging.py       what was found of slices, put together
"""

from smscore.errors import MissingExtra

try:
    __import__("pyarrow")
except ModuleNotFoundError as error:
    if error.name != "pyarrow":
        raise
    raise MissingExtra("pyarrow", "bulk", "reading message files") from None

from smscore.bulk.columns import quote_batch
from smscore.bulk.cutting import cut_file
from smscore.bulk.figures import CharacterCost, Saving
from smscore.bulk.measurement import measure_column
from smscore.bulk.merging import merge
from smscore.bulk.reports import Report
from smscore.bulk.slices import Slice
from smscore.bulk.validation import Progress, Run, Validation, validate_batches, validate_file

__all__ = [
    "CharacterCost",
    "Progress",
    "Report",
    "Run",
    "Saving",
    "Slice",
    "Validation",
    "cut_file",
    "measure_column",
    "merge",
    "quote_batch",
    "validate_batches",
    "validate_file",
]
