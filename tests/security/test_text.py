"""The first wall: `clean` leaves no sign that a terminal obeys or an eye cannot see, and everything else as it was."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.text import MAX_LENGTH, clean, clean_deep, clean_line
from tests.security.payloads import PAYLOADS

ANY = st.text(st.characters(codec=None), max_size=200) | st.text(
    st.sampled_from(
        "\r\n\t\x1b\x9b\u202e\u200b\u200c\u200d\ufe0e\ufe0f\u20e3\u034f\u0301\u0338\ud83d\ude00\u2329👩🏽❤1a恒"
    ),
    max_size=40,
)
INTACT = (
    "恒泰机械「华东」有限公司，联系人：张伟（总经理）",
    "繁體中文、𠮷野家、〇",
    "한국어 العربية עברית ภาษาไทย हिन्दी",
    "👨‍👩‍👧‍👦 👩‍🚀 🏳️‍🌈 🇨🇳 ❤️‍🔥 🙂‍↔️ 👍🏽 1️⃣",
    "Müller & Söhne, Łódź, naïve",
    "tab\tand\nnewline",
)


def is_shown(sign: str) -> bool:
    return sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Zl", "Zp")


@given(ANY)
def test_nothing_a_terminal_obeys_is_left(text: str) -> None:
    for sign in clean(text).replace("\u200d", ""):
        assert is_shown(sign), hex(ord(sign))


@given(ANY)
def test_clean_text_stays_as_it_is(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    line = clean_line(text)
    assert clean_line(line) == line == clean(line)
    assert "\n" not in line


@given(ANY, st.integers(min_value=0, max_value=30))
def test_no_text_is_longer_than_its_limit(text: str, limit: int) -> None:
    short = clean(text, limit)
    assert len(short) <= limit
    assert clean(short, limit) == short


@given(ANY)
def test_a_joiner_is_left_only_between_two_pictures(text: str) -> None:
    found = clean(text)
    for place, sign in enumerate(found):
        if sign == "\u200d":
            before, after = found[place - 1 : place], found[place + 1 : place + 2]
            assert before
            assert not before.isalnum()
            assert after
            assert not after.isalnum()


@pytest.mark.parametrize("text", INTACT)
def test_honest_text_is_left_alone(text: str) -> None:
    assert clean(text) == unicodedata.normalize("NFC", text)


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)))
def test_chinese_is_left_alone(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize("text", PAYLOADS, ids=range(len(PAYLOADS)))
def test_every_payload_is_made_inert(text: str) -> None:
    found = clean(text)
    assert all(map(is_shown, found.replace("\u200d", "")))
    assert len(found) <= MAX_LENGTH


def test_marks_do_not_pile_up_over_other_lines() -> None:
    assert clean("Z" + "\u0335" * 300 + "algo") == "Z" + "\u0335" * 8 + "\ufffdalgo"


def test_json_is_cleaned_to_its_leaves_and_no_deeper_than_it_may_be() -> None:
    found = clean_deep({"a\x1b[2Jb": ["x\x07", {"y": "\u202ez"}], "n": 1, "f": 1.5, "t": True, "0": None})
    assert found == {"a\ufffd[2Jb": ["x\ufffd", {"y": "\ufffdz"}], "n": 1, "f": 1.5, "t": True, "0": None}
    with pytest.raises(ValueError, match="deep"):
        clean_deep([[["x"]]], 2)
