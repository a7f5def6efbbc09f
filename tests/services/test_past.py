"""Which moment a look back is of."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cockpit.errors import BadUse, NotAllowed
from cockpit.services.container import Services, services_on
from tests.support.company import found_company

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def services(tmp_path: Path) -> Services:
    return services_on(found_company(tmp_path).database)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-10", datetime(2026, 11, 10, 23, 59, 59, 999_999, ZONE)),
        ("11-10", datetime(2026, 11, 10, 23, 59, 59, 999_999, ZONE)),
        (" 昨天 ", datetime(2026, 11, 23, 23, 59, 59, 999_999, ZONE)),
        ("mon", datetime(2026, 11, 23, 23, 59, 59, 999_999, ZONE)),
        ("2026-11-10 14:30", datetime(2026, 11, 10, 14, 30, tzinfo=ZONE)),
        ("", None),
        ("   ", None),
    ],
)
def test_a_day_means_its_end_and_nothing_means_now(services: Services, text: str, moment: datetime | None) -> None:
    assert services.past.moment(text).moment == moment


@pytest.mark.parametrize("text", ["soon", "2026-13-40", "2026-11-10 and more", "\x1b[2J", "9" * 500, "14:30"])
def test_what_is_no_day_is_refused(services: Services, text: str) -> None:
    with pytest.raises(BadUse, match="is not a date"):
        services.past.moment(text)


@pytest.mark.parametrize("text", ["today", "2026-11-24", "2026-12-01", "2099-01-01", "2026-11-24 23:00"])
def test_a_day_that_is_not_over_is_refused(services: Services, text: str) -> None:
    with pytest.raises(NotAllowed, match="is not over"):
        services.past.moment(text)


def test_a_look_back_tells_what_was_known_then(services: Services) -> None:
    moment = services.past.moment("2026-11-10").moment
    assert services.today.load(as_of=moment).as_of == moment
    assert services.gap.load(as_of=moment).as_of == moment


def test_before_the_log_begins_it_says_since_when(services: Services) -> None:
    with pytest.raises(NotAllowed, match=r"Nothing is known of 2025-12-30: the log begins on 2026-01-01"):
        services.past.moment("2025-12-30")
    assert services.past.moment("2026-01-01").moment is not None
