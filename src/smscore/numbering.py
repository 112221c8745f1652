"""To whom a message goes: E.164 phone numbers, and the country that each belongs to.

The law of this file: a number is accepted only in a form that cannot be misread, with "+" and the
country calling code, or as a national number where the caller says of which region. Nothing is
dropped but separators and the trunk zero of a country that has one. The facts of numbering plans
are `phonenumbers`', which is loaded when the first number comes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from smscore.errors import InvalidNumber

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

_SEPARATORS = re.compile(r"[\s().\-/]+")
# With its dot left out it would be a number one digit too long, and perhaps possible.
_DECIMAL = re.compile(r"[^.]*\.0+")
_FORM = re.compile(r"\+?[0-9]+")
_REGION = re.compile(r"[A-Za-z]{2}")
_NO_COUNTRY = "001"

# The digit that is dialled inside a country and left out from abroad, where a country has one.
_TRUNK_ZERO = "(0)"

MAXIMUM_DIGITS = 15
"""The most digits of an international number (ITU-T E.164, 6)."""


@dataclass(frozen=True, slots=True)
class Number:
    """A phone number: "+" and at most fifteen digits, and its ISO 3166-1 country if it has one.

    The digits are not in the repr, which may reach a log.
    """

    e164: str = field(repr=False)
    country: str | None

    @property
    def digits(self) -> str:
        """The number without its "+", as the prefixes of a rate deck are written."""
        return self.e164[1:]


def parse_number(number: str, *, region: str | None = None) -> Number:
    """Read a phone number; white space, dots, hyphens, slashes and parentheses may part its digits.

    Without `region` (ISO 3166-1 alpha-2) the number must begin with "+"; with it, one that does
    not is a national number of that region. A number is accepted if its length is possible in its
    country's plan (ITU-T E.164): plans grow faster than tables of what is assigned do. Raises
    InvalidNumber, ValueError for an unknown region, TypeError for what is not a str.

    >>> number = parse_number("+44 (0)7700 900123")
    >>> number.e164, number.country
    ('+447700900123', 'GB')
    """
    if not isinstance(number, str):
        raise TypeError(f"a phone number is a str, not {type(number).__name__}")
    return _parse(number, None if region is None else check_region(region))


def check_region(region: str) -> str:
    """Give a region's ISO 3166-1 alpha-2 code in capitals; ValueError if it has no numbers.

    >>> check_region("gb")
    'GB'
    """
    import phonenumbers

    if not _REGION.fullmatch(region):
        # Not repeated: it may be the number, given in the place of the region.
        raise ValueError("a region is the two letters of an ISO 3166-1 country, such as GB")
    known = region.upper()
    if known not in phonenumbers.SUPPORTED_REGIONS:
        hint = " (the United Kingdom is GB)" if known == "UK" else ""
        raise ValueError(f"{region!r} is not an ISO 3166-1 country with phone numbers{hint}")
    return known


# The recipients of many messages are often the same, and finding a number's plan is slow.
@lru_cache(maxsize=1 << 16)
def _parse(number: str, region: str | None) -> Number:
    compact = _SEPARATORS.sub("", number)
    if compact in ("", "+"):
        raise InvalidNumber("it has no digits" if compact else "it is empty")
    if _DECIMAL.fullmatch(number.strip()):
        raise InvalidNumber("a spreadsheet made it a decimal number: format the column as text")
    if not _FORM.fullmatch(compact):
        raise InvalidNumber("it holds more than digits, separators and a leading +")
    if not compact.startswith("+") and region is None:
        raise InvalidNumber(
            'it does not begin with "+" and the country calling code, '
            "and no region was said that it could be a national number of"
        )
    found = _identify(compact, region)
    if _TRUNK_ZERO in number and found.e164 == compact:
        raise InvalidNumber("its (0) is no digit of a number in its country: leave it out")
    return found


def calling_code(region: str) -> str:
    """Give the digits that the international numbers of a region begin with.

    >>> calling_code("FR")
    '33'
    """
    import phonenumbers

    return str(phonenumbers.country_code_for_region(check_region(region)))


def _identify(compact: str, region: str | None) -> Number:
    import phonenumbers

    try:
        parsed = phonenumbers.parse(compact, region)
    except phonenumbers.NumberParseException as error:
        reasons = {
            error.INVALID_COUNTRY_CODE: "no country has its calling code",
            error.TOO_LONG: "it is too long",
        }
        raise InvalidNumber(reasons.get(error.error_type, "it is too short")) from None
    possible = phonenumbers.is_possible_number_with_reason(parsed)
    kinds = phonenumbers.ValidationResult
    if possible != kinds.IS_POSSIBLE:
        reasons = {
            kinds.TOO_LONG: "it is too long",
            kinds.INVALID_LENGTH: "no number of its country has this length",
            kinds.IS_POSSIBLE_LOCAL_ONLY: "it lacks its area code",
            kinds.INVALID_COUNTRY_CODE: "no country has its calling code",
        }
        raise InvalidNumber(reasons.get(possible, "it is too short"))
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if len(e164) > len("+") + MAXIMUM_DIGITS:
        raise InvalidNumber("it is too long")
    return Number(e164, _find_country(parsed))


def _find_country(parsed: PhoneNumber) -> str | None:
    import phonenumbers

    main = phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    if main == _NO_COUNTRY:
        return None
    # A number that no plan assigns (numbers reserved for fiction are such) belongs to no region
    # by its digits: it falls to the main country of its calling code.
    return phonenumbers.region_code_for_number(parsed) or main
