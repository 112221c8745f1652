"""Profiles: how each provider counts, as its data says, and how one's own is read.

The law of this file: what a provider states is written out here once more, from its documentation
and not from the data, so that a slip in a file of the data is seen.
"""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, SHARED
from hypothesis import given, settings
from hypothesis import strategies as st
from test_imports import loaded_by

from smscore import profiles
from smscore.coding import Alphabet
from smscore.errors import ProfileError
from smscore.profiles import (
    PROFILE_NAMES,
    Placeholder,
    Profile,
    Replacements,
    find_profile,
    read_profile,
)

SHIPPED = [
    "callr",
    "callr_gsm",
    "callr_unicode",
    "close",
    "phone_com",
    "standard",
    "telnyx",
    "twilio",
    "twilio_smart",
    "us_toll_free",
    "voip_communications",
    "vonage",
]

# TS 23.038, 6.2.1.1: what the escape character leads to, form feed included.
EXTENSION_TABLE = frozenset("\f^{}\\[~]|€")

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Give a function that writes a profile of one's own and tells its path."""

    def write_file(content: str | bytes, name: str = "mine.toml") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


def refuse(path: Path | str) -> ProfileError:
    """Read a profile that has a fault, and give the error."""
    with pytest.raises(ProfileError) as caught:
        read_profile(path)
    return caught.value


def make(**values: object) -> Profile:
    """Make a profile in the program."""
    return Profile(**{"name": "mine", "title": "Mine", **values})  # type: ignore[arg-type]


# What comes with smscore.


def test_shipped_names() -> None:
    """The shipped profiles are these, sorted, and each can be found by its name."""
    assert list(PROFILE_NAMES) == SHIPPED
    assert [find_profile(name).name for name in SHIPPED] == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_profiles_tell_their_sources(name: str) -> None:
    """Each shipped profile has sources; its sentences end, and a provider's has unknowns."""
    profile = find_profile(name)
    assert profile.sources
    assert bool(profile.unknowns) is (name != "standard")
    assert all(re.fullmatch(r"\S.*[^.]\.", each) for each in (*profile.unknowns, *profile.sources))


def test_shipped_titles_differ() -> None:
    """No two shipped profiles have the same title."""
    assert len({find_profile(name).title for name in SHIPPED}) == len(SHIPPED)


def test_limits_are_those_stated() -> None:
    """Only what a provider states is a limit: 3200 and 1600 characters, 10 parts."""
    limits = {
        name: (find_profile(name).max_characters, find_profile(name).max_parts) for name in SHIPPED
    }
    assert {name: limit for name, limit in limits.items() if limit != (None, None)} == {
        "callr": (3200, None),
        "callr_gsm": (3200, None),
        "callr_unicode": (3200, None),
        "twilio": (1600, None),
        "twilio_smart": (1600, None),
        "telnyx": (None, 10),
    }


def test_references_and_boundaries() -> None:
    """152 and 66 units need a reference of 16 bits; clusters are kept whole by one provider."""
    wide = [name for name in SHIPPED if find_profile(name).reference_bits != 8]
    assert wide == ["us_toll_free", "vonage"]
    assert {find_profile(name).reference_bits for name in wide} == {16}
    clusters = [name for name in SHIPPED if find_profile(name).boundary != "code_point"]
    assert clusters == ["twilio", "twilio_smart"]
    assert {find_profile(name).boundary for name in clusters} == {"grapheme"}


def test_alphabets() -> None:
    """An alphabet is forced, and an extension table left out, only where a provider says so."""
    forced = {name: find_profile(name).alphabet for name in SHIPPED if find_profile(name).alphabet}
    assert forced == {"callr_gsm": "gsm7", "callr_unicode": "ucs2"}
    assert find_profile("callr").excluded == EXTENSION_TABLE
    assert find_profile("callr_gsm").excluded == EXTENSION_TABLE
    assert find_profile("telnyx").excluded == frozenset("ΔΦΓΛΩΠΨΣΘΞ€¤§Ç")
    others = set(SHIPPED) - {"callr", "callr_gsm", "telnyx"}
    assert {find_profile(name).excluded for name in others} == {frozenset()}
    assert {find_profile(name).languages for name in SHIPPED} == {()}


def test_replacements() -> None:
    """Forced GSM has three known replacements of more; one table is named; the rest have none."""
    forced = find_profile("callr_gsm")
    assert forced.table == {"«": '"', "»": '"', "€": "e"}
    tables = {name: find_profile(name).table for name in SHIPPED if name != "callr_gsm"}
    assert {name: table for name, table in tables.items() if table} == {"twilio_smart": "twilio"}
    assert [name for name in SHIPPED if not find_profile(name).table_complete] == ["callr_gsm"]


def test_placeholders() -> None:
    """%STOPNUM% may become any number, and that its length is assumed is said."""
    found = {name: find_profile(name).placeholders for name in SHIPPED}
    expected = (Placeholder("%STOPNUM%", 5, 15),)
    for name in ("callr", "callr_gsm", "callr_unicode"):
        assert found.pop(name) == expected
        assert any("assumed" in sentence for sentence in find_profile(name).unknowns)
    assert set(found.values()) == {()}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("phone_com", ["160 characters", "2017", "UCS-2"]),
        ("voip_communications", ["153", "UCS-2"]),
        ("callr", ["sms.get_quote", "%STOPNUM%", "extension table"]),
        ("callr_gsm", ["sms.get_gsm_charset_mapping", "sms.get_quote"]),
        ("callr_unicode", ["U+FFFF", "sms.get_quote"]),
        ("close", ["about 1000 characters", "Twilio"]),
        ("twilio", ["Smart encoding", "off"]),
        ("twilio_smart", ["on here", "U+00A0"]),
        ("telnyx", ["Smart encoding", "table of replacements"]),
        ("us_toll_free", ["one public calculator"]),
    ],
)
def test_what_is_not_known_is_said(name: str, words: list[str]) -> None:
    """What is hearsay or undocumented stands in the provider's unknowns."""
    said = " ".join(find_profile(name).unknowns)
    assert all(word in said for word in words)


def test_no_provider_is_named_in_the_code() -> None:
    """A profile is data: the room's program names no provider."""
    code = Path(profiles.__file__).read_text(encoding="utf-8").lower()
    for name in set(SHIPPED) - {"standard"}:
        for word in (name, find_profile(name).title.lower().split(",")[0]):
            assert not re.search(rf"\b{re.escape(word)}\b", code), word


@pytest.mark.skipif(not SHARED.is_dir(), reason="the collected facts are not at hand")
def test_limits_against_the_collected_facts() -> None:
    """The limits are those of the facts that were collected about the providers."""
    facts = json.loads((SHARED / "gsm" / "provider_facts.json").read_text("utf-8"))["providers"]
    assert facts["Twilio"]["max"] == f"{find_profile('twilio').max_characters} characters"
    assert facts["Telnyx"]["max"].startswith(f"{find_profile('telnyx').max_parts} ")


# Finding.


def test_none_is_the_standard() -> None:
    """Where no profile is named, the standard counts: 8 bits, between characters, no limit."""
    standard = find_profile()
    assert standard is find_profile(None) is find_profile("standard")
    plain = make(name="standard", title="The standard", sources=standard.sources)
    assert standard == plain


def test_a_profile_is_found_as_it_is() -> None:
    """A profile stands for itself, and a name for the same one every time."""
    profile = make()
    assert find_profile(profile) is profile
    assert find_profile("twilio") is find_profile("twilio")


def test_a_path_is_read(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path-like, a str with a separator, and one that ends in .toml are paths."""
    path = write('title = "Mine"', "telco.toml")
    other = write('title = "Other"', "telco")
    assert find_profile(path) == find_profile(str(path)) == read_profile(path)
    monkeypatch.chdir(path.parent)
    assert find_profile("telco.toml").title == "Mine"
    assert find_profile("./telco").title == find_profile(other).title == "Other"
    with pytest.raises(ProfileError):
        find_profile("telco")


def test_an_unknown_name() -> None:
    """A name that there is not is an error that lists those there are."""
    with pytest.raises(ProfileError) as caught:
        find_profile("twillio")
    assert caught.value.source == "twillio"
    assert all(name in str(caught.value) for name in SHIPPED)


@pytest.mark.parametrize("wrong", [5, b"standard", ["standard"], {"name": "standard"}])
def test_what_names_no_profile(wrong: object) -> None:
    """What is neither a name, a path nor a profile is a TypeError."""
    with pytest.raises(TypeError):
        find_profile(wrong)  # type: ignore[arg-type]


def test_profiles_load_no_parser() -> None:
    """The room itself loads neither a TOML parser nor difflib; a name needs the parser."""
    assert not loaded_by("import smscore.profiles") & {"tomllib", "difflib"}
    assert "tomllib" in loaded_by("import smscore.profiles\nsmscore.profiles.find_profile()")


# Values.


def test_profiles_are_values() -> None:
    """Profiles with equal values are equal, hash alike, and are the same after a pickle or copy."""
    for name in SHIPPED:
        profile = find_profile(name)
        again = Profile(**profile.to_dict())  # type: ignore[arg-type]
        for twin in (again, pickle.loads(pickle.dumps(profile)), copy.deepcopy(profile)):  # noqa: S301
            assert twin == profile
            assert hash(twin) == hash(profile)
            assert twin.table == profile.table
    assert len({find_profile(name) for name in SHIPPED}) == len(SHIPPED)


def test_profiles_differ_by_every_value() -> None:
    """A change of any field makes another profile."""
    changes: dict[str, Any] = {
        "name": "other", "title": "Other", "reference_bits": 16, "boundary": "grapheme",
        "languages": (1,), "alphabet": "ucs2", "excluded": frozenset("€"), "max_characters": 1,
        "max_parts": 1, "table": {"€": "e"}, "table_complete": False,
        "placeholders": (Placeholder("x", 0, 1),), "unknowns": ("Much.",), "sources": ("Hers.",),
    }  # fmt: skip
    assert set(changes) == {each.name for each in dataclasses.fields(Profile)}
    made = [make(), *(make(**{key: value}) for key, value in changes.items())]
    assert len(set(made)) == len(made)


def test_profiles_cannot_be_changed() -> None:
    """A profile is frozen, and shares nothing with what it was made from."""
    given_table = {"€": "e"}
    given_languages = [9, 8, 1, 9]
    profile = make(table=given_table, languages=given_languages)
    given_table["«"] = '"'
    given_languages.append(2)
    assert (profile.table, profile.languages) == ({"€": "e"}, (1, 8, 9))
    with pytest.raises(dataclasses.FrozenInstanceError):
        profile.max_parts = 3  # type: ignore[misc]
    with pytest.raises(TypeError):
        profile.table["€"] = "E"  # type: ignore[index]


def test_replacements_are_a_mapping_by_value() -> None:
    """Replacements are equal to, and hash by, what they map, in whatever order it was given."""
    one, two = Replacements({"€": "e", "«": '"'}), Replacements({"«": '"', "€": "e"})
    assert one == two == {"€": "e", "«": '"'}
    assert hash(one) == hash(two)
    assert (one != {"€": "E", "«": '"'}, len(one), list(one), "€" in one) == (
        True,
        2,
        ["«", "€"],
        True,
    )
    with pytest.raises(KeyError):
        one["x"]


def test_values_are_taken_in_their_plainest_form() -> None:
    """An alphabet is an Alphabet; lines are joined; a mapping of nothing is none."""
    profile = make(alphabet="ucs2", unknowns=["  Two\n  lines. "], table={}, excluded=["€", "€"])
    assert profile.alphabet is Alphabet.UCS2
    assert profile.unknowns == ("Two lines.",)
    assert profile.table is None
    assert profile.excluded == frozenset("€")


@pytest.mark.parametrize(
    "values",
    [
        {"name": ""}, {"name": "a\nb"}, {"name": None}, {"title": " "}, {"reference_bits": 7},
        {"reference_bits": True}, {"boundary": "word"}, {"languages": (0,)}, {"languages": (14,)},
        {"languages": 1}, {"alphabet": "latin1"}, {"excluded": "€"}, {"excluded": frozenset("я")},
        {"max_characters": 0}, {"max_parts": 256}, {"max_parts": "many"}, {"table": 3},
        {"table": {"ab": "c"}}, {"table": {"a": 1}}, {"table": {"a": "я"}},
        {"table": {"a": "b", "b": "c"}}, {"table_complete": 1}, {"placeholders": "x"},
        {"placeholders": ["x"]}, {"unknowns": "Much."}, {"sources": [3]},
    ],
)  # fmt: skip
def test_wrong_values(values: dict[str, Any]) -> None:
    """A value that a profile cannot have is an error, a ValueError too, that names the field."""
    with pytest.raises(ProfileError) as caught:
        make(**values)
    assert isinstance(caught.value, ValueError)
    assert [caught.value.key] == list(values)


@pytest.mark.parametrize(
    ("text", "shortest", "longest"),
    [("", 1, 2), ("x", -1, 2), ("x", 3, 2), ("x", True, 2), ("x", 1, 2.0), (None, 1, 2)],
)
def test_wrong_placeholders(text: object, shortest: object, longest: object) -> None:
    """A placeholder has a text, and whole lengths of which the longest is not the shorter."""
    with pytest.raises((TypeError, ValueError)):
        Placeholder(text, shortest, longest)  # type: ignore[arg-type]
    assert Placeholder("x", 0, 0).longest == 0


@pytest.mark.parametrize("name", SHIPPED)
def test_to_dict_is_json(name: str) -> None:
    """A profile as JSON values survives JSON, and has a value for each field."""
    values = find_profile(name).to_dict()
    assert json.loads(json.dumps(values)) == values
    assert list(values) == [each.name for each in dataclasses.fields(Profile)]


def test_to_dict_of_one() -> None:
    """JSON has lists for tuples and sets, an object for a mapping, and null for none."""
    profile = make(excluded=["€", "["], table={"«": '"'}, languages=(3, 1))
    assert profile.to_dict() == {
        "name": "mine", "title": "Mine", "reference_bits": 8, "boundary": "code_point",
        "languages": [1, 3], "alphabet": None, "excluded": ["[", "€"], "max_characters": None,
        "max_parts": None, "table": {"«": '"'}, "table_complete": True, "placeholders": [],
        "unknowns": [], "sources": [],
    }  # fmt: skip
    assert type(make(alphabet="gsm7").to_dict()["alphabet"]) is str
    whole = make(excluded="extension").to_dict()["excluded"]
    assert whole == ["\f", "[", "\\", "]", "^", "{", "|", "}", "~", "€"]


# In words.


@pytest.mark.parametrize("name", SHIPPED)
def test_a_description_is_one_paragraph(name: str) -> None:
    """A description is one line of printable text, with the name and all that is not known."""
    said = find_profile(name).describe()
    assert said.isprintable()
    assert f"({name})" in said
    assert all(sentence in said for sentence in find_profile(name).unknowns)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("standard", "160 septets in one part and 153 in each of several"),
        ("standard", "70 units in one part and 67 in each of several"),
        ("vonage", "152 in each of several"),
        ("us_toll_free", "66 in each of several"),
        ("callr", r"Not sent as GSM 7 bit: U+000C [ \ ] ^ { | } ~ €."),
        ("callr", "At most 3200 characters."),
        ("callr", "%STOPNUM% becomes 5 to 15 characters."),
        ("callr_gsm", "GSM 7 bit only"),
        ("callr_gsm", "Characters are replaced: « » €."),
        ("callr_gsm", "The whole table of replacements is not known."),
        ("callr_unicode", "UCS-2 only"),
        ("telnyx", "At most 10 parts."),
        ("twilio", "cut between grapheme clusters."),
        ("twilio_smart", "by the table 'twilio'."),
    ],
)
def test_descriptions(name: str, words: str) -> None:
    """A description says what differs from one provider to the next."""
    assert words in find_profile(name).describe()


def test_a_description_leaves_out_what_is_not() -> None:
    """What a profile does not have is not described; both limits and the languages are."""
    assert "At most" not in make().describe()
    assert "Not known" not in make().describe()
    assert "€" not in make(alphabet="ucs2", excluded=["€"]).describe()
    said = make(max_characters=9, max_parts=2, languages=(13, 1)).describe()
    assert "At most 9 characters and 2 parts." in said
    assert "National languages allowed: Turkish, Urdu." in said


# Reading.


def test_a_file_of_every_key(write: Write) -> None:
    """Every field of a profile, its name aside, is a key of the file, whose name is its name."""
    path = write(
        'title = "Telco"\nreference_bits = 16\nboundary = "grapheme"\n'
        'alphabet = "gsm7"\nlanguages = []\nexcluded = ["€", "["]\n'
        "max_characters = 918\nmax_parts = 6\ntable_complete = false\n"
        'unknowns = ["Much."]\nsources = ["Its page."]\n'
        'placeholders = [{ text = "{n}", shortest = 1, longest = 2 }]\n[table]\n"’" = "\'"\n',
        "tel.co.toml",
    )
    assert read_profile(path) == Profile(
        name="tel.co",
        title="Telco",
        reference_bits=16,
        boundary="grapheme",
        languages=(),
        alphabet="gsm7",
        excluded=frozenset("€["),
        max_characters=918,
        max_parts=6,
        table={"’": "'"},
        table_complete=False,
        placeholders=(Placeholder("{n}", 1, 2),),
        unknowns=("Much.",),
        sources=("Its page.",),
    )


def test_the_word_for_the_extension_table(write: Write) -> None:
    """`excluded = "extension"` is the whole extension table of the standard."""
    path = write('title = "T"\nexcluded = "extension"')
    assert read_profile(path).excluded == EXTENSION_TABLE


def test_a_byte_order_mark_is_passed_over(write: Write) -> None:
    """A file that begins with a byte order mark is read like any other."""
    assert read_profile(write(b'\xef\xbb\xbftitle = "T"\r\nmax_parts = 2\r\n')).max_parts == 2


def test_extending_a_shipped_profile(write: Write) -> None:
    """A file that extends a shipped profile has all of it, except its name and what it gives."""
    path = write('extends = "telnyx"\nmax_parts = 4')
    telnyx = find_profile("telnyx")
    assert read_profile(path) == dataclasses.replace(telnyx, name="mine", max_parts=4)


def test_extending_replaces_as_a_whole(write: Write) -> None:
    """A list or table that is given replaces the inherited one; nothing is joined."""
    path = write('extends = "callr_gsm"\nexcluded = ["€"]\nunknowns = []\n[table]\n"’" = "\'"')
    profile = read_profile(path)
    assert (profile.excluded, profile.unknowns) == (frozenset("€"), ())
    assert profile.table == {"’": "'"}
    assert profile.table_complete is False


def test_extending_takes_back(write: Write) -> None:
    """"none" takes back an inherited alphabet, limit or table."""  # fmt: skip
    lines = 'alphabet = "none"\nmax_characters = "none"\ntable = "none"\nmax_parts = "none"'
    profile = read_profile(write(f'extends = "callr_gsm"\n{lines}'))
    assert (profile.alphabet, profile.max_characters, profile.table) == (None, None, None)
    assert read_profile(write('extends = "telnyx"\nmax_parts = "none"')).max_parts is None


@pytest.mark.parametrize("named", ["company", "company.toml"])
def test_extending_a_file_beside(write: Write, named: str) -> None:
    """A file may extend one beside it, which may extend another, or a shipped profile."""
    write('extends = "twilio"\nmax_parts = 3', "company.toml")
    profile = read_profile(write(f'extends = "{named}"\ntitle = "Mine"'))
    assert (profile.title, profile.max_parts, profile.max_characters) == ("Mine", 3, 1600)
    assert profile.name == "mine"


@pytest.mark.parametrize("named", ["mine", "mine.toml", "other"])
def test_extending_itself(write: Write, named: str) -> None:
    """A profile that extends itself, at once or by way of another, is refused."""
    write('extends = "mine"', "other.toml")
    error = refuse(write(f'extends = "{named}"'))
    assert error.key == "extends"
    assert "extends itself" in str(error)


@pytest.mark.parametrize(
    "named",
    ['"twillio"', '"../mine"', '"/etc/passwd"', '".."', '""', '"a\\\\b"', "3", '["twilio"]'],
)
def test_extending_what_is_not_there(write: Write, named: str) -> None:
    """Only a shipped profile or a file in the same folder can be extended."""
    error = refuse(write(f"extends = {named}"))
    assert (error.source, error.key) == ("mine.toml", "extends")


def test_extending_leaves_no_folder(write: Write, tmp_path: Path) -> None:
    """What is in another folder is not extended, though it is there."""
    (tmp_path / "sub").mkdir()
    write('title = "T"', "company.toml")
    assert refuse(write('extends = "../company"', "sub/mine.toml")).key == "extends"
    write('title = "T"', "sub/company.toml")
    assert refuse(write('extends = "sub/company"')).key == "extends"


def test_a_fault_is_where_it_stands(write: Write) -> None:
    """The fault of a file that another extends is told of that file."""
    write('title = "C"\nmax_parts = 0', "company.toml")
    error = refuse(write('extends = "company"'))
    assert (error.source, error.key) == ("company.toml", "max_parts")


@pytest.mark.parametrize("name", ["twilio.toml", "standard.toml"])
def test_a_shipped_name_is_taken(write: Write, name: str) -> None:
    """A file of one's own has a name of its own: a quote's profile always means the same."""
    error = refuse(write('title = "Mine"', name))
    assert "rename" in str(error)
    folder = Path(profiles.__file__).parent / "profile_data"
    assert read_profile(folder / name) == find_profile(name.removesuffix(".toml"))


@pytest.mark.parametrize(
    ("line", "key", "words"),
    [
        ("max_part = 3", "max_part", "is max_parts meant?"),
        ('extend = "twilio"', "extend", "is extends meant?"),
        ("segments = 3", "segments", "the keys are extends, title"),
        ('name = "twilio"', "name", "no key 'name'"),
        ("title = 3", "title", "a text is wanted, not 3"),
        ('title = ""', "title", "not an empty one"),
        ("reference_bits = 12", "reference_bits", "one of 8, 16 is wanted, not 12"),
        ("reference_bits = 8.0", "reference_bits", "not 8.0"),
        ('boundary = "word"', "boundary", "one of code_point, grapheme"),
        ("languages = [14]", "languages", "14 is not one of the languages turkish (tr), "),
        ("languages = [true]", "languages", "a name such as 'tr', not bool"),
        ('languages = "turkish"', "languages", "a list is wanted"),
        ('languages = ["tr", "xx"]', "languages", "'xx' is not one of the languages"),
        ('alphabet = "latin1"', "alphabet", "one of none, gsm7, ucs2"),
        ('excluded = ["я"]', "excluded", "U+044F"),
        ('excluded = ["ab"]', "excluded", "one character is wanted, not a text of 2"),
        ('excluded = "€"', "excluded", "a list is wanted"),
        ("excluded = [1]", "excluded", "one character"),
        ("max_characters = 0", "max_characters", "at least 1, not 0"),
        ("max_characters = 1.5", "max_characters", "whole number, not 1.5"),
        ("max_parts = 256", "max_parts", "1 to 255, not 256"),
        ("max_parts = true", "max_parts", "whole number"),
        ("max_parts = 2026-01-01", "max_parts", "not a date"),
        ("table = 3", "table", "a table's name"),
        ('table = { ab = "c" }', "table", "one character"),
        ("table = { a = 3 }", "table", "'a' has a text, not 3"),
        ('table = { "é" = "ж" }', "table", "'é' becomes 'ж', which is not in GSM 7 bit"),
        ('table = { "é" = "a", "è" = "é" }', "table", "'è' becomes 'é', which is replaced too"),
        ("[table]\nmax_parts = 3", "table", "'max_parts' belongs above [table], which comes last"),
        ('[table]\nextends = "x"', "table", "'extends' belongs above [table]"),
        ("table_complete = 1", "table_complete", "one of false, true"),
        ('placeholders = [{ text = "x", shortest = 1 }]', "placeholders", "longest is missing"),
        (
            'placeholders = [{ text = "x", shortest = 1, longest = 2, longer = 3 }]',
            "placeholders",
            "is longest meant?",
        ),
        (
            'placeholders = [{ text = "x", shortest = 3, longest = 2 }]',
            "placeholders",
            "longest is at least 3, not 2",
        ),
        ('unknowns = "Much."', "unknowns", "a list is wanted"),
        ('sources = [""]', "sources", "not an empty one"),
        ('title = "none"\nboundary = "none"', "boundary", "not 'none'"),
    ],
)
def test_faults_of_keys(write: Write, line: str, key: str, words: str) -> None:
    """A key that there is not, or a value that it cannot have, is told with its file and key."""
    error = refuse(write(line if "title" in line else f'title = "T"\n{line}'))
    assert (error.source, error.key) == ("mine.toml", key)
    assert words in str(error)
    assert str(error).startswith(f"mine.toml, {key}: ")


def test_a_title_is_needed(write: Write) -> None:
    """A profile that extends none has a title."""
    assert refuse(write("")).key == "title"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'title = "T"\nmax_parts = ', "not TOML: "),
        (b'title = "T"\nmax_parts = ', "line 2"),
        (b'title = "T"\n\ntitle = "U"', "line 3"),
        (b'title = "T"\n# caf\xe9', "line 2 is not UTF-8"),
        (b"title = " + b"[" * 100_000, "mine.toml: it is"),
        (b"max_parts = 1" + b"0" * 5000, "mine.toml: it is not TOML"),
        (b"title = 'T'\nmax_parts = 0x1" + b"0" * 5000, "mine.toml, max_parts: "),
    ],
)
def test_faults_of_files(write: Write, content: bytes, words: str) -> None:
    """What is not UTF-8, not TOML, or too deep or long to be read, is told with its line."""
    assert words in str(refuse(write(content)))


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    """A file that is not there, a folder, and a path that cannot be, are told by name."""
    assert refuse(tmp_path / "absent.toml").source == "absent.toml"
    assert "cannot be read" in str(refuse(tmp_path / "absent.toml"))
    assert refuse(tmp_path).source == tmp_path.name
    refuse(str(tmp_path / "a\0b.toml"))


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_no_octets_break_the_reader(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    """Whatever octets a file has, it is a profile or a ProfileError."""
    path = tmp_path_factory.getbasetemp() / "octets.toml"
    path.write_bytes(content)
    refuse(path)
    path.write_bytes(b'title = "T"\n#' + content)
    try:
        source = f"{read_profile(path).name}.toml"
    except ProfileError as error:
        source = error.source
    assert source == "octets.toml"


LETTERS = st.characters(exclude_categories=["Cs", "Cc"])
LINES = st.text(LETTERS, min_size=1, max_size=8).filter(str.strip)
LENGTHS = st.integers(0, 30)
SOUND = {
    "title": LINES,
    "reference_bits": st.sampled_from([8, 16]),
    "boundary": st.sampled_from(["code_point", "grapheme"]),
    "languages": st.lists(st.integers(1, 13)),
    "alphabet": st.sampled_from([None, "gsm7", "ucs2"]),
    "excluded": st.just("extension") | st.lists(st.sampled_from("@aZ§€\f\n~")),
    "max_characters": st.none() | st.integers(1),
    "max_parts": st.none() | st.integers(1, 255),
    "table": st.none() | LINES.map("t_{}".format) | st.dictionaries(LETTERS, st.text("A@€[\n")).map(
        lambda table: {key: text for key, text in table.items() if key not in "A@€["}
    ),
    "table_complete": st.booleans(),
    "placeholders": st.lists(
        st.builds(
            lambda text, shortest, more: {
                "text": text, "shortest": shortest, "longest": shortest + more
            },
            st.text(LETTERS, min_size=1), LENGTHS, LENGTHS,
        ),
        max_size=2,
    ),
    "unknowns": st.lists(LINES),
    "sources": st.lists(LINES),
}  # fmt: skip
SPOILT = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 300)
    | st.floats()
    | st.sampled_from(["none", "extension", "gsm7", "", "\ud800"])
    | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=6,
)


def to_toml(value: object) -> str:
    """Write a JSON value as TOML does, where "none" stands for null."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{to_toml(k)} = {to_toml(v)}' for k, v in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(to_toml, value))}]"
    # A text in JSON is one in TOML too.
    return '"none"' if value is None else json.dumps(value, ensure_ascii=False)


@settings(deadline=None)
@given(st.fixed_dictionaries({}, optional=SOUND))
def test_sound_values_make_a_profile(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, object]
) -> None:
    """A profile of sound values hashes, survives a pickle and JSON, and reads back from TOML."""
    if values.get("alphabet") is not None:
        values.pop("languages", None)
    profile = make(**values)
    given_back = profile.to_dict()
    assert make(**json.loads(json.dumps(given_back))) == profile
    assert pickle.loads(pickle.dumps(profile)) == profile  # noqa: S301
    assert hash(profile) == hash(copy.deepcopy(profile))
    assert profile.describe()
    path = tmp_path_factory.getbasetemp() / "mine.toml"
    del given_back["name"]
    lines = (f"{key} = {to_toml(value)}\n" for key, value in given_back.items())
    path.write_text("".join(lines), encoding="utf-8")
    assert read_profile(path) == profile


@settings(deadline=None)
@given(st.fixed_dictionaries({}, optional=SOUND), st.sampled_from(sorted(SOUND)), SPOILT)
def test_no_value_breaks_a_profile(values: dict[str, object], key: str, spoilt: object) -> None:
    """Whatever a value is, there is a profile that survives JSON, or an error about its key."""
    values[key] = spoilt
    if values.get("alphabet") is not None:
        # The one does not go with the other, whichever is at fault.
        values.pop("languages" if key == "alphabet" else "alphabet", None)
    try:
        profile = make(**values)
    except ProfileError as error:
        told = error.key
    else:
        told = key
        assert make(**json.loads(json.dumps(profile.to_dict()))) == profile
    assert told == key


def test_languages_by_name(write: Write) -> None:
    """A file and a program may name languages in any way; they are kept as numbers, sorted."""
    path = write('title = "T"\nlanguages = ["tr", "Urdu", 3, "1"]')
    # TS 23.038, 6.2.1.2.4: Turkish, Portuguese and Urdu.
    assert read_profile(path).languages == make(languages=["ur", "pt", 1]).languages == (1, 3, 13)
    assert {type(each) for each in read_profile(path).languages} == {int}


@pytest.mark.parametrize("alphabet", ["gsm7", "ucs2"])
def test_a_forced_alphabet_allows_no_languages(write: Write, alphabet: str) -> None:
    """Languages that would be dropped in silence are refused, in a file and in a program."""
    error = refuse(write(f'title = "T"\nlanguages = ["tr"]\nalphabet = "{alphabet}"'))
    assert (error.key, "leave out one" in str(error)) == ("languages", True)
    with pytest.raises(ProfileError, match=f"{alphabet} is forced"):
        make(languages=(1,), alphabet=alphabet)


def test_a_name_that_is_a_file_here(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bare name is never a file, but an error says how to name the file that is there."""
    path = write('title = "Mine"', "telco.toml")
    monkeypatch.chdir(path.parent)
    with pytest.raises(ProfileError, match=r"write \./telco\.toml for the file"):
        find_profile("telco")
    with pytest.raises(ProfileError, match="name one of callr, "):
        find_profile("telco2")
    path.rename(path.with_name("big.TOML"))
    assert find_profile("big.TOML").name == "big"


@pytest.mark.parametrize("wrong", [5, b"twilio", ["twilio"], 1.0], ids=repr)
def test_what_is_no_profile(wrong: Any) -> None:  # anything at all
    """What is neither a name nor a path is a TypeError in words."""
    for find in (find_profile, read_profile):
        with pytest.raises(TypeError, match="a profile is a name, a path or a Profile, not "):
            find(wrong)


def test_a_path_with_a_nul() -> None:
    """A path that no file has is told, and not printed."""
    with pytest.raises(ProfileError, match="has a NUL in it") as caught:
        find_profile("a\0b.toml")
    assert "\0" not in str(caught.value)


# The document.


def test_the_document_lists_every_profile_and_key() -> None:
    """docs/profiles.md has a row for each shipped profile and for each key of a file."""
    page = (ROOT / "docs" / "profiles.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z_0-9]+)` \|", page, flags=re.MULTILINE)
    keys = [each.name for each in dataclasses.fields(Profile) if each.name != "name"]
    assert sorted(rows) == sorted([*SHIPPED, "extends", *keys])


def test_the_data_is_where_the_program_looks() -> None:
    """Each file of the data is UTF-8 with line feeds, and belongs to a shipped profile."""
    folder = Path(profiles.__file__).parent / "profile_data"
    files = sorted(folder.iterdir())
    assert [path.name for path in files if path.suffix == ".toml"] == [f"{n}.toml" for n in SHIPPED]
    assert not [path for path in files if path.suffix == ".py"]
    assert all(b"\r" not in path.read_bytes() for path in files if path.suffix == ".toml")
