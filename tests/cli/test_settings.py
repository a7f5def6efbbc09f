"""`cockpit config`: every fault with its file, line, key and what is allowed; every value with where it comes from."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cockpit.config import Settings
from cockpit.locations import locate, start_values
from tests.cli.conftest import Cockpit


def _settings(text: str) -> None:
    path = locate().config_file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('lang = "en"\nlang = ', "line 2", "config validate"),
        ('theme = "cockpit-dark"\nlagn = "zh"\n', "line 2, lagn", "Allowed: lang, theme, frames"),
        ('frames = "fancy"\n', "line 1, frames", "auto, unicode, ascii"),
        ('lang = "fr"\n', "line 1, lang", "auto, en, zh"),
        ('theme = "neon"\n', "line 1, theme", "cockpit-terminal"),
        ('account = "../../etc"\n', "line 1, account", "../../etc"),
        ("ca_file = 3\n", "line 1, ca_file", "quotes"),
        ('proxy = "http://me:secret@proxy.example.com"\n', "line 1, proxy", "without name and password"),
        ('\n[keymap]\nlog = "q"\n', "line 3, keymap.log", "q is the key of back"),
        ('[keymap]\nlgo = "v"\n', "line 2, keymap.lgo", "Near: log"),
        ('keymap = { undo = "3" }\n', "line 1, keymap.undo", "digits"),
        ("keymap = 3\n", "line 1, keymap", "table"),
        ('[themes.mine]\ntxt = "#ffffff"\n', "line 2, themes.mine.txt", "ground, raised"),
        ('[themes.mine]\ntext = "red"\n', "line 2, themes.mine.text", "#1f2731"),
        ('[themes.mine]\nbased_on = "x"\n', "line 2, themes.mine.based_on", "cockpit-light"),
        ('[themes.mine]\ntext = "#333333"\n', "line 2, themes.mine.text", "contrast of 1.1 on cursor; text needs 4.5"),
        ("[themes]\nmine = 3\n", "line 2, themes.mine", "3"),
        ("[cards]\nshort = 3\n", "line 2, cards.short", "Allowed: short_percent, big_times"),
        ("[cards]\nzero_days = 40\n", "line 2, cards.zero_days", "40 is not a whole number from 1 to 20"),
        ('[cards]\nzero_days = "many"\n', "line 2, cards.zero_days", "many is not a whole number."),
    ],
)
def test_a_fault_is_named_with_file_line_and_key(cockpit: Cockpit, text: str, line: str, said: str) -> None:
    _settings(text)
    answer = cockpit("config", "validate")
    assert answer.code == 2
    assert line in answer.err
    assert said in answer.err
    assert str(locate().config_file) in answer.err


def test_all_faults_are_named_in_the_order_of_the_file(cockpit: Cockpit, monkeypatch: pytest.MonkeyPatch) -> None:
    _settings('lang = "fr"\nframes = 1\nkeymap = { log = "q" }\nacount = "x"\n[themes.a]\nwarn = "#000000"\n')
    monkeypatch.setenv("COCKPIT_ACCOUNT", "a/b")
    answer = cockpit("--lang", "en", "config", "validate", "--json")
    assert answer.code == 2
    assert [(one["line"], one["key"], one["is_fatal"]) for one in answer.json["problems"]] == [
        ("1", "lang", False),
        ("2", "frames", False),
        ("3", "keymap.log", False),
        ("4", "acount", True),
        ("6", "themes.a.warn", False),
        ("COCKPIT_ACCOUNT", "account", True),
    ]


def test_each_value_has_its_origin(cockpit: Cockpit, monkeypatch: pytest.MonkeyPatch) -> None:
    _settings('account = "mine"\nframes = "ascii"\n[keymap]\nlog = "v"\n')
    monkeypatch.setenv("COCKPIT_ACCOUNT", "other")
    monkeypatch.setenv("COCKPIT_KEYMAP__UNDO", "U")
    found = cockpit("config", "show", "--json").json["settings"]
    assert set(found) == {*Settings.model_fields, "keymap.log", "keymap.undo"} - {"keymap"}
    assert found["account"] == {"value": "other", "origin": "environment"}
    assert found["frames"] == {"value": "ascii", "origin": "file"}
    assert found["theme"] == {"value": "auto", "origin": "default"}
    assert (found["keymap.log"]["origin"], found["keymap.undo"]["origin"]) == ("file", "environment")
    assert str(locate().config_file) in cockpit("config", "show").out


@pytest.mark.parametrize(("key", "value"), [("frames", "ascii"), ("theme", "cockpit-light"), ("lang", "zh")])
def test_the_first_frame_hears_the_environment_too(monkeypatch: pytest.MonkeyPatch, key: str, value: str) -> None:
    _settings('frames = "unicode"\ntheme = "cockpit-dark"\nlang = "en"\n')
    monkeypatch.setenv(f"COCKPIT_{key.upper()}", value)
    assert getattr(start_values(locate()), key) == value


def test_a_refused_value_is_shown_as_the_default_it_became(cockpit: Cockpit) -> None:
    _settings('theme = "neon"\n')
    answer = cockpit("config", "show", "--json")
    assert answer.json["settings"]["theme"] == {"value": "auto", "origin": "default"}
    assert "neon" in answer.err


def test_wrong_looks_stop_no_work(cockpit: Cockpit, account_file: Path) -> None:
    _settings('theme = "neon"\nframes = "fancy"\n[keymap]\nlog = "q"\n[themes.x]\ntext = "red"\n')
    assert cockpit("today").code == 0


@pytest.mark.parametrize("text", ['account = "a/b"\n', 'acount = "x"\n', "lang = \n"])
def test_a_file_that_may_mean_another_account_is_not_guessed_at(
    cockpit: Cockpit, account_file: Path, text: str
) -> None:
    _settings(text)
    answer = cockpit("today")
    assert answer.code == 2
    assert str(locate().config_file) in answer.err


def test_the_schema_knows_every_key_and_refuses_others(cockpit: Cockpit) -> None:
    schema = cockpit("config", "schema").json
    assert set(schema["properties"]) == set(Settings.model_fields)
    assert schema["additionalProperties"] is False
    assert schema["properties"]["frames"]["enum"] == ["auto", "unicode", "ascii"]
    assert all(value["description"] for value in schema["properties"].values())


def test_a_theme_of_ones_own_is_taken_with_its_base(cockpit: Cockpit) -> None:
    _settings('theme = "mine"\n[themes.mine]\nbased_on = "cockpit-light"\naccent = "#003366"\n')
    assert cockpit("config", "validate").code == 0
    start = start_values(locate())
    colours = dict(dict(start.themes)["mine"])
    assert (start.theme, start.refused) == ("mine", ())
    assert (colours["accent"], colours["ground"]) == ("#003366", "#fafaf8")


@pytest.mark.parametrize("locale", ["fr_FR.UTF-8", "C", "POSIX", "zz_ZZ.broken@x", "", "\u4e2d"])
def test_a_locale_without_texts_is_english(cockpit: Cockpit, monkeypatch: pytest.MonkeyPatch, locale: str) -> None:
    monkeypatch.setenv("LANG", locale)
    answer = cockpit("--lang", "auto", "config", "validate")
    assert answer.code == 0
    assert "fine" in answer.out


def test_a_language_of_the_environment_that_is_not_there_is_named_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from cockpit.cli.main import run

    monkeypatch.setenv("COCKPIT_LANG", "xx")
    assert run(["config", "path"]) == 0
    captured = capsys.readouterr()
    assert captured.out.strip() == str(locate().config_file)
    assert captured.err == "COCKPIT_LANG: xx is not known. Allowed: auto, en, zh.\n"


def test_exchange_rates_are_given_shown_and_taken_away(cockpit: Cockpit) -> None:
    _settings(
        '# mine\nlang = "en"\n\n[exchange]  # of the bank\n"HKD" = "0.91 CNY 2026-11-20"\n\n[rates]\nmine = "visits_reached / visits_held"\n'
    )
    assert cockpit("config", "exchange", "usd", "7.1034", "--on", "2026-11-20").code == 0
    found = cockpit("config", "exchange", "--json").json["rates"]
    assert {(one["currency"], one["rate"], one["into"], one["on"]) for one in found} == {
        ("HKD", "0.91", "CNY", "2026-11-20"),
        ("USD", "7.1034", "CNY", "2026-11-20"),
    }
    assert "7.2" in cockpit("config", "exchange", "USD", "7.2").out
    assert cockpit("config", "exchange", "HKD", "--drop").code == 0
    text = locate().config_file.read_text("utf-8")
    assert text.startswith('# mine\nlang = "en"\n')
    assert 'mine = "visits_reached' in text
    assert "HKD" not in text
    assert cockpit("config", "exchange", "USD", "--drop").code == 0
    assert "No rate is given" in cockpit("config", "exchange").out
    assert cockpit("config", "validate").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("USD",), "cockpit config exchange USD 7.1034"),
        (("USD", "0"), "0 is no rate"),
        (("USD", "7.12345678"), "six digits"),
        (("DOLLAR", "7"), "three letters"),
        (("USD", "7", "--on", "soon"), "soon is not a date"),
        (("USD", "7", "--on", "2027-01-01"), "still ahead"),
        (("USD", "7", "--into", "USD"), "cannot have a rate itself"),
        (("EUR", "--drop"), "EUR has no rate"),
        (("--drop",), "--drop takes the currency alone"),
        (("USD", "7", "--drop"), "--drop takes the currency alone"),
    ],
)
def test_a_rate_that_is_none_is_refused_and_the_file_stays(cockpit: Cockpit, words: tuple[str, ...], said: str) -> None:
    _settings('lang = "en"\n')
    found = cockpit("config", "exchange", *words)
    assert found.code == 2
    assert said in found.err
    assert locate().config_file.read_text("utf-8") == 'lang = "en"\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# words alone\n", '# words alone\n\n[exchange]\nUSD = "7 CNY 2026-11-20"\n'),
        (
            'exchange = { HKD = "0.91 CNY 2026-11-20" }\nlang = "en"\n',
            'exchange = { HKD = "0.91 CNY 2026-11-20", USD = "7 CNY 2026-11-20"}\nlang = "en"\n',
        ),
        (
            '[exchange]\r\nusd = "6 CNY 2026-11-01"  # of the bank\r\n',
            '[exchange]\r\nusd = "7 CNY 2026-11-20"  # of the bank\r\n',
        ),
    ],
)
def test_a_rate_is_put_into_the_file_as_it_is_written(cockpit: Cockpit, before: str, after: str) -> None:
    _settings(before)
    assert cockpit("config", "exchange", "USD", "7", "--on", "2026-11-20").code == 0
    assert locate().config_file.read_bytes().decode() == after


def test_a_file_behind_a_link_stays_behind_it(cockpit: Cockpit, tmp_path: Path) -> None:
    _settings('lang = "en"\n')
    kept = tmp_path / "kept.toml"
    locate().config_file.rename(kept)
    kept.chmod(0o640)
    locate().config_file.symlink_to(kept)
    assert cockpit("config", "exchange", "USD", "7").code == 0
    assert locate().config_file.is_symlink()
    assert "USD" in kept.read_text("utf-8")
    assert kept.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('lang = "en"\nexchange = \n', "line 2"),
        ('exchange = "7"\n', "exchange"),
        ("[exchange]\nHKD = 7\n", "exchange.HKD"),
    ],
)
def test_a_file_with_a_fault_is_named_and_left_alone(cockpit: Cockpit, text: str, said: str) -> None:
    _settings(text)
    found = cockpit("config", "exchange", "USD", "7", "--into", "CNY")
    assert found.code == 2
    assert said in found.err
    assert locate().config_file.read_text("utf-8") == text


def test_the_day_of_a_rate_is_today_where_the_user_is(cockpit: Cockpit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_NOW", "2026-11-24T06:00:00+08:00")
    try:
        with monkeypatch.context() as there:
            there.setenv("TZ", "Asia/Shanghai")
            time.tzset()
            assert cockpit("config", "exchange", "USD", "7", "--json").json["rates"][0]["on"] == "2026-11-24"
    finally:
        time.tzset()


def test_every_wrong_rate_and_threshold_is_named(cockpit: Cockpit) -> None:
    _settings(
        '[exchange]\nUSD = "seven"\nEUR = "8 CNY soon"\n\n[cards]\nshort_percent = 900\nnone = 1\nzero_days = 3\n'
    )
    found = cockpit("config", "validate", "--json").json["problems"]
    assert [(one["line"], one["key"]) for one in found] == [
        ("2", "exchange.USD"),
        ("3", "exchange.EUR"),
        ("6", "cards.short_percent"),
        ("7", "cards.none"),
    ]


def test_rates_that_do_not_go_together_are_named(cockpit: Cockpit) -> None:
    _settings('[exchange]\nUSD = "7 CNY 2026-11-20"\neur = "1.1 USD 2026-11-20"\n')
    (found,) = cockpit("config", "validate", "--json").json["problems"]
    assert (found["line"], found["key"]) == ("3", "exchange.eur")


def test_a_wrong_rate_in_the_file_stops_the_program_with_its_line(cockpit: Cockpit) -> None:
    _settings('lang = "en"\n[exchange]\nUSD = "seven"\n')
    assert "line 3, exchange.USD" in cockpit("config", "validate").err
    assert cockpit("today").code == 2
