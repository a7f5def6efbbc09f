"""How long unsent work may wait before the header says so: in words first, in colour too."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cockpit import i18n
from cockpit.services.badge_words import unsent_urgency
from cockpit.widgets.header import badge_words
from tests.support.company import NOW
from tests.ui import board_samples as samples


@pytest.mark.parametrize(
    ("hours", "urgency", "english", "chinese"),
    [
        (1, "", ("2 queued", "accent"), ""),
        (24, "", ("2 queued", "accent"), ""),
        (24.1, "warn", ("2 unsent since 24h", "warn"), "2 条未发，已 24 小时"),
        (72, "warn", ("2 unsent since 3d", "warn"), "2 条未发，已 3 天"),
        (72.1, "bad", ("2 UNSENT since 3d", "bad"), "2 条超期未发，已 3 天"),
    ],
)
def test_unsent_work_turns_into_a_warning_in_words(
    hours: float, urgency: str, english: tuple[str, str], chinese: str
) -> None:
    badge = samples.badge(oldest_pending_at=NOW - timedelta(hours=hours), conflicts=0, parked=0, is_offline=False)
    assert unsent_urgency(badge.oldest_pending_at, NOW) == urgency
    i18n.set_language("en")
    assert badge_words(badge, NOW) == [english]
    i18n.set_language("zh")
    words, tone = badge_words(badge, NOW)[0]
    assert tone == english[1]
    assert not chinese or words == chinese


def test_nothing_unsent_is_no_warning() -> None:
    assert unsent_urgency(None, NOW) == ""
