"""The errors a user can meet. `feedback` turns each class into words with a next step.

An error carries facts (names, paths, counts), never a sentence: the sentence belongs to the
screen's language. `exit_code` is what the command line returns: 2 bad use, 3 open conflict,
4 hub or sign-in, 5 local data or disk.
"""

from __future__ import annotations


class CockpitError(Exception):
    """Base of every expected failure. `facts` fill the placeholders of its notice."""

    exit_code = 2

    def __init__(self, detail: str = "", **facts: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.facts: dict[str, object] = {"detail": detail, **facts}


class BadUse(CockpitError):
    """The request cannot be understood as given. `detail` says which part. Facts: command, whose help explains it."""


class UnknownName(BadUse):
    """No row has that name. Facts: kind, name, near (closest names, comma separated)."""


class AmbiguousName(BadUse):
    """Several rows fit. Facts: name, candidates (tuple of names)."""


class MalformedLog(BadUse):
    """A log line that cannot be read. Facts: column (0-based), part."""


class NotAllowed(BadUse):
    """The act is not possible now. `detail` is the reason, already in the user's language."""


class ConfigError(BadUse):
    """A settings file that cannot be used. Facts: path, line, key."""


class MissingExtra(BadUse):
    """A part that is installed by an extra. Facts: extra, command."""


class NoTerminal(BadUse):
    """A screen was asked for where there is no terminal."""


class PortTaken(BadUse):
    """Another program listens there already. Facts: host, port."""


class PortRefused(BadUse):
    """The system lets this program not listen there. Facts: host, port."""


class Stopped(CockpitError):
    """The user stopped what was going on. What had arrived by then is kept."""

    exit_code = 130


class OpenConflict(CockpitError):
    """There are conflicts to answer. Facts: count."""

    exit_code = 3


class RefusedChanges(CockpitError):
    """The hub refused changes, and they wait for a decision. Facts: count."""

    exit_code = 3


class HubError(CockpitError):
    """Base of what goes wrong between this device and the hub."""

    exit_code = 4


class HubUnavailable(HubError):
    """No connection, or no sense in the answer. Work goes on offline. Facts: url, has_answered (something is there)."""


class HubBusy(HubError):
    """The hub asked to wait. Facts: seconds."""


class SignInNeeded(HubError):
    """No token, or the hub no longer takes it. The queue is untouched."""


class UntrustedHub(HubError):
    """TLS verification failed, or the address is not the one pinned at sign-in. Never retried around."""


class VersionTooOld(HubError):
    """The hub speaks a newer schema than this program."""


class CrmTrouble(HubError):
    """A CRM cannot be joined as it was given. `detail` says why. Facts: step (what to do next), needs (token, address,
    ca_file or nothing: what has to be given anew)."""


class ShrinkNeedsAnswer(HubError):
    """A full resync would remove most local rows. Facts: removed, kept."""


class LocalDataError(CockpitError):
    """Base of what goes wrong with the local file."""

    exit_code = 5


class DataDirUnwritable(LocalDataError):
    """The data folder cannot be written. Facts: path."""


class DiskFull(LocalDataError):
    """No room. The change was not saved and the form stays open. Facts: path."""


class DiskFault(DiskFull):
    """Reading or writing failed for another reason than room: a broken disk, a share that is gone. Facts: path."""


class NoLocks(LocalDataError):
    """The file system of the data folder has no locks: two programs could damage the file. Facts: path."""


class DatabaseCorrupt(LocalDataError):
    """The file is not a database or is damaged. Facts: path."""


class DatabaseNewer(LocalDataError):
    """The file was written by a newer program. Facts: path."""


class DataRemoved(LocalDataError):
    """The account's data was removed while this program had it open. Facts: path."""


class DatabaseBusy(LocalDataError):
    """Another process held the file for longer than the busy time-out. Facts: path."""


class NotSignedIn(LocalDataError):
    """There is no account on this device yet."""

    exit_code = 4
