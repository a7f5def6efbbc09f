"""A look back at a day prints what was printed on that day, whatever was logged or came in since: every twin there is."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer

from cockpit import clock
from cockpit.cli.tree import build
from cockpit.storage import meta
from cockpit.storage.database import Database
from tests.cli.conftest import Cockpit
from tests.support.company import LEAD, ME, NOW_TEXT, Company
from tests.support.later import EVE, Story, go_on, tell_eve

QUEUE, AHEAD, HERE = "the queue as it is", "a proposal for the time ahead", "this machine and its settings"
OF_NOW = {
    "replan": AHEAD,
    "fill": AHEAD,
    "targets split": AHEAD,
    "status": "the prompt's line of this moment",
    "sync": QUEUE,
    "verify": QUEUE,
    "outbox": QUEUE,
    "conflicts": QUEUE,
    "wipe": HERE,
    "connect": "the CRM as it answers now",
    "backup": HERE,
    "doctor": HERE,
    "config exchange": HERE,
    "config show": HERE,
    "config validate": HERE,
    "hub upstream": HERE,
    "metric list": HERE,
}
"""Verbs that print and cannot look back, and what they tell of instead."""

SUBJECTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "account": (("account-1",), ("account-2",), ("account-8",)),
    "deal": (("ready",), ("late",)),
    "why": (("--list",), ("month.actual",), ("chain.reserve",)),
    "gap": ((), ("--chain",), ("--period", "week")),
    "targets": ((), ("--period", "2026-Q4")),
    "forecast": ((), ("--scope", "李娜")),
    "metrics": ((), ("--scope", "company")),
}
"""What to say to a verb besides its options; nothing for most."""


def verbs() -> Iterator[tuple[tuple[str, ...], set[str]]]:
    """The words of every verb in the command table with the names of what it takes."""

    def walk(tree: typer.Typer, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], set[str]]]:
        if path and tree.registered_callback is not None:
            yield path, _names(tree.registered_callback.callback)
        for one in tree.registered_commands:
            assert one.callback is not None
            yield (*path, one.name or one.callback.__name__), _names(one.callback)
        for group in tree.registered_groups:
            assert group.typer_instance is not None
            yield from walk(group.typer_instance, (*path, str(group.name)))

    return walk(build(), ())


def _names(callback: Any) -> set[str]:
    return set(inspect.signature(callback).parameters)


def twins() -> list[tuple[str, ...]]:
    return [words for words, names in verbs() if "as_of" in names]


def asked() -> list[tuple[str, ...]]:
    """Every twin with its subjects."""
    return [(*verb, *subject) for verb in twins() for subject in SUBJECTS.get(verb[-1], ((),))]


@pytest.fixture
def eve(account_file: Path, monkeypatch: pytest.MonkeyPatch) -> Story:
    """The account's own file on the eve."""
    company = Company(Database.at(account_file), rev=10_000)
    story = tell_eve(company)
    turn_clock(monkeypatch, EVE)
    return story


def turn_clock(monkeypatch: pytest.MonkeyPatch, moment: datetime | str) -> None:
    """Stand the clock at a moment: it does not run on."""
    text = moment if isinstance(moment, str) else moment.isoformat()
    monkeypatch.setenv("COCKPIT_NOW", text)
    monkeypatch.setattr(clock, "now", lambda: datetime.fromisoformat(text).astimezone(UTC))


def test_every_verb_that_prints_numbers_can_look_back() -> None:
    """A verb with a --json twin looks back, or is among those of now with its reason."""
    printing = {" ".join(words): "as_of" in names for words, names in verbs() if names & {"as_json", "as_csv"}}
    assert sorted(words for words, looks_back in printing.items() if not looks_back) == sorted(OF_NOW)


def test_every_verb_that_looks_back_gives_its_reasons() -> None:
    """`why` is the reason itself."""
    silent = [" ".join(words) for words, names in verbs() if "as_of" in names and "explain" not in names]
    assert silent == ["why"]


def test_nobody_knows_a_day_to_come(cockpit: Cockpit, account_file: Path) -> None:
    """As with the key T: the month of a day ahead would show all of it undone."""
    for words in (("problems",), ("today",), ("metrics",), ("gap", "--json")):
        refused = cockpit(*words, "--as-of", "2030-01-01")
        assert (refused.code, refused.out) == (2, "")
        assert "2030-01-01 is not over yet" in refused.err
        assert cockpit(*words, "--as-of", "2026-11-24").code in (0, 1), "the rest of today is today's"


@pytest.mark.parametrize("person", [ME, LEAD])
def test_a_look_back_prints_what_was_printed_then(
    cockpit: Cockpit, eve: Story, monkeypatch: pytest.MonkeyPatch, person: str
) -> None:
    with eve.company.database.write() as session:
        meta.put(session, "person_id", person)
    questions = [(*words, form) for words in asked() for form in ("--plain", "--json")]
    then = {words: cockpit(*words) for words in questions}
    go_on(eve)
    turn_clock(monkeypatch, NOW_TEXT)
    different = {}
    for words in questions:
        back = cockpit(*words, "--as-of", "2026-11-20")
        assert then[words].code < 5, (words, then[words].err)
        if (back.code, back.out) != (then[words].code, then[words].out):
            different[words] = _difference(then[words].out, back.out) or back.err
    assert different == {}


def _difference(then: str, back: str) -> list[str]:
    return list(difflib.unified_diff(then.split("\n"), back.split("\n"), n=0, lineterm=""))[2:14]
