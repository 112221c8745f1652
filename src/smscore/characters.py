"""What a character of a message is: its name, its script, and what is odd about it.

The law of this file: it says what stands in a text and changes nothing. Scripts and oddities are
those of Unicode 14.0 on every Python, by generated tables; of a later character it knows only
the name, where the running Python has one. Odd is what a reader cannot see or would take for
something else: a space of whatever width is a space, and not odd.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, lru_cache

from smscore import _characters
from smscore._characters import SAME, SIMILAR

_SYMBOLS = range(0x1F000, 0x1FB00)
"""Blocks that Unicode keeps for emoji and their like; a later emoji is one all the same."""
_NAMELESS = {"Co": "(private use)", "Cs": "(surrogate)"}
_LOOKALIKES = SAME | SIMILAR
_COMPARED = frozenset({"Latin", "Cyrillic", "Greek", "Armenian", "Cherokee", "Coptic"})
_SHARED = frozenset("ΓΔΘΛΞΠΣΦΨΩ")
"""Greek capitals that GSM 7 bit has: Greek is written with them and Latin capitals to save."""

_LONGEST_CLUSTER = 32
"""Past it a heap of marks is not looked at for a composed form; UAX 15 allows 30 in a stream."""

_INSTEAD = dict.fromkeys("\t\u2800\u3164\uffa0", " ") | dict.fromkeys("\v\f\u2028\u2029", "\n")
_INSTEAD |= {chr(n): bytes([n]).decode("cp1252", "ignore") for n in range(0x80, 0xA0)}
"""What to write for an invisible character that stands for something; nothing for another."""

_OVERRIDES = "\u202d\u202e"
_EMBEDDINGS = "\u202a\u202b" + _OVERRIDES
_ISOLATES = "\u2066\u2067\u2068"
_POP_EMBEDDING, _POP_ISOLATE, _MARKS = "\u202c", "\u2069", "\u200e\u200f\u061c"

_DEAR = "GSM 7 bit does not have it"


class Oddity(StrEnum):
    """What can be odd about characters.

    >>> Oddity("lookalike")
    <Oddity.LOOKALIKE: 'lookalike'>
    """

    INVISIBLE = "invisible"
    BIDIRECTIONAL = "bidirectional"
    LOOKALIKE = "lookalike"
    CRLF = "crlf"
    DECOMPOSED = "decomposed"
    LONE_SURROGATE = "lone_surrogate"


@dataclass(frozen=True, slots=True)
class Finding:
    r"""Something odd: `characters` is `text[index:end]`, by code point.

    `suggestion` is what to write instead, perhaps nothing; None where that is the writer's to
    know. What is of the text is not in the repr.

    >>> Finding(Oddity.CRLF, 5, 7, "\r\n", "one line break", "\n")
    Finding(kind=<Oddity.CRLF: 'crlf'>, index=5, end=7, explanation='one line break')
    """

    kind: Oddity
    index: int
    end: int
    characters: str = field(repr=False)
    explanation: str
    suggestion: str | None = field(repr=False)


def name_character(character: str) -> str:
    r"""Give the Unicode name of a character, or what is known of one that has none.

    A control character has its alias; what has neither is said in brackets. A character that is
    newer than the running Python counts as unassigned. Raises ValueError unless it is one
    character.

    >>> name_character("€"), name_character("\t"), name_character("\ue000")
    ('EURO SIGN', 'CHARACTER TABULATION', '(private use)')
    """
    point = _point_of(character)
    name = unicodedata.name(character, "") or _name_controls().get(point)
    if name:
        return name
    if _find_script(point) == "Tangut":
        return f"TANGUT IDEOGRAPH-{point:X}"
    if _NONCHARACTERS.match(character):
        return "(noncharacter)"
    unassigned = f"(unassigned in Unicode {unicodedata.unidata_version})"
    return _NAMELESS.get(unicodedata.category(character), unassigned)


def script_of(character: str) -> str:
    """Give the script of a character as Unicode 14.0 names it (UAX 24).

    Common and Inherited are the characters of many scripts; Unknown is what is no character, or
    a newer one. Code points kept for emoji are Common. Raises ValueError unless it is one
    character.

    >>> script_of("a"), script_of("я"), script_of("漢"), script_of("!")
    ('Latin', 'Cyrillic', 'Han', 'Common')
    """
    return _find_script(_point_of(character))


def find_oddities(text: str) -> tuple[Finding, ...]:
    r"""Find what is odd in a text, in the order of index; findings never overlap.

    Emoji sequences, joiners between letters that need them, and whole words of another script
    are not odd. A word is mixed (after UTS 39) if all its letters are Latin but for look-alikes.
    A word of nothing but look-alikes counts as one in a text that has Latin letters and none
    that only the word's script has. Of two oddities in one place, the look-alike is named. A
    heap of more than 32 code points is not composed. Raises TypeError for what is no str.

    >>> [(each.kind.value, each.index, each.suggestion) for each in find_oddities("P\u0430y\r\n")]
    [('lookalike', 1, 'a'), ('crlf', 3, '\n')]
    >>> find_oddities("Привет 👩‍👩‍👧")
    ()
    """
    if not isinstance(text, str):
        raise TypeError(f"a text is a str, not {type(text).__name__}")
    text = str.__str__(text)
    if (_ODD_ASCII if text.isascii() else _ODD).search(text) is None:
        return ()
    lookalikes = list(_find_lookalikes(text))
    found = [
        *lookalikes,
        *_find_invisible(text),
        *_find_bidirectional(text),
        *_find_returns(text),
        *_find_decomposed(text, {each.index for each in lookalikes}),
        *_find_surrogates(text),
    ]
    return tuple(sorted(found, key=lambda each: each.index))


def _spans(ranges: str) -> Iterator[tuple[str, str]]:
    for item in ranges.split():
        first, _, last = item.partition("-")
        yield first, last or first


def _class_of(ranges: str) -> str:
    return "".join(rf"\U{first:0>8}-\U{last:0>8}" for first, last in _spans(ranges))


_INVISIBLE = _class_of(_characters.INVISIBLE)
_BIDI = _class_of(_characters.BIDIRECTIONAL)
_COMPOSING = _class_of(_characters.COMPOSING)
_ODD = re.compile(rf"[\r\ud800-\udfff{_INVISIBLE}{_BIDI}{_COMPOSING}{''.join(_LOOKALIKES)}]")
_ODD_ASCII = re.compile(r"[\0-\x09\x0b-\x1f\x7f]")
_HIDDEN = re.compile(rf"[\U000e0001\U000e0020-\U000e007f]+|([{_INVISIBLE}])\1*")
_SELECTORS = re.compile(r"[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_DIRECTED = re.compile(rf"[{_BIDI}\n\r\x1c-\x1e\x85\u2029]")
_COMPOSER = re.compile(f"[{_COMPOSING}]")
_NONCHARACTERS = re.compile(f"[{_class_of(_characters.NONCHARACTERS)}]")
_SURROGATES = re.compile(r"[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]")
_RIGHT_TO_LEFT = re.compile(f"[{_class_of(_characters.RIGHT_TO_LEFT)}]")


@cache
def _read_scripts() -> dict[str, str]:
    _, *rest = re.split(r"(\w+):", _characters.SCRIPTS)
    return dict(zip(rest[::2], rest[1::2], strict=True))


@cache
def _order_scripts() -> tuple[list[int], list[tuple[int, str]]]:
    rows = sorted(
        (int(first, 16), int(last, 16), name)
        for name, ranges in _read_scripts().items()
        for first, last in _spans(ranges)
    )
    return [first for first, *_ in rows], [(last, name) for _, last, name in rows]


@lru_cache(maxsize=4096)
def _find_script(point: int) -> str:
    starts, rest = _order_scripts()
    # The first range begins at U+0000, so that every code point has a range at or before it.
    last, name = rest[bisect_right(starts, point) - 1]
    if point <= last:
        return name
    return "Common" if point in _SYMBOLS else "Unknown"


@cache
def _name_controls() -> dict[int, str]:
    names = " ".join(_characters.CONTROLS.split()).split("; ")
    return dict(zip((*range(0x20), *range(0x7F, 0xA0)), names, strict=True))


@cache
def _words() -> re.Pattern[str]:
    members = (_read_scripts()[name] for name in (*sorted(_COMPARED), "Inherited"))
    return re.compile(rf"[0-9\xad\u200b\u2060\ufeff{_class_of(' '.join(members))}]+")


@cache
def _in_place() -> re.Pattern[str]:
    """Give what matches the invisible where it does something: in emoji, and scripts in need."""
    emoji, joined = _class_of(_characters.EMOJI), _class_of(_characters.JOINED)
    unspaced, virama = _class_of(_characters.UNSPACED), _class_of(_characters.VIRAMAS)
    varied, han = _class_of(_characters.VARIED), _class_of(_characters.IDEOGRAPHS)
    return re.compile(
        rf"""
          (?<=[{emoji}]) [\ufe0e\ufe0f] | (?<=[#*0-9]) [\ufe0e\ufe0f] (?=\u20e3)
        | (?<=[{emoji}\ufe0f\U000e007f]) \u200d (?=\u200d*[{emoji}])
        | (?<=[{emoji}\ufe0f]) [\U000e0030-\U000e0039\U000e0061-\U000e007a]+ \U000e007f
        | (?<=[{joined}]) \u200d | \u200d (?=[{joined}])
        | (?<=[{joined}]) \u200c (?=\u200c*[{joined}]) | (?<=[{virama}]) \u200c
        | (?<=[{unspaced}]) \u200b | \u200b (?=[{unspaced}])
        | (?<=[{varied}]) [\ufe00-\ufe0d] | (?<=[\u1810-\u18af]) [\u180b-\u180f]
        | (?<=[{han}]) [\ufe00-\ufe02\U000e0100-\U000e01ef]
        | \u115f (?=[\u1161-\u11a7\ud7b0-\ud7c6]) | (?<=[\u1100-\u115e\ua960-\ua97c]) \u1160
        """,
        re.VERBOSE,
    )


def _point_of(character: str) -> int:
    if len(character) != 1:
        raise ValueError(f"a character is one code point, not {len(character)}")
    return ord(character)


def _describe(character: str) -> str:
    return name_character(character) if _is_known(character) else f"U+{ord(character):04X}"


def _find_surrogates(text: str) -> Iterator[Finding]:
    why = "half a surrogate pair, decoded on its own, is no character and cannot be sent"
    for found in _SURROGATES.finditer(text):
        whole = found[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
        yield Finding(Oddity.LONE_SURROGATE, *found.span(), found[0], why, whole or None)


def _find_returns(text: str) -> Iterator[Finding]:
    for found in re.finditer("\r\n?", text):
        why = "a carriage return alone is shown as a line break, or as nothing"
        why = why if found[0] == "\r" else "CR LF takes two units for one line break"
        yield Finding(Oddity.CRLF, *found.span(), found[0], why, "\n")


def _find_decomposed(text: str, taken: set[int]) -> Iterator[Finding]:
    end = 0
    for found in _COMPOSER.finditer(text):
        if found.start() < end:
            continue
        index, end = found.start() - 1, found.end()
        while index >= 0 and _is_attached(text[index]):
            index -= 1
        while end < len(text) and _is_attached(text[end]):
            end += 1
        based = index >= 0 and index not in taken and _is_known(text[index])
        if not based or end - index > _LONGEST_CLUSTER:
            continue
        characters = text[index:end]
        composed = unicodedata.normalize("NFC", characters)
        if len(composed) < len(characters):
            count = f"{len(characters)} code points where {len(composed)} would do (NFC)"
            why = f"{count}: more units, and perhaps UCS-2 for their sake alone"
            yield Finding(Oddity.DECOMPOSED, index, end, characters, why, composed)


def _is_attached(character: str) -> bool:
    combines = unicodedata.combining(character) > 0 and _is_known(character)
    return combines or _COMPOSER.match(character) is not None


def _is_known(character: str) -> bool:
    """Say whether Unicode 14.0 has a character: what is newer differs from Python to Python."""
    return _find_script(ord(character)) != "Unknown"


def _find_invisible(text: str) -> Iterator[Finding]:
    for found in _HIDDEN.finditer(text):
        index, end = found.span()
        # Of several alike, only the first can have its place; tags have theirs together.
        placed = _in_place().match(text, index)
        index = placed.end() if placed else index
        if index < end:
            characters = text[index:end]
            why = _explain(characters[0], index)
            instead = _INSTEAD.get(characters[0], "") * len(characters)
            yield Finding(Oddity.INVISIBLE, index, end, characters, why, instead)


def _explain(character: str, index: int) -> str:
    name = _describe(character)
    if character == "\f":
        return f"{name} is a page break, which takes two septets and no handset has"
    if character == "\ufeff" and index == 0:
        why = "is a byte order mark left over from a file"
    elif "\x80" <= character <= "\x9f":
        why = "is a control character, but most likely Windows-1252 read as Latin-1"
    elif ord(character) in _name_controls():
        why = "is a control character, which shows nothing or a break"
    elif "\U000e0020" <= character <= "\U000e007f":
        why = "is a tag character: tags spell out what programs read and nobody sees"
    elif _SELECTORS.match(character):
        why = "stands after nothing that it varies"
    elif character in "\u200c\u200d":
        why = "stands where there is nothing to join or part"
    else:
        why = "is seen by nobody, or as a blank"
    return f"{name} {why}; {_DEAR}"


def _find_bidirectional(text: str) -> Iterator[Finding]:
    pairs = _pair_directions(text)
    right_to_left = _RIGHT_TO_LEFT.search(text) is not None
    for found in _DIRECTED.finditer(text):
        index, character = found.start(), found[0]
        if character.isspace():
            continue
        partner = text[pairs[index]] if index in pairs else ""
        # Where all goes one way, none is of use; an override or a stray end never is.
        suggestion = None if right_to_left else ""
        if character in _MARKS:
            why = f"marks a direction and shows nothing; {_DEAR}"
        elif character in _OVERRIDES:
            why = "is dangerous: it shows what follows in another order than it is written in"
            why, suggestion = why + ("" if partner else ", and nothing ends it"), ""
        elif partner:
            why = "is one of a pair that sets the direction between them, and shows nothing"
            suggestion = "" if partner in _OVERRIDES else suggestion
        elif character in _POP_EMBEDDING + _POP_ISOLATE:
            why, suggestion = "ends nothing", ""
        else:
            why = "is dangerous: nothing ends it, so all that follows can show in another order"
        explanation = f"{_describe(character)} {why}"
        yield Finding(Oddity.BIDIRECTIONAL, index, index + 1, character, explanation, suggestion)


def _pair_directions(text: str) -> dict[int, int]:
    """Pair what begins a direction with what ends it, paragraph by paragraph (UAX 9, BD9, BD11)."""
    pairs: dict[int, int] = {}
    begun: list[int] = []
    isolates = 0
    for found in _DIRECTED.finditer(text):
        index, character = found.start(), found[0]
        if character.isspace():
            begun, isolates = [], 0
        elif character in _ISOLATES + _EMBEDDINGS:
            begun.append(index)
            isolates += character in _ISOLATES
        elif character == _POP_ISOLATE and isolates:
            # The end of an isolate ends the embeddings that were left open in it.
            while text[begun[-1]] not in _ISOLATES:
                begun.pop()
            isolates -= 1
            pairs |= {index: begun[-1], begun.pop(): index}
        elif character == _POP_EMBEDDING and begun and text[begun[-1]] in _EMBEDDINGS:
            pairs |= {index: begun[-1], begun.pop(): index}
    return pairs


def _find_lookalikes(text: str) -> Iterator[Finding]:
    scripts = {c: script for c in {*text} if (script := script_of(c)) in _COMPARED}
    if len({*scripts.values()}) <= 1:
        return
    # A script that has letters here which only it has is being written, and not imitating.
    written = {script for c, script in scripts.items() if c not in _LOOKALIKES}
    for word in _words().finditer(text):
        main, why = _judge([c for c in word[0] if c in scripts], scripts, written)
        if not main:
            continue
        for index, c in enumerate(word[0], word.start()):
            if c in _LOOKALIKES and scripts[c] != main:
                latin = _LOOKALIKES[c]
                like = f"{_describe(c)} looks like the Latin {latin}, {why}"
                instead = latin if main == "Latin" else None
                yield Finding(Oddity.LOOKALIKE, index, index + 1, c, like, instead)


def _judge(letters: list[str], scripts: dict[str, str], written: set[str]) -> tuple[str, str]:
    """Give the script that a word should be in and why, or nothing if it is as it should be."""
    kinds = Counter(scripts[c] for c in letters)
    foreign = {c for c in letters if scripts[c] != "Latin"}
    plain = foreign - _LOOKALIKES.keys()
    if "Latin" in kinds:
        mixed = foreign and not plain - _SHARED
        return ("Latin", f"in a word that is otherwise Latin: {_DEAR}") if mixed else ("", "")
    if len(kinds) > 1:
        main = kinds.most_common(1)[0][0] if plain else "Latin"
        return main, f"in a word of several scripts, where one would be {main}"
    alone = foreign and "Latin" in written and not {*kinds} & written
    if alone and foreign <= SAME.keys():
        return "Latin", f"as all of its word does, in a text that is otherwise Latin: {_DEAR}"
    return "", ""
