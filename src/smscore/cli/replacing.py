"""What may be replaced, by the names that commands know it by.

The law of this file: a table, a class of it and a scheme of romanisation are all names here, and
mean what they mean to `smscore.transliterate`.
"""

from __future__ import annotations

from collections.abc import Iterable

import click

from smscore.coding import Boundary
from smscore.profiles import Profile
from smscore.romanisation import SCHEMES
from smscore.transliteration import ReplacementClass, Transliteration, transliterate

CLASSES = tuple(each.value for each in ReplacementClass)
NAMES = ("standard", "twilio", *CLASSES, *SCHEMES)


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
    classes = {each for each in names if each in CLASSES}
    if "standard" in names or not classes:
        classes |= {"invisible", "typographic"}
    if "twilio" in names and len(set(names)) > 1:
        raise click.UsageError("twilio is a table of its own: it goes with no other name")
    return transliterate(
        text,
        table="twilio" if "twilio" in names else "standard",
        classes=None if "twilio" in names else sorted(classes),
        scripts=[each for each in names if each in SCHEMES],
        when="always" if always else "saving",
        languages=languages,
        reference_bits=reference_bits,
        boundary=boundary,
        profile=profile,
    )
