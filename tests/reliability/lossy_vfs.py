"""A file system for SQLite that remembers what was written and what was synced, to build what a power cut leaves.

Three things can differ between what a program has written and what is on the disk after the power went: a write that
no sync followed may be there, be missing or be there in part, in any order; the same for a truncation; and a file made
or deleted may still be as before, until its folder was synced. SQLite syncs the folder of a journal that it has made
with the journal's own first sync, and after it has deleted one only where `synchronous=EXTRA` asks for it.
"""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import apsw

SECTOR = 512
Kind = Literal["write", "truncate", "sync", "make", "delete", "sync_folder", "mark"]
_NAMES = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done. `inode` is a file, which may have gone by other names before; `at` and `data` are of a write."""

    kind: Kind
    inode: int = 0
    name: str = ""
    at: int = 0
    data: bytes = b""


@dataclass
class Recording:
    """All steps, in order, with the files as they were before the first."""

    steps: list[Step] = field(default_factory=list)
    first: dict[int, bytes] = field(default_factory=dict)
    folder: dict[str, int] = field(default_factory=dict)
    """The name of each file that is there now."""
    begin_folder: dict[str, int] = field(default_factory=dict)

    def add(self, step: Step) -> None:
        self.steps.append(step)

    def mark(self, number: int) -> None:
        """From here on, transaction `number` has been acknowledged."""
        self.add(Step("mark", at=number))


class LossyVFS(apsw.VFS):
    """Stands before the system's own file system and writes down all that changes a file."""

    def __init__(self, recording: Recording, image: Path) -> None:
        self.vfs_name = f"lossy{next(_NAMES)}"
        self.recording = recording
        self._inodes = itertools.count(1)
        self._known = image
        super().__init__(self.vfs_name, "")

    def adopt(self, path: Path) -> None:
        """Take a file that is there already as what the disk holds at the beginning."""
        inode = next(self._inodes)
        self.recording.first[inode] = path.read_bytes()
        self.recording.folder[path.name] = inode
        self.recording.begin_folder[path.name] = inode

    def xOpen(self, name: Any, flags: list[int]) -> LossyFile:  # noqa: N802
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        base = os.path.basename(path) if path else ""
        if base and base not in self.recording.folder:
            inode = next(self._inodes)
            self.recording.folder[base] = inode
            self.recording.add(Step("make", inode, base))
        return LossyFile(self, name, flags, self.recording.folder.get(base, 0))

    def xDelete(self, path: str, sync_folder: bool) -> None:  # noqa: N802
        super().xDelete(path, sync_folder)
        base = os.path.basename(path)
        inode = self.recording.folder.pop(base, 0)
        self.recording.add(Step("delete", inode, base))
        if sync_folder:
            self.recording.add(Step("sync_folder"))


class LossyFile(apsw.VFSFile):
    """One open file; `inode` 0 is a file without a name, which no power cut leaves behind."""

    def __init__(self, vfs: LossyVFS, name: Any, flags: list[int], inode: int) -> None:
        super().__init__("", name, flags)
        self._recording, self._inode = vfs.recording, inode
        self._is_new = any(step.kind == "make" and step.inode == inode for step in vfs.recording.steps[-1:])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        super().xWrite(data, offset)
        if self._inode:
            self._recording.add(Step("write", self._inode, at=offset, data=bytes(data)))

    def xTruncate(self, size: int) -> None:  # noqa: N802
        super().xTruncate(size)
        if self._inode:
            self._recording.add(Step("truncate", self._inode, at=size))

    def xSync(self, flags: int) -> None:  # noqa: N802
        super().xSync(flags)
        if self._inode:
            self._recording.add(Step("sync", self._inode))
            if self._is_new:
                self._recording.add(Step("sync_folder"))
                self._is_new = False


@dataclass
class _Inode:
    kept: bytearray
    """What the disk surely holds."""
    loose: list[Step] = field(default_factory=list)
    """Writes and truncations since its last sync."""


def power_cut(recording: Recording, at: int, drawn: random.Random) -> dict[str, bytes]:
    """The files a machine finds that lost its power before step `at`."""
    inodes = {inode: _Inode(bytearray(data)) for inode, data in recording.first.items()}
    folder, loose_folder = dict(recording.begin_folder), list[Step]()
    for step in recording.steps[:at]:
        if step.kind == "make":
            inodes[step.inode] = _Inode(bytearray())
        if step.kind in ("make", "delete"):
            loose_folder.append(step)
        elif step.kind == "sync_folder":
            _replay_folder(folder, loose_folder)
            loose_folder.clear()
        elif step.kind == "sync":
            file = inodes[step.inode]
            for loose in file.loose:
                _carry_out(file.kept, loose)
            file.loose.clear()
        elif step.kind in ("write", "truncate"):
            inodes[step.inode].loose.append(step)
    # the folder is kept in order by any file system in use: what is lost of it is its end
    _replay_folder(folder, loose_folder[: drawn.randint(0, len(loose_folder))])
    return {name: bytes(_left(inodes[inode], drawn)) for name, inode in folder.items()}


def _left(file: _Inode, drawn: random.Random) -> bytearray:
    """What is found of a file: each loose step carried out, left out or done in part, in any order."""
    left = bytearray(file.kept)
    loose = list(file.loose)
    mood = drawn.random()
    if mood < 0.2:
        return left  # nothing of it reached the disk
    if mood < 0.4:
        for step in loose:
            _carry_out(left, step)
        return left
    if mood < 0.7:
        drawn.shuffle(loose)
    for step in loose:
        luck = drawn.random()
        if luck < 0.4:
            _carry_out(left, step)
        elif luck < 0.7 and step.kind == "write":
            for torn in _torn(step, drawn):
                _carry_out(left, torn)
    return left


def _torn(step: Step, drawn: random.Random) -> Iterator[Step]:
    """Some sectors of a write, the last of them perhaps by half."""
    for offset in range(0, len(step.data), SECTOR):
        part = step.data[offset : offset + SECTOR]
        luck = drawn.random()
        if luck < 0.45:
            yield Step("write", step.inode, at=step.at + offset, data=part)
        elif luck < 0.6:
            yield Step("write", step.inode, at=step.at + offset, data=part[: len(part) // 2])


def _carry_out(content: bytearray, step: Step) -> None:
    if step.kind == "truncate":
        if step.at < len(content):
            del content[step.at :]
        return
    if step.at > len(content):
        content.extend(bytes(step.at - len(content)))
    content[step.at : step.at + len(step.data)] = step.data


def _replay_folder(folder: dict[str, int], steps: list[Step]) -> None:
    for step in steps:
        if step.kind == "make":
            folder[step.name] = step.inode
        else:
            folder.pop(step.name, None)
