"""How one provider or carrier counts, as data.

The law of this file: a profile is data, not a branch. No provider is named here; each stands in a
TOML file of its own, and what such a file cannot say, no profile does. A limit is one that the
provider states; what is not known is said in words, in the profile, and is never a number.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from pathlib import Path

from smscore._tables import EXTENSION
from smscore.coding import (
    BOUNDARIES,
    GSM7_CHARACTERS,
    Alphabet,
    Boundary,
    NationalLanguage,
    as_languages,
    part_limits,
)
from smscore.errors import ProfileError
from smscore.udh import MAXIMUM_PARTS

_FOLDER = Path(__file__).with_name("profile_data")
_SUFFIX = ".toml"

PROFILE_NAMES: tuple[str, ...] = tuple(sorted(path.stem for path in _FOLDER.glob(f"*{_SUFFIX}")))
"""The profiles that come with smscore, by name."""

_KNOWN = f"one of {', '.join(PROFILE_NAMES)}"
# TOML has no null; "extension" is the extension table (TS 23.038, 6.2.1.1).
_EXTENDS, _NONE, _WHOLE_EXTENSION = "extends", "none", "extension"


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What the provider replaces after we counted, and how many characters it may become.

    Raises ValueError, or TypeError, unless there is a text and 0 <= shortest <= longest.

    >>> Placeholder("%STOPNUM%", shortest=5, longest=15).longest
    15
    """

    text: str
    shortest: int
    longest: int

    def __post_init__(self) -> None:
        if not isinstance(self.text, str) or not self.text:
            raise ValueError("a placeholder's text is at least one character")
        shortest = _as_number(self.shortest, 0, what="shortest")
        _as_number(self.longest, shortest, what="longest")


@dataclass(frozen=True, slots=True, eq=False)
class Replacements(Mapping[str, str]):
    """Which characters a provider replaces, and by what: a mapping that can be hashed and pickled.

    >>> Replacements({"€": "e"})["€"], Replacements({"€": "e"}) == {"€": "e"}
    ('e', True)
    """

    _pairs: Mapping[str, str]

    def __post_init__(self) -> None:
        object.__setattr__(self, "_pairs", dict(sorted(self._pairs.items())))

    def __getitem__(self, character: str) -> str:
        return self._pairs[character]

    def __iter__(self) -> Iterator[str]:
        return iter(self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)

    def __hash__(self) -> int:
        return hash(tuple(self._pairs.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How one provider or carrier counts.

    `reference_bits` is 8 or 16, the width of the concatenation reference; `boundary` is where
    parts are cut. `languages` are those allowed, kept as identifiers (TS 23.038, 6.2.1.2.4).
    `alphabet` is forced, which allows no languages, or None where it depends on the text. What is
    `excluded` is of GSM 7 bit, but not sent as such: it makes a text UCS-2. `max_characters` counts
    code points. `table` names a table of replacements or is one; it is what is known of them, not
    all where `table_complete` is false. `unknowns` are sentences about what is not known, and
    `sources` tell where each fact is from.

    Values are checked and taken in their plainest form: lists as tuples, "ucs2" as Alphabet.UCS2,
    a mapping as Replacements, and one without a character as None. Raises ProfileError.

    >>> Profile(name="mine", title="Mine", reference_bits=16).max_parts is None
    True
    """

    name: str
    title: str
    reference_bits: int = 8
    boundary: Boundary = "code_point"
    languages: tuple[int, ...] = ()
    alphabet: str | None = None
    excluded: frozenset[str] = frozenset()
    max_characters: int | None = None
    max_parts: int | None = None
    table: str | Mapping[str, str] | None = None
    table_complete: bool = True
    placeholders: tuple[Placeholder, ...] = ()
    unknowns: tuple[str, ...] = field(default=(), repr=False)
    sources: tuple[str, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.isprintable() or not self.name.strip():
            raise ProfileError("a profile", "a name on one line is wanted", "name")
        for key in _CHECKS:
            object.__setattr__(self, key, _check(key, getattr(self, key), self.name))
        if self.languages and self.alphabet is not None:
            fault = f"{self.alphabet} is forced, so that none would be used: leave out one of both"
            raise ProfileError(self.name, fault, "languages")

    def to_dict(self) -> dict[str, object]:
        """Give the profile as JSON values; `Profile(**them)` is the same profile again.

        >>> find_profile().to_dict()["reference_bits"]
        8
        """
        values: dict[str, object] = {each.name: getattr(self, each.name) for each in fields(self)}
        for key in ("languages", "unknowns", "sources"):
            values[key] = list(getattr(self, key))
        values["alphabet"] = None if self.alphabet is None else str(self.alphabet)
        values["excluded"] = sorted(self.excluded)
        values["table"] = dict(self.table) if isinstance(self.table, Mapping) else self.table
        values["placeholders"] = [asdict(each) for each in self.placeholders]
        return values

    def describe(self) -> str:
        """Say in one paragraph of plain text how the provider counts, and what is not known.

        >>> print(Profile(name="mine", title="Mine", max_parts=4).describe()[-51:])
        of 8 bits, cut between characters. At most 4 parts.
        """
        return " ".join(_describe(self))


def find_profile(profile: str | os.PathLike[str] | Profile | None = None) -> Profile:
    """Find a profile: the standard's for None, one by its name, or one's own by its path.

    A str with a path separator, or that ends in ".toml", is a path. Raises ProfileError if there
    is no such name, or for what `read_profile` finds; TypeError for what is none of these.

    >>> find_profile().name, find_profile(find_profile()).boundary
    ('standard', 'code_point')
    """
    if profile is None:
        return _load("standard")
    if isinstance(profile, Profile):
        return profile
    if not isinstance(profile, str):
        return read_profile(profile)
    is_path = profile.lower().endswith(_SUFFIX) or {"/", os.sep} & {*profile}
    return read_profile(profile) if is_path else _load(profile)


def read_profile(path: str | os.PathLike[str]) -> Profile:
    """Read a profile from a TOML file, whose name without ".toml" is the profile's.

    The keys are the fields of Profile; `extends` names a shipped profile, or a file beside this
    one, whose values stand where the file gives none. Raises ProfileError for every fault: a file
    that cannot be opened, is no UTF-8 or no TOML, has an unknown key or a wrong value, extends
    itself or what is not there, or takes the name of a shipped profile.
    """
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"a profile is a name, a path or a Profile, not {type(path).__name__}")
    if "\0" in str(path):
        raise ProfileError("a profile", "its path has a NUL in it, as that of no file has")
    return _read(Path(path), ())


@cache
def _load(name: str) -> Profile:
    if name not in PROFILE_NAMES:
        file = f"{name}{_SUFFIX}"
        meant = f"write ./{file} for the file" if Path(file).exists() else f"name {_KNOWN}"
        fault = f"there is no such profile: {meant}, or a file that ends in {_SUFFIX}"
        raise ProfileError(name, fault)
    return _read(_FOLDER / f"{name}{_SUFFIX}", ())


def _read(path: Path, above: tuple[Path, ...]) -> Profile:
    source = path.name or str(path)
    own = _parse(path, source)
    if path.stem in PROFILE_NAMES and path.resolve().parent != _FOLDER.resolve():
        raise ProfileError(source, "a profile of this name comes with smscore: rename the file")
    values: dict[str, object] = {}
    if _EXTENDS in own:
        base = _find_base(path, own.pop(_EXTENDS), (*above, path.resolve()))
        values = {key: getattr(base, key) for key in _CHECKS}
    for key, value in own.items():
        values[key] = _check(key, None if value == _NONE and key in _OPTIONAL else value, source)
    if "title" not in values:
        raise ProfileError(source, "it is missing: write the provider's name", "title")
    return Profile(name=path.stem, **values)  # type: ignore[arg-type]  # it checks each


def _parse(path: Path, source: str) -> dict[str, object]:
    # Loaded here, because many callers want no profile but those that are cached.
    import tomllib

    data = b""
    try:
        data = path.read_bytes()
        # With a last line feed, a fault at the end is told with its line.
        return tomllib.loads(data.decode("utf-8-sig") + "\n")
    except OSError as error:
        fault = f"it cannot be read: {error.strerror}"
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        fault = f"line {line} is not UTF-8: save it as UTF-8"
    except RecursionError:
        fault = "it is nested too deeply to be a profile"
    except ValueError as error:
        # Besides its own error, which names the line, tomllib lets that of a long integer through.
        fault = f"it is not TOML: {error}"
    raise ProfileError(source, fault)


def _find_base(path: Path, name: object, above: tuple[Path, ...]) -> Profile:
    if not isinstance(name, str) or not name or Path(name).name != name:
        fault = f"the name of a profile or of a file beside this one is wanted, not {name!r}"
        raise ProfileError(path.name, fault, _EXTENDS)
    folder = _FOLDER if name in PROFILE_NAMES else path.parent
    base = folder / (name if name.endswith(_SUFFIX) else f"{name}{_SUFFIX}")
    if not base.is_file():
        fault = f"there is no {name!r}: name {_KNOWN}, or a file beside this one"
        raise ProfileError(path.name, fault, _EXTENDS)
    if base.resolve() in above:
        raise ProfileError(path.name, f"by way of {name!r} the profile extends itself", _EXTENDS)
    return _read(base, above)


def _check(key: str, value: object, source: str) -> object:
    try:
        if key not in _CHECKS:
            raise ValueError(_suggest(key, (_EXTENDS, *_CHECKS)))
        return _CHECKS[key](value)
    except (TypeError, ValueError) as fault:
        raise ProfileError(source, str(fault), key) from None


def _suggest(key: str, known: Iterable[str]) -> str:
    # Loaded here, because only a file with a fault needs it.
    import difflib

    near = difflib.get_close_matches(key, known, n=1)
    advice = f"is {near[0]} meant?" if near else f"the keys are {', '.join(known)}"
    return f"there is no key {key!r}: {advice}"


def _show(value: object) -> str:
    return repr(value) if isinstance(value, int | float) else f"a {type(value).__name__}"


def _as_line(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"a text is wanted, not {'an empty one' if value == '' else _show(value)}")
    # A long sentence may stand on several lines of its file.
    return " ".join(value.split())


def _as_number(value: object, least: int, most: int | None = None, *, what: str = "it") -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{what} is a whole number, not {_show(value)}")
    if value < least or (most is not None and value > most):
        bounds = f"at least {least}" if most is None else f"{least} to {most}"
        raise ValueError(f"{what} is {bounds}, not {value}")
    return value


def _as_character(value: object) -> str:
    if not isinstance(value, str) or len(value) != 1:
        shown = f"a text of {len(value)}" if isinstance(value, str) else _show(value)
        raise ValueError(f"one character is wanted, not {shown}")
    return value


def _one_of(*options: object) -> Callable[[object], object]:
    def check(value: object) -> object:
        for option in options:
            # True is not 1 here, but "ucs2" is as good as Alphabet.UCS2.
            if option == value and type(value) in (type(option), str):
                return option
        named = ", ".join(str(option).lower() for option in options)
        raise ValueError(f"one of {named} is wanted, not {value!r}")

    return check


def _as_items(value: object) -> tuple[object, ...]:
    if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
        raise TypeError(f"a list is wanted, not {_show(value)}")
    return tuple(value)


def _as_excluded(value: object) -> frozenset[str]:
    if value == _WHOLE_EXTENSION:
        return frozenset(map(chr, EXTENSION))
    characters = frozenset(map(_as_character, _as_items(value)))
    for each in sorted(characters - GSM7_CHARACTERS):
        raise ValueError(f"U+{ord(each):04X}, {each!r}, is not in GSM 7 bit anyway: leave it out")
    return characters


def _as_table(value: object) -> str | Replacements | None:
    if value is None or isinstance(value, str):
        return None if value is None else _as_line(value)
    if not isinstance(value, Mapping):
        raise TypeError(f"a table's name, or characters with their texts, not {_show(value)}")
    for character, replacement in value.items():
        if character in {_EXTENDS, *_CHECKS}:
            raise ValueError(f"the key {character!r} belongs above [table], which comes last")
        if not isinstance(replacement, str):
            raise TypeError(f"{_as_character(character)!r} has a text, not {_show(replacement)}")
        _as_character(character)
        for each in replacement:
            if each not in GSM7_CHARACTERS or (each in value and value[each] != each):
                fault = "is replaced too" if each in value else "is not in GSM 7 bit"
                raise ValueError(f"{character!r} becomes {each!r}, which {fault}")
    return Replacements(value) if value else None


def _as_placeholder(value: object) -> Placeholder:
    if isinstance(value, Placeholder):
        return value
    keys = [each.name for each in fields(Placeholder)]
    if not isinstance(value, Mapping):
        raise TypeError(f"{', '.join(keys)} are wanted, not {_show(value)}")
    for key in [*value, *keys]:
        if key not in keys or key not in value:
            raise ValueError(_suggest(key, keys) if key in value else f"{key} is missing")
    return Placeholder(**value)


_CHECKS: dict[str, Callable[[object], object]] = {
    "title": _as_line,
    "reference_bits": _one_of(8, 16),
    "boundary": _one_of(*BOUNDARIES),
    "languages": lambda value: tuple(sorted(as_languages(_as_items(value)))),  # type: ignore[arg-type]  # it checks each
    "alphabet": _one_of(None, *Alphabet),
    "excluded": _as_excluded,
    "max_characters": lambda value: None if value is None else _as_number(value, 1),
    "max_parts": lambda value: None if value is None else _as_number(value, 1, MAXIMUM_PARTS),
    "table": _as_table,
    "table_complete": _one_of(False, True),
    "placeholders": lambda value: tuple(map(_as_placeholder, _as_items(value))),
    "unknowns": lambda value: tuple(map(_as_line, _as_items(value))),
    "sources": lambda value: tuple(map(_as_line, _as_items(value))),
}
_OPTIONAL = ("alphabet", "max_characters", "max_parts", "table")


def _describe(profile: Profile) -> Iterator[str]:
    single, multi, single_ucs2, multi_ucs2 = part_limits(profile.reference_bits)
    gsm7 = f"{single} septets in one part and {multi} in each of several"
    ucs2 = f"{single_ucs2} units in one part and {multi_ucs2} in each of several"
    ways: dict[str | None, str] = {None: f"GSM 7 bit ({gsm7}), else UCS-2 ({ucs2})"}
    ways |= {"gsm7": f"GSM 7 bit only ({gsm7})", "ucs2": f"UCS-2 only ({ucs2})"}
    cut = {"code_point": "characters", "grapheme": "grapheme clusters"}[profile.boundary]
    way = f"{ways[profile.alphabet]}, a reference of {profile.reference_bits} bits"
    yield f"{profile.title} ({profile.name}): {way}, cut between {cut}."
    if profile.excluded and profile.alphabet != Alphabet.UCS2:
        yield f"Not sent as GSM 7 bit: {_list_characters(profile.excluded)}."
    if profile.languages:
        named = (NationalLanguage(each).name.capitalize() for each in profile.languages)
        yield f"National languages allowed: {', '.join(named)}."
    limits = ((profile.max_characters, "characters"), (profile.max_parts, "parts"))
    if stated := " and ".join(f"{limit} {what}" for limit, what in limits if limit):
        yield f"At most {stated}."
    if isinstance(profile.table, str):
        yield f"Characters are replaced by the table {profile.table!r}."
    elif profile.table:
        yield f"Characters are replaced: {_list_characters(profile.table)}."
    if not profile.table_complete:
        yield "The whole table of replacements is not known."
    for each in profile.placeholders:
        yield f"{each.text} becomes {each.shortest} to {each.longest} characters."
    if profile.unknowns:
        yield f"Not known: {' '.join(profile.unknowns)}"


def _list_characters(characters: Iterable[str]) -> str:
    return " ".join(each if each.strip() else f"U+{ord(each):04X}" for each in sorted(characters))
