"""Names are read as pypinyin with all of its phrases reads them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from cockpit.storage import pinyin
from cockpit.storage.names import search_key

_ALL_OF_IT = """
import json, sys
from pypinyin import Style, lazy_pinyin
print(json.dumps([lazy_pinyin(name, style=Style.NORMAL, errors="default") for name in json.load(sys.stdin)]))
"""


@pytest.fixture
def fresh() -> Iterator[None]:
    pinyin._phrases.cache_clear()
    yield
    pinyin._phrases.cache_clear()


def made_up(count: int) -> list[str]:
    """Names of phrases, parts of phrases, and signs that stand in none, in every mixture."""
    random, phrases = Random(4), sorted(pinyin._phrases()[0])

    def part() -> str:
        phrase = random.choice(phrases)
        return random.choice((phrase, phrase[:-1], phrase[1:], chr(random.randint(0x4E00, 0x9FA5)), " ABC "))

    return ["".join(part() for _turn in range(random.randint(1, 5))) for _name in range(count)]


def test_names_are_read_as_with_all_phrases() -> None:
    names = ["恒泰机械", "重庆银行", "长春一汽 FAW", "朝阳音乐厅", "", "Hengtai", *made_up(2_000)]
    lean = {name: value for name, value in os.environ.items() if not name.startswith("PYPINYIN")}
    done = subprocess.run(
        [sys.executable, "-c", _ALL_OF_IT],
        input=json.dumps(names),
        env=lean,
        capture_output=True,
        text=True,
        check=True,
    )
    assert [pinyin.syllables(name) for name in names] == json.loads(done.stdout)


def test_a_version_that_keeps_its_phrases_in_another_way_is_read_too(
    fresh: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.storage.pinyin.resources.files", lambda _package: tmp_path)
    assert pinyin.syllables("厦门银行") == ["xia", "men", "yin", "hang"]
    (tmp_path / "phrases_dict.json").write_text("[]", encoding="utf-8")
    pinyin._phrases.cache_clear()
    assert pinyin.syllables("行长") == ["hang", "zhang"]


def test_what_a_name_is_found_by() -> None:
    assert search_key("恒泰机械", "Hengtai Machinery") == "恒泰机械 hengtai machinery htjx hengtaijixie hm"


def test_the_environment_is_as_it_was() -> None:
    assert not any(name.startswith("PYPINYIN") for name in os.environ)
