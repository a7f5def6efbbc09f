"""The people of an account, one line for each number, so that the focused one can be copied."""

from __future__ import annotations

from cockpit.i18n import _
from cockpit.services.snapshots import AccountSnapshot, ContactLine
from cockpit.services.words import decision_role
from cockpit.widgets.table import Cell, Column, Row, Table, Tone

_STANCE_TONES: dict[str, Tone] = {"+": "good", "-": "bad"}


def stance_text(stance: int | None) -> str:
    """`++` strongly for, `-` against, `0` neither, `?` unknown."""
    if stance is None:
        return "?"
    return ("+" if stance > 0 else "-") * abs(stance) or "0"


def numbers_of(contact: ContactLine) -> tuple[tuple[str, str], ...]:
    """(name of the number, number), the mobile first; one empty entry when there is none."""
    found = [(name, number) for name, number in (("mobile", contact.mobile), ("phone", contact.phone)) if number]
    return tuple(found) or (("none", ""),)


def people_rows(snapshot: AccountSnapshot) -> tuple[Row, ...]:
    """The switchboard first. Keys are `account`, or CONTACT-ID:which."""
    rows = []
    if snapshot.phone:
        rows.append(Row("account", ("", Cell(_("Switchboard"), "muted"), "", "", snapshot.phone, "")))
    for contact in snapshot.contacts:
        for place, (which, number) in enumerate(numbers_of(contact)):
            stance = stance_text(contact.stance)
            who = contact.name if place == 0 else ""
            rows.append(
                Row(
                    f"{contact.id}:{which}",
                    (
                        Cell(stance if place == 0 else "", _STANCE_TONES.get(stance[0], "muted")),
                        who,
                        contact.title if place == 0 else "",
                        decision_role(contact.decision_role) if place == 0 else "",
                        Cell(number or "-", "" if number else "muted"),
                        Cell(contact.email if place == 0 else "", "muted"),
                    ),
                )
            )
    return tuple(rows)


def number_under(snapshot: AccountSnapshot, key: str | None) -> str:
    """The number of a row, as it is dialled; empty where there is none."""
    if key == "account":
        return snapshot.phone
    for contact in snapshot.contacts:
        for which, number in numbers_of(contact):
            if key == f"{contact.id}:{which}":
                return number
    return ""


class People(Table):
    """Names, what they decide, how they stand, and their numbers."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__((), empty=_("Nobody known here yet. Press c to add a contact."), id=id)

    def show(self, snapshot: AccountSnapshot) -> None:
        self.set_columns(
            (
                Column("", 2),
                Column(_("Person"), least=8),
                Column(_("Title"), least=5),
                Column(_("Decides"), least=6, shown_from=56),
                Column(_("Phone"), 17),
                Column(_("Email"), least=8, shown_from=90),
            )
        )
        self.set_rows(people_rows(snapshot))
