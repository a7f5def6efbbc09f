"""The registry of commands: one meaning a letter, keys a user may change, clashes refused."""

from __future__ import annotations

import pytest
from textual.keys import _character_to_key

from cockpit.commands import BY_ID, COMMANDS, SCOPE_TITLES
from cockpit.keymap import SECOND_KEYS, key_name, key_text, keymap


def test_a_key_means_one_thing_in_each_place() -> None:
    for scope in SCOPE_TITLES:
        keys = [command.key for command in COMMANDS if scope in command.scopes and command.key]
        assert len(keys) == len(set(keys)), scope


def test_every_command_has_its_words_and_a_known_scope() -> None:
    for command in COMMANDS:
        assert command.label
        assert command.help
        assert ": " in command.title, "the palette lists noun: verb"
        assert set(command.scopes) <= set(SCOPE_TITLES)
    assert len(BY_ID) == len(COMMANDS)
    assert set(SECOND_KEYS) <= set(BY_ID)


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("question_mark", "?"),
        ("slash", "/"),
        ("enter", "Enter"),
        ("ctrl+y", "^y"),
        ("f1", "F1"),
        ("L", "L"),
        ("f", "f"),
    ],
)
def test_keys_are_written_as_people_read_them(key: str, shown: str) -> None:
    assert key_text(key) == shown


def test_the_nearest_scope_wins() -> None:
    keys = keymap()
    found = keys.find("t", ("sync", "app"))
    assert found is not None
    assert found.id == "theirs"
    found = keys.find("t", ("today", "list", "app"))
    assert found is not None
    assert found.id == "team"
    assert keys.find("t", ("today",)) is None


def test_a_user_can_move_a_key_and_second_keys_stay() -> None:
    keys = keymap([("back", "B"), ("undo", "z")])
    assert keys.refused == ()
    assert keys.text_of("undo") == "z"
    for key in ("B", "escape"):
        found = keys.find(key, ("app",))
        assert found is not None
        assert found.id == "back"
    assert keys.find("u", ("app",)) is None


def test_two_keys_can_be_swapped() -> None:
    keys = keymap([("gap", "p"), ("pipeline", "g")])
    assert keys.refused == ()
    assert (keys.keys["gap"], keys.keys["pipeline"]) == ("p", "g")


@pytest.mark.parametrize(
    ("name", "key", "holder"),
    [
        ("gap", "p", "pipeline"),
        ("gap", "escape", "back"),
        ("gap", "n", "new"),
        ("none", "z", ""),
        ("gap", "1", ""),
        ("gap", "", ""),
    ],
)
def test_what_cannot_be_is_refused_with_who_has_the_key(name: str, key: str, holder: str) -> None:
    keys = keymap([(name, key)])
    assert keys.refused == ((name, key, holder),)
    assert keys.keys["gap"] == "g"


def test_commands_that_never_meet_may_share_a_key() -> None:
    assert keymap([("lock", "s")]).refused == ()


@pytest.mark.parametrize(
    ("sign", "command"),
    [
        ("？", "why"),
        ("：", "palette"),
        ("；", "jump"),
        ("、", "find"),
        ("【", "period_previous"),
        ("】", "period_next"),
    ],
)
def test_the_signs_of_a_chinese_input_method_run_the_same_commands(sign: str, command: str) -> None:
    found = keymap().find(_character_to_key(sign), ("gap", "app"))
    assert found is not None
    assert found.id == command
    assert "fullwidth" not in keymap().text_of(command)


def test_a_key_is_named_as_the_toolkit_names_it() -> None:
    for sign in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~aZ9äß":
        assert key_name(sign) == _character_to_key(sign), sign


def test_a_command_without_a_key_may_get_one() -> None:
    keys = keymap([("speed", "f9")])
    found = keys.find("f9", ("app",))
    assert found is not None
    assert found.id == "speed"
    assert "" not in keys.all_keys()
    assert keys.find("", ("app",)) is None
