"""Message files and Arrow batches: what each row is, costs, and has wrong with it.

dialect.py     which format, encoding and delimiter a file has
reading.py     the file as batches of rows, cells kept as they stand
columns.py     Arrow arrays and batches in, measured and priced ones out
duplicates.py  which rows came before
summary.py     what all rows come to
reports.py     the report of a run
writing.py     the annotated file, whole or not at all
validation.py  a file or a stream of batches, from end to end
"""

from smscore.errors import MissingExtra

try:
    __import__("pyarrow")
except ModuleNotFoundError as error:
    if error.name != "pyarrow":
        raise
    raise MissingExtra("pyarrow", "bulk", "reading message files") from None

from smscore.bulk.columns import measure_column, quote_batch
from smscore.bulk.reports import CharacterCost, Report
from smscore.bulk.validation import Progress, Run, Validation, validate_batches, validate_file

__all__ = [
    "CharacterCost",
    "Progress",
    "Report",
    "Run",
    "Validation",
    "measure_column",
    "quote_batch",
    "validate_batches",
    "validate_file",
]
