"""Know what a text message will be, and what it will cost, before it is sent.

    >>> import smscore
    >>> smscore.measure("Your table is booked – see you at 8!")
    Measure(alphabet=<Alphabet.UCS2: 'ucs2'>, units=36, parts=1)

The law of this file: `import smscore` loads the kernel and the version, so that it costs next to
nothing; each public name brings its module with it when it is first used.
"""

from __future__ import annotations

from smscore._kernel import NAME as KERNEL
from smscore._version import __version__

TYPE_CHECKING = False

if TYPE_CHECKING:
    from smscore.approval import Approval as Approval
    from smscore.caps import Cap as Cap
    from smscore.caps import Velocity as Velocity
    from smscore.codec import register_codecs as register_codecs
    from smscore.coding import Alphabet as Alphabet
    from smscore.coding import Coding as Coding
    from smscore.coding import NationalLanguage as NationalLanguage
    from smscore.decks import Rate as Rate
    from smscore.decks import RateDeck as RateDeck
    from smscore.guard import Guard as Guard
    from smscore.inspection import Inspection as Inspection
    from smscore.inspection import inspect as inspect
    from smscore.measuring import Measure as Measure
    from smscore.measuring import count_parts as count_parts
    from smscore.measuring import detect as detect
    from smscore.measuring import measure as measure
    from smscore.measuring import measure_many as measure_many
    from smscore.money import Money as Money
    from smscore.octets import UserData as UserData
    from smscore.octets import decode_septets as decode_septets
    from smscore.octets import encode_septets as encode_septets
    from smscore.octets import join as join
    from smscore.octets import pack as pack
    from smscore.octets import unpack as unpack
    from smscore.profiles import Profile as Profile
    from smscore.profiles import find_profile as find_profile
    from smscore.profiles import read_profile as read_profile
    from smscore.quiet_hours import QuietHours as QuietHours
    from smscore.quoting import Quote as Quote
    from smscore.quoting import quote as quote
    from smscore.replacement import Replacement as Replacement
    from smscore.replacement import ReplacementClass as ReplacementClass
    from smscore.respelling import Transliteration as Transliteration
    from smscore.splitting import Part as Part
    from smscore.splitting import SplitMessage as SplitMessage
    from smscore.splitting import split as split
    from smscore.transliteration import transliterate as transliterate

_HOMES = {
    "Approval": "approval",
    "Cap": "caps",
    "Velocity": "caps",
    "register_codecs": "codec",
    "Alphabet": "coding",
    "Coding": "coding",
    "NationalLanguage": "coding",
    "Rate": "decks",
    "RateDeck": "decks",
    "Guard": "guard",
    "Inspection": "inspection",
    "inspect": "inspection",
    "Measure": "measuring",
    "count_parts": "measuring",
    "detect": "measuring",
    "measure": "measuring",
    "measure_many": "measuring",
    "Money": "money",
    "UserData": "octets",
    "decode_septets": "octets",
    "encode_septets": "octets",
    "join": "octets",
    "pack": "octets",
    "unpack": "octets",
    "Profile": "profiles",
    "find_profile": "profiles",
    "read_profile": "profiles",
    "QuietHours": "quiet_hours",
    "Quote": "quoting",
    "quote": "quoting",
    "Replacement": "replacement",
    "ReplacementClass": "replacement",
    "Transliteration": "respelling",
    "Part": "splitting",
    "SplitMessage": "splitting",
    "split": "splitting",
    "transliterate": "transliteration",
}

__all__ = [
    "KERNEL",
    "Alphabet",
    "Approval",
    "Cap",
    "Coding",
    "Guard",
    "Inspection",
    "Measure",
    "Money",
    "NationalLanguage",
    "Part",
    "Profile",
    "QuietHours",
    "Quote",
    "Rate",
    "RateDeck",
    "Replacement",
    "ReplacementClass",
    "SplitMessage",
    "Transliteration",
    "UserData",
    "Velocity",
    "__version__",
    "count_parts",
    "decode_septets",
    "detect",
    "encode_septets",
    "find_profile",
    "inspect",
    "join",
    "measure",
    "measure_many",
    "pack",
    "quote",
    "read_profile",
    "register_codecs",
    "split",
    "transliterate",
    "unpack",
]

_MODULES = (
    "adapters",
    "approval",
    "bulk",
    "caps",
    "characters",
    "cli",
    "codec",
    "coding",
    "counting",
    "decks",
    "digit_patterns",
    "errors",
    "guard",
    "inspection",
    "measuring",
    "money",
    "numbering",
    "numbering_plan",
    "octets",
    "privacy",
    "problems",
    "profiles",
    "provider_tables",
    "quiet_hours",
    "quoting",
    "remedies",
    "rendering",
    "replacement",
    "respelling",
    "romanisation",
    "send",
    "smpp",
    "splitting",
    "transliteration",
    "udh",
)


def __getattr__(name: str) -> object:
    """Load a module, or the one that is the home of a public name, and keep it (PEP 562)."""
    if name in _MODULES:
        return __import__(f"{__name__}.{name}", fromlist=("",))
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # The builtin: importlib would cost more than all the rest of this import.
    home = __import__(f"{__name__}.{_HOMES[name]}", fromlist=(name,))
    value = getattr(home, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names and modules, loaded or not, and what every module has."""
    named = (name for name in globals() if name.startswith("__"))
    return sorted({*named, *__all__, *_MODULES})
