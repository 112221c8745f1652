"""What may be replaced, by the names that commands know it by.

The law of this file: a table, a class of it and a scheme of romanisation are all names here, and
mean what they mean to `smscore.transliterate`.
"""

from __future__ import annotations

from collections.abc import Iterable

import click

from smscore.coding import Boundary
from smscore.profiles import Profile
from smscore.transliteration import (
    NAMES,
    ReplacementClass,
    Transliteration,
    read_names,
    transliterate,
)

__all__ = ["CLASSES", "NAMES", "replace_by_names"]

CLASSES = tuple(each.value for each in ReplacementClass)


def replace_by_names(
    text: str,
    names: tuple[str, ...],
    *,
    always: bool,
    languages: Iterable[int | str] = (),
    reference_bits: int | None = None,
    boundary: Boundary | None = None,
    profile: Profile | None = None,
) -> Transliteration:
    """Transliterate by names of tables, classes and schemes; a usage error if they do not mix.

    >>> replace_by_names("“Привет”", ("russian",), always=True).text
    '"Privet"'
    """
    try:
        table, classes, schemes = read_names(names)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    return transliterate(
        text,
        table=table,
        classes=classes,
        scripts=schemes,
        when="always" if always else "saving",
        languages=languages,
        reference_bits=reference_bits,
        boundary=boundary,
        profile=profile,
    )
