"""The people of an account, one line for each number, so that the focused one can be copied."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.i18n import _
from cockpit.services.card_words import stance_text
from cockpit.services.snapshots import ContactLine
from cockpit.services.words import decision_role
from cockpit.widgets.signs import SIGN_COLUMN, write_sign
from cockpit.widgets.table import Cell, Column, Row, Table, Tone

_STANCE_TONES: dict[str, Tone] = {"+": "good", "-": "bad"}


def stance_words(stance: int | None) -> tuple[str, Tone]:
    """The sign in words, with its tone."""
    if stance is None:
        return _("not known"), "muted"
    texts = (_("strongly against"), _("against"), _("neutral"), _("for"), _("strongly for"))
    return texts[min(max(stance, -2), 2) + 2], _STANCE_TONES.get(stance_text(stance)[0], "")


def numbers_of(contact: ContactLine, switchboard: str = "") -> tuple[tuple[str, str], ...]:
    """(name of the number, number), the mobile first; one empty entry when there is none. The number of the switchboard
    is its own, not a person's."""
    numbers = (("mobile", contact.mobile), ("phone", contact.phone))
    found = [(name, number) for name, number in numbers if number and number != switchboard]
    return tuple(found) or (("none", ""),)


def people_rows(phone: str, contacts: Sequence[ContactLine]) -> tuple[Row, ...]:
    """Who decides first, the switchboard last. Keys are `account`, or CONTACT-ID:which."""
    rows = []
    for contact in contacts:
        for place, (which, number) in enumerate(numbers_of(contact, phone)):
            phone_cell = Cell(number or "-", "" if number else "muted")
            row = (*_who(contact), phone_cell, Cell(contact.email, "muted"))
            rows.append(Row(f"{contact.id}:{which}", row if place == 0 else ("", "", "", "", "", phone_cell, "")))
    if phone:
        rows.append(Row("account", ("", "", Cell(_("Switchboard"), "muted"), "", "", phone, "")))
    return tuple(rows)


def _who(contact: ContactLine) -> tuple[str | Cell, ...]:
    stance = stance_text(contact.stance)
    return (
        write_sign(contact.write_state),
        Cell(stance, _STANCE_TONES.get(stance[0], "muted")),
        contact.name,
        contact.title,
        decision_role(contact.decision_role),
    )


def person_under(contacts: Sequence[ContactLine], key: str | None) -> ContactLine | None:
    """Whose row it is."""
    return next((one for one in contacts if key and key.rpartition(":")[0] == one.id), None)


def number_under(phone: str, contacts: Sequence[ContactLine], key: str | None) -> str:
    """The number of a row, as it is dialled; empty where there is none."""
    person = person_under(contacts, key)
    if person is None:
        return phone if key == "account" else ""
    return next((number for which, number in numbers_of(person, phone) if key == f"{person.id}:{which}"), "")


class People(Table):
    """Names, what they decide, how they stand, and their numbers."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__((), empty=_("Nobody known here yet. Press c to add a contact."), id=id)
        self._phone = ""
        self._contacts: tuple[ContactLine, ...] = ()

    @property
    def number(self) -> str:
        """The number under the cursor."""
        return number_under(self._phone, self._contacts, self.cursor_key)

    @property
    def person(self) -> ContactLine | None:
        """The person under the cursor; None on the switchboard."""
        return person_under(self._contacts, self.cursor_key)

    def show(self, phone: str, contacts: Sequence[ContactLine], *, empty: str | None = None) -> None:
        self.set_columns(
            (
                SIGN_COLUMN,
                Column("", 2),
                Column(_("Person"), least=6),
                Column(_("Title"), least=5),
                Column(_("Decides"), least=6, shown_from=44),
                Column(_("Phone"), least=13, weight=2),
                Column(_("Email"), least=8, shown_from=70),
            )
        )
        self._phone, self._contacts = phone, tuple(contacts)
        self.set_rows(people_rows(phone, contacts), empty=empty)
