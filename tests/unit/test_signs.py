"""The state of a write is told by sign and word, never by colour alone."""

from __future__ import annotations

from typing import get_args

import pytest

from cockpit import i18n
from cockpit.plain import cells
from cockpit.services.snapshots import WriteState
from cockpit.widgets.signs import write_sign, write_word

STATES = get_args(WriteState)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_state_has_a_sign_and_a_word_of_its_own(lang: str) -> None:
    i18n.set_language(lang)
    signs = [write_sign(state).text for state in STATES]
    words = [write_word(state).text for state in STATES]
    assert len(STATES) == 7
    assert len(set(signs)) == len(set(words)) == len(STATES)
    assert all(sign.isascii() and cells(sign) <= 1 for sign in signs)
    assert [write_sign(state).tone for state in STATES] == [write_word(state).tone for state in STATES]
    assert write_sign("done").text == ""
