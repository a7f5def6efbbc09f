"""A number of an answer in words."""

from __future__ import annotations

from cockpit.i18n import _, exact_money, ngettext
from cockpit.services.snapshots import Why


def value_text(value: int | None, why: Why) -> str:
    """The exact figure in its unit; `-` when it cannot be known."""
    if value is None:
        return "-"
    if why.unit == "money":
        return exact_money(value, why.currency)
    if why.unit == "points":
        return f"{value:+d}"
    if why.unit == "days":
        return ngettext("{count} day", "{count} days", value).format(count=f"{value:,}")
    if why.unit == "minutes":
        return _("{count} min").format(count=f"{value:,}")
    return f"{value:,}"
