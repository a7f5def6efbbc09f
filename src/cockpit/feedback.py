"""An error or a state as a notice: what happened, what was kept, what to do next."""

from __future__ import annotations

import errno
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cockpit import errors
from cockpit.i18n import N_, _, listed
from cockpit.locations import Refused, is_own

log = logging.getLogger(__name__)

Severity = Literal["information", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Notice:
    """`next_step` names a key or a command; `exit_code` is the command line's."""

    title: str
    body: str
    severity: Severity
    next_step: str
    exit_code: int

    @property
    def words(self) -> str:
        """What happened and what was kept in one line, what to press in the next."""
        return _("{title}. {body}").format(title=self.title, body=self.body) + "\n" + self.next_step


_WORDS: dict[type[errors.CockpitError], tuple[str, str, str]] = {
    errors.CockpitError: (N_("It did not work"), N_("{detail}"), N_("Saved work is safe. Try again.")),
    errors.BadUse: (N_("Not understood"), N_("{detail}"), N_("See `{command} --help`.")),
    errors.UnknownName: (
        N_("No such {kind}"),
        N_("Nothing is called {name}. Near: {near}"),
        N_("Try one of the near names."),
    ),
    errors.AmbiguousName: (
        N_("More than one fits"),
        N_("{name} could be: {candidates}"),
        N_("Type more of the name, or use the id."),
    ),
    errors.MalformedLog: (
        N_("The line cannot be read"),
        N_("{detail}"),
        N_("Nothing was saved. Example: v ht ok met the CFO >fri 10"),
    ),
    errors.NotAllowed: (N_("Not possible now"), N_("{detail}"), N_("Nothing was changed.")),
    errors.ConfigError: (
        N_("The settings file cannot be used"),
        N_("{path}, line {line}, key {key}: {detail}"),
        N_("Run `cockpit config validate`."),
    ),
    errors.MissingExtra: (N_("A part is not installed"), N_("This needs the extra `{extra}`."), N_("Run: {command}")),
    errors.NoTerminal: (
        N_("This needs a terminal"),
        N_("Screens cannot be drawn here."),
        N_("Use `cockpit today --plain`."),
    ),
    errors.PortTaken: (
        N_("The port is taken"),
        N_("Another program listens on {host} port {port}; perhaps a hub that runs already. Nothing was started."),
        N_("Stop that one, or choose another: `cockpit hub serve --port 0` takes any free port."),
    ),
    errors.PortRefused: (
        N_("The address cannot be used"),
        N_("This computer does not let a program listen on {host} port {port}. Nothing was started."),
        N_("Use --host 127.0.0.1 or an address of this computer, and a port from 1024 on."),
    ),
    errors.Stopped: (
        N_("Stopped"),
        N_("What was saved or has arrived is kept; nothing is half done."),
        N_("Run it again, or press o, to go on from there."),
    ),
    errors.OpenConflict: (
        N_("Two values, one field"),
        N_("{count} conflicts wait for an answer. Both values are kept."),
        N_("`cockpit conflicts` shows both; `cockpit conflicts answer ID mine` or theirs answers. On the screen: o."),
    ),
    errors.RefusedChanges: (
        N_("Changes the hub refused"),
        N_("{count} wait for your decision. They are kept here."),
        N_("`cockpit outbox` says why; `cockpit outbox retry ID` sends one again, discard ends it. On the screen: o."),
    ),
    errors.HubError: (N_("The hub did not do it"), N_("{detail}"), N_("Work goes on here; the queue is kept.")),
    errors.HubUnavailable: (
        N_("Offline"),
        N_("The hub does not answer: {detail}"),
        N_("Work goes on here. Press o to try again."),
    ),
    errors.HubBusy: (
        N_("The hub is busy"),
        N_("It asked to wait {seconds} seconds."),
        N_("Nothing is lost; sync tries again by itself."),
    ),
    errors.SignInNeeded: (
        N_("Sign in again"),
        N_("The hub does not take this device's token. Your queue is kept."),
        N_("Run `cockpit login`."),
    ),
    errors.UntrustedHub: (
        N_("The hub cannot be trusted"),
        N_("{detail}"),
        N_("Nothing was sent. Check the address, or set `ca_file`."),
    ),
    errors.VersionTooOld: (
        N_("Update Cockpit"),
        N_("The hub speaks a newer version. Local work goes on."),
        N_("Update, then sync."),
    ),
    errors.CrmTrouble: (N_("The CRM is not joined"), N_("{detail}"), N_("{step}")),
    errors.ShrinkNeedsAnswer: (
        N_("Most rows would go"),
        N_("The hub would remove {removed} of {kept} rows here."),
        N_("If that is right: `cockpit sync --accept-shrink`."),
    ),
    errors.LocalDataError: (N_("The local data cannot be used"), N_("{detail}"), N_("Run `cockpit doctor`.")),
    errors.DataDirUnwritable: (
        N_("The data folder cannot be written"),
        N_("{path}"),
        N_("Give yourself the right to write there, or set COCKPIT_HOME."),
    ),
    errors.DiskFull: (
        N_("The disk is full"),
        N_("The change was not saved: {path}"),
        N_("Make room, then do it again. What you typed in a form is still there."),
    ),
    errors.DiskFault: (
        N_("The disk failed"),
        N_("Reading or writing did not work, and nothing was half saved: {path}"),
        N_("Check the disk and the connection to it. See whether the change is there before you do it again."),
    ),
    errors.NoLocks: (
        N_("The disk knows no locks"),
        N_("Two programs could write {path} at once and damage it, so nothing was changed."),
        N_("Set COCKPIT_HOME to a folder on a disk of this computer, and move the data there."),
    ),
    errors.DatabaseCorrupt: (
        N_("The local file is damaged"),
        N_("{path} is not a readable database. It was left as it is."),
        N_("Move it away and run `cockpit login` to fetch everything again."),
    ),
    errors.DatabaseNewer: (
        N_("The local file is newer"),
        N_("{path} was written by a newer Cockpit. It was left as it is."),
        N_("Update Cockpit. `cockpit outbox export FILE` saves what is unsent."),
    ),
    errors.DatabaseBusy: (
        N_("The local file is in use"),
        N_("Another process held {path} for too long. Nothing was saved."),
        N_("Try again."),
    ),
    errors.DataRemoved: (
        N_("The data of this account was removed"),
        N_("`cockpit wipe` took {path} away while this program was open. This was not saved."),
        N_("Leave with q; `cockpit login URL` begins anew."),
    ),
    errors.NotSignedIn: (
        N_("No account here yet"),
        N_("This device is not signed in to a hub."),
        N_("Run `cockpit login URL`, or `cockpit demo` to look around."),
    ),
}
_OWN_HUB = N_(
    "Work goes on here. This device's own hub is not running: `cockpit connect` or `cockpit hub serve` starts it."
)
_WARNINGS = (
    errors.BadUse,
    errors.HubUnavailable,
    errors.HubBusy,
    errors.OpenConflict,
    errors.RefusedChanges,
    errors.Stopped,
)


class _Facts(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "-"


def notice_for(error: errors.CockpitError) -> Notice:
    """The words for an error, by its class or the nearest parent class that has some."""
    words = next(_WORDS[cls] for cls in type(error).__mro__ if cls in _WORDS)
    facts = _Facts({"command": "cockpit", **error.facts})
    candidates = facts.get("candidates")
    if isinstance(candidates, tuple):
        facts["candidates"] = listed(str(name) for name in candidates)
    if isinstance(error, errors.HubUnavailable) and is_own(facts.get("url")) and not facts.get("has_answered"):
        words = (words[0], words[1], _OWN_HUB)
    title, body, step = (_(text).format_map(facts) for text in words)
    severity: Severity = "warning" if isinstance(error, _WARNINGS) else "error"
    return Notice(title, body, severity, step, error.exit_code)


def settings_notice(refused: Sequence[Refused], keys: Sequence[tuple[str, str, str]]) -> Notice | None:
    """What of the settings was not taken: values of the looks, and keys as `Keymap.refused` has them."""
    words = [_("{key}: {text}").format(key=one.key, text=one.words) for one in refused]
    for name, key, holder in keys:
        text = _("{key} is the key of {holder}.") if holder else _("No command or no key of that name.")
        words.append(_("{key}: {text}").format(key=f"keymap.{name}", text=text.format(key=key, holder=holder)))
    if not words:
        return None
    more = _("and {count} more").format(count=len(words) - 1) if len(words) > 1 else ""
    body = " ".join(part for part in (words[0], more) if part)
    return Notice(_("Not all settings are taken"), body, "warning", _("Run `cockpit config validate`."), 2)


def of_system(error: BaseException | None) -> errors.CockpitError | None:
    """What the system said of a file, as an error of ours; None for anything else."""
    if not isinstance(error, OSError) or error.filename is None:
        return None
    kinds = {
        errno.ENOSPC: errors.DiskFull,
        errno.EDQUOT: errors.DiskFull,
        errno.EACCES: errors.DataDirUnwritable,
        errno.EPERM: errors.DataDirUnwritable,
        errno.EROFS: errors.DataDirUnwritable,
    }
    kind = kinds.get(error.errno or 0)
    return kind(path=error.filename) if kind is not None else None


def notice_of(error: BaseException | None) -> Notice:
    """Words for anything a worker can end with; what nobody foresaw is logged with its traceback."""
    known = error if isinstance(error, errors.CockpitError) else of_system(error)
    if known is not None:
        return notice_for(known)
    log.error("a worker failed", exc_info=error)
    return Notice(
        _("Something went wrong inside"),
        _("{name}: {detail}").format(name=type(error).__name__, detail=_unforeseen(error)),
        "error",
        _("Saved work is safe. `cockpit doctor` helps to report it."),
        5,
    )


def _unforeseen(error: BaseException | None) -> str:
    """The error's own words; of a system's error only what it is about."""
    if isinstance(error, OSError):
        return str(error.filename or "-")
    return str(error)[:200]
