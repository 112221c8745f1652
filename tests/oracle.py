"""The standard, read aloud: what 3GPP TS 23.038 and TS 23.040 say a text is, and where it is cut.

The law of this file: literal before fast. The alphabet is the printed page, the capacities are the
printed numbers, and everything else is a walk from left to right. It imports nothing of the engine,
so when the two disagree one of them has misread the standard. It knows the default alphabet, its
extension table and UCS2; it has no national language tables.
"""

import regex  # type: ignore[import-untyped,unused-ignore]  # regex ships no types

# TS 23.038 clause 6.2.1, the page as printed: row = bits b4..b1, column = bits b7..b5.
# LF, CR and SP are the characters of those names. ESC leads to the table below; it is no character.
DEFAULT_ALPHABET = """
      0    1    2    3    4    5    6    7
 0    @    Δ    SP   0    ¡    P    ¿    p
 1    £    _    !    1    A    Q    a    q
 2    $    Φ    "    2    B    R    b    r
 3    ¥    Γ    #    3    C    S    c    s
 4    è    Λ    ¤    4    D    T    d    t
 5    é    Ω    %    5    E    U    e    u
 6    ù    Π    &    6    F    V    f    v
 7    ì    Ψ    '    7    G    W    g    w
 8    ò    Σ    (    8    H    X    h    x
 9    Ç    Θ    )    9    I    Y    i    y
10    LF   Ξ    *    :    J    Z    j    z
11    Ø    ESC  +    ;    K    Ä    k    ä
12    ø    Æ    ,    <    L    Ö    l    ö
13    CR   æ    -    =    M    Ñ    m    ñ
14    Å    ß    .    >    N    Ü    n    ü
15    å    É    /    ?    O    §    o    à
"""

# TS 23.038 clause 6.2.1.1, as printed. FF is the page break; "--" is a code without a character.
EXTENSION_TABLE = r"""
      0    1    2    3    4    5    6    7
 0    --   --   --   --   |    --   --   --
 1    --   --   --   --   --   --   --   --
 2    --   --   --   --   --   --   --   --
 3    --   --   --   --   --   --   --   --
 4    --   ^    --   --   --   --   --   --
 5    --   --   --   --   --   --   €    --
 6    --   --   --   --   --   --   --   --
 7    --   --   --   --   --   --   --   --
 8    --   --   {    --   --   --   --   --
 9    --   --   }    --   --   --   --   --
10    FF   --   --   --   --   --   --   --
11    --   --   --   --   --   --   --   --
12    --   --   --   [    --   --   --   --
13    --   --   --   ~    --   --   --   --
14    --   --   --   ]    --   --   --   --
15    --   --   \    --   --   --   --   --
"""

NAMED_CELLS = {"LF": "\n", "CR": "\r", "SP": " ", "FF": "\f"}
EMPTY_CELLS = ("ESC", "--")

# (alphabet, bits of the concatenation reference): (units of an only part, units of one of several).
# TS 23.040 clause 9.2.3.24.1 for the 8-bit reference, clause 9.2.3.24.8 for the 16-bit one.
CAPACITIES = {
    ("gsm7", 8): (160, 153),
    ("gsm7", 16): (160, 152),
    ("ucs2", 8): (70, 67),
    ("ucs2", 16): (70, 66),
}

# TS 23.040 clause 9.2.3.24.1: the number of parts is one octet.
MOST_PARTS = 255


class Fault(ValueError):
    """A text that cannot be sent; index is the code point that is to blame."""

    def __init__(self, index: int) -> None:
        """Keep where the fault is (the standard names no errors; these are the contract's)."""
        super().__init__(f"at code point {index}")
        self.index = index


class LoneSurrogate(Fault):
    """A code point U+D800..U+DFFF: half a character, which TS 23.038 clause 6.2.3 cannot carry."""


class Unmappable(Fault):
    """A character that neither table of TS 23.038 clause 6.2.1 has, in a text that must be gsm7."""


class TooLong(Fault):
    """More parts than TS 23.040 clause 9.2.3.24.1 can count; index: where part 256 would begin."""


def read_table(page: str) -> dict[int, str]:
    """Map code to character: column times 16 plus row (TS 23.038 clause 6.2.1)."""
    table: dict[int, str] = {}
    for row, line in enumerate(page.strip().splitlines()[1:]):
        for column, cell in enumerate(line.split()[1:]):
            if cell not in EMPTY_CELLS:
                table[column * 16 + row] = NAMED_CELLS.get(cell, cell)
    return table


DEFAULT = read_table(DEFAULT_ALPHABET)
EXTENSION = read_table(EXTENSION_TABLE)
ONE_SEPTET = frozenset(DEFAULT.values())
TWO_SEPTETS = frozenset(EXTENSION.values())


def is_lone_surrogate(character: str) -> bool:
    """Tell half of a UTF-16 pair (TS 23.038 clause 6.2.3); in a str the halves are never joined."""
    return 0xD800 <= ord(character) <= 0xDFFF


def alphabet(text: str) -> str:
    """Take the default alphabet if it has every character, else UCS2 (TS 23.038 clause 4)."""
    chosen = "gsm7"
    for index, character in enumerate(text):
        if is_lone_surrogate(character):
            raise LoneSurrogate(index)
        if character not in ONE_SEPTET and character not in TWO_SEPTETS:
            chosen = "ucs2"
    return chosen


def units_of_character(character: str, alphabet: str) -> int:
    """Count 1, or 2 for an escape pair (TS 23.038 clause 6.2.1.1) or UTF-16 pair (clause 6.2.3)."""
    if alphabet == "gsm7":
        return 2 if character in TWO_SEPTETS else 1
    return 2 if ord(character) > 0xFFFF else 1


def units(text: str, alphabet: str) -> int:
    """Count septets (TS 23.038 clause 6.2.1) or 16-bit units (clause 6.2.3); raise any fault."""
    if alphabet not in ("gsm7", "ucs2"):
        raise ValueError(alphabet)
    total = 0
    for index, character in enumerate(text):
        if is_lone_surrogate(character):
            raise LoneSurrogate(index)
        if alphabet == "gsm7" and character not in ONE_SEPTET and character not in TWO_SEPTETS:
            raise Unmappable(index)
        total += units_of_character(character, alphabet)
    return total


def resolve(text: str, wanted: str | None) -> str:
    """Take the alphabet the caller asked for, or the one TS 23.038 clause 4 leads to."""
    return alphabet(text) if wanted is None else wanted


def atoms(text: str, alphabet: str, capacity: int, boundary: str) -> list[str]:
    """List what is never cut: characters (TS 23.040 clause 9.2.3.24.1) or grapheme clusters.

    A cluster (Unicode Standard Annex 29) that no part can hold is its characters.
    """
    if boundary == "code_point":
        return list(text)
    found: list[str] = []
    for cluster in regex.findall(r"\X", text):
        if units(cluster, alphabet) <= capacity:
            found.append(cluster)
        else:
            found.extend(cluster)
    return found


def split(
    text: str,
    *,
    alphabet: str | None = None,
    reference_bits: int = 8,
    boundary: str = "code_point",
) -> list[str]:
    """Fill each part before the next is begun (TS 23.040 clause 9.2.3.24.1).

    A fault anywhere in the text is reported before its length is.
    """
    if boundary not in ("code_point", "grapheme"):
        raise ValueError(boundary)
    chosen = resolve(text, alphabet)
    single, multi = CAPACITIES[chosen, reference_bits]
    if units(text, chosen) <= single:
        return [text]
    parts = [""]
    filled = 0
    for atom in atoms(text, chosen, multi, boundary):
        size = units(atom, chosen)
        if filled + size > multi:
            parts.append("")
            filled = 0
        parts[-1] += atom
        filled += size
    if len(parts) > MOST_PARTS:
        raise TooLong(len("".join(parts[:MOST_PARTS])))
    return parts


def measure(
    text: str,
    *,
    alphabet: str | None = None,
    reference_bits: int = 8,
    boundary: str = "code_point",
) -> tuple[str, int, int]:
    """Give alphabet, units and parts (TS 23.038 clause 4, TS 23.040 clause 9.2.3.24.1)."""
    chosen = resolve(text, alphabet)
    parts = split(text, alphabet=chosen, reference_bits=reference_bits, boundary=boundary)
    return chosen, units(text, chosen), len(parts)
