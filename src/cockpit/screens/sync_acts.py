"""What the sync asks a person: the values of a change that the hub refused, and whether most rows may go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.i18n import _
from cockpit.screens.fields import Field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cockpit.screens.base import View
    from cockpit.services.container import Services
    from cockpit.services.snapshots import QueueItem, Saved, TypedField

MOST_FIELDS = 4
"""As many as a form has room for; of more, one is chosen."""
_AS_IT_IS = "="


def edit_and_send(view: View, item: QueueItem) -> None:
    """Ask what it should say, then send it; a change without values to type goes as it is."""
    if not item.fields:
        again(view, item)
    elif len(item.fields) <= MOST_FIELDS:
        _form(view, item, item.fields)
    else:
        _choose(view, item)


def again(view: View, item: QueueItem) -> None:
    """Send it once more as it is."""
    view.write(
        lambda services: services.sync.retry(item.mutation_id), then=lambda _saved: view.shell.run_command("sync")
    )


def _choose(view: View, item: QueueItem) -> None:
    options = [(_AS_IT_IS, _("Send it again as it is"))]
    options += [(one.name, _("{key}: {text}").format(key=one.label, text=one.text or "-")) for one in item.fields]

    def chosen(name: str) -> None:
        if name == _AS_IT_IS:
            again(view, item)
        else:
            _form(view, item, [one for one in item.fields if one.name == name])

    view.choose(_("Change: {label}").format(label=item.label), options, chosen)


def _form(view: View, item: QueueItem, fields: Sequence[TypedField]) -> None:
    """Enter on the last field saves; with nothing changed it is sent again as it is."""

    def call(services: Services, values: dict[str, str]) -> Saved:
        before = {one.name: one.text for one in fields}
        typed = {name: text for name, text in values.items() if text != before[name]}
        if not typed:
            return services.sync.retry(item.mutation_id)
        return services.amending.save(item.mutation_id, typed)

    view.ask(
        _("Change and send: {label}").format(label=item.label),
        [Field(one.name, one.label, one.text) for one in fields],
        call,
    )


def ask_shrink(view: View, removed: int, kept: int) -> None:
    """The hub would take most rows away: only a person can say that this is right."""

    def answered(is_sure: bool) -> None:
        if is_sure:
            view.shell.sync_now(accept_shrink=True)

    words = _("The hub would remove {removed} of {kept} rows here. Is that right?")
    view.confirm(words.format(removed=removed, kept=kept), answered)
