"""Read the case files of octets and of choices, which name a coding by its languages.

The law of this file: as that of `casefiles`, whose blocks and expressions these are. The fields:

`octets/`: `why`, `text`, `user_data` (an expression of hexadecimal octets, the parts set apart by
"/"), and where they are not as when absent: `alphabet` (gsm7), `locking`, `single` (none),
`reference_bits` (8), `reference` (1).

`choice/`: `why`, `text`, `languages` (allowed, as preferred; "all" is 1 to 13, nothing is none),
`alphabet`, `locking`, `single` of the best coding, `parts`, `octets`; `reference_bits` (8).
"""

from __future__ import annotations

from dataclasses import dataclass

import casefiles
from casefiles import CaseFileError, evaluate

ALL_LANGUAGES = tuple(range(1, 14))

CODING = {"alphabet", "locking", "single", "reference_bits"}


@dataclass(frozen=True, slots=True)
class OctetCase:
    """A text in a given coding, and the user data of each of its parts."""

    title: str
    text: str
    alphabet: str
    locking: int | None
    single: int | None
    reference_bits: int
    reference: int
    user_data: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ChoiceCase:
    """A text with the languages it may use, and the best coding with its parts and octets."""

    title: str
    text: str
    languages: tuple[int, ...]
    reference_bits: int
    alphabet: str
    locking: int | None
    single: int | None
    parts: int
    octets: int


def load_octets() -> list[OctetCase]:
    """Read the cases of `cases/octets`."""
    needed = {"why", "text", "user_data"}
    return [_octet_case(*block) for block in _read("octets", needed, CODING | {"reference"})]


def load_choices() -> list[ChoiceCase]:
    """Read the cases of `cases/choice`."""
    needed = {"why", "text", "languages", "alphabet", "parts", "octets"}
    return [_choice_case(*block) for block in _read("choice", needed, CODING)]


def _read(folder: str, needed: set[str], optional: set[str]) -> list[tuple[str, dict[str, str]]]:
    blocks: list[tuple[str, dict[str, str]]] = []
    for file in sorted((casefiles.CASES / folder).glob("*.txt")):
        for line, title, fields in casefiles._blocks(file):
            if not needed <= fields.keys() <= needed | optional:
                names = sorted(fields.keys() ^ needed)
                raise CaseFileError(f"{file.name}:{line}: {title}: missing or unknown: {names}")
            blocks.append((title, fields))
    if len(dict(blocks)) != len(blocks) or not blocks:
        raise CaseFileError(f"{folder}: no cases, or two of one title")
    return blocks


def _octet_case(title: str, fields: dict[str, str]) -> OctetCase:
    return OctetCase(
        title,
        evaluate(fields["text"]),
        _alphabet(fields),
        _language(fields, "locking"),
        _language(fields, "single"),
        int(fields.get("reference_bits", "8")),
        int(fields.get("reference", "1"), 0),
        tuple(bytes.fromhex(part) for part in evaluate(fields["user_data"]).split("/")),
    )


def _choice_case(title: str, fields: dict[str, str]) -> ChoiceCase:
    named = fields["languages"]
    languages = ALL_LANGUAGES if named == "all" else tuple(map(int, named.split()))
    return ChoiceCase(
        title,
        evaluate(fields["text"]),
        languages,
        int(fields.get("reference_bits", "8")),
        _alphabet(fields),
        _language(fields, "locking"),
        _language(fields, "single"),
        int(fields["parts"]),
        int(fields["octets"]),
    )


def _alphabet(fields: dict[str, str]) -> str:
    alphabet = fields.get("alphabet", "gsm7")
    if alphabet not in casefiles.ALPHABETS:
        raise CaseFileError(f"no alphabet: {alphabet}")
    return alphabet


def _language(fields: dict[str, str], name: str) -> int | None:
    return int(fields[name]) if name in fields else None
