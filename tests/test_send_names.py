"""The names that sending gives, and what they bring along.

The law of this file: what a process has loaded is asked of a fresh one.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from test_imports import loaded_by, run_python

import smscore.send

# What outside programs call: the contract's public names.
PUBLIC = {
    "AsyncSmsClient", "Callr", "Close", "Journal", "PhoneCom", "SmsClient", "VoipCommunications",
}  # fmt: skip


def test_public_names() -> None:
    """Each public name is there, the same when asked for again; an unknown one is an error."""
    assert set(smscore.send.__all__) >= PUBLIC
    for name in smscore.send.__all__:
        assert getattr(smscore.send, name) is getattr(smscore.send, name)
        assert name in dir(smscore.send)
    with pytest.raises(AttributeError, match="no attribute 'Twilio'"):
        smscore.send.Twilio  # noqa: B018  # asking is the test


def test_the_lists_of_names_agree() -> None:
    """What is exported, where it lives and what type checkers see is one list."""
    tree = ast.parse(Path(smscore.send.__file__).read_text(encoding="utf-8"))
    [checked] = [
        node
        for node in tree.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    imported: dict[str, str] = {}
    for node in checked.body:
        assert isinstance(node, ast.ImportFrom)
        assert node.module is not None
        for alias in node.names:
            assert alias.name == alias.asname
            imported[alias.name] = node.module.removeprefix("smscore.send.")
    assert imported == smscore.send._HOMES
    assert set(smscore.send.__all__) == set(imported)


def test_nothing_is_loaded_that_is_not_needed() -> None:
    """Naming the wing, a guard, a journal or a provider loads no HTTP library."""
    code = "import smscore.send\nsmscore.Guard\nsmscore.send.Journal\nsmscore.send.PhoneCom"
    assert not loaded_by(code) & {"httpx", "uvicorn", "phonenumbers.timezone"}
    assert "httpx" in loaded_by("import smscore.send\nsmscore.send.SmsClient")
    assert "smscore.send.journal" not in loaded_by("import smscore.send")


def test_a_missing_extra_says_how_to_install_it() -> None:
    """Without httpx the client, and without uvicorn the sandbox, say which extra brings it."""
    code = """
import sys
sys.modules["httpx"] = None
sys.modules["uvicorn"] = None
for name in ("smscore.send.client", "smscore.send.sandbox"):
    try:
        __import__(name)
    except ImportError as error:
        print(type(error).__name__, error)
"""
    assert run_python(code) == [
        "MissingExtra sending needs httpx: pip install 'smscore[send]'",
        "MissingExtra the sandbox needs uvicorn: pip install 'smscore[sandbox]'",
    ]
