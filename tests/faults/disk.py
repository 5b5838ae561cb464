"""A disk that remembers: every write of SQLite (below the cipher) and of the store's own files goes into one log.

From the log the folder can be rebuilt as a power cut at any point could have left it. Writes that were not synced are
dropped, kept, chosen at random, or torn at 512-byte sectors; names that were not synced come and go in their order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import apsw

from kvault_gui.engine.store.files import Files

if TYPE_CHECKING:
    import random

SECTOR = 512
MODES = ("drop", "all", "some", "tear")


class Op(NamedTuple):
    """One thing that happened. ``kind``: write, cut, sync, name, gone, move, folder, told."""

    kind: str
    inode: int = 0
    name: str = ""
    offset: int = 0  # or the new size
    data: bytes = b""
    other: str = ""


class Recorder:
    """The log, and which file each name is."""

    def __init__(self) -> None:
        self.log: list[Op] = []
        self.names: dict[str, int] = {}
        self._next = 1

    def file(self, name: str) -> int:
        """The file under a name; a new one is logged as such."""
        if name not in self.names:
            self.names[name] = self._next
            self._next += 1
            self.log.append(Op("name", self.names[name], name))
        return self.names[name]

    def gone(self, name: str) -> None:
        """A name was removed."""
        if self.names.pop(name, None) is not None:
            self.log.append(Op("gone", name=name))

    def moved(self, old: str, new: str) -> None:
        """A file was renamed."""
        self.names[new] = self.names.pop(old)
        self.log.append(Op("move", name=old, other=new))

    def adopt(self, folder: Path) -> Image:
        """Take a folder's files as they are, as durable; the log begins here."""
        self.log.clear()
        self.names.clear()
        image = Image()
        for path in sorted(folder.iterdir()):
            inode = self.file(path.name)
            image.durable[inode] = path.read_bytes()
            image.names[path.name] = inode
        self.log.clear()
        return image

    def told(self, what: str) -> None:
        """Something was acknowledged."""
        self.log.append(Op("told", name=what))


class RecordedFiles(Files):
    """The store's own files, recorded."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._open: dict[int, int] = {}

    def open(self, path: Path) -> int:
        descriptor = super().open(path)
        self._open[descriptor] = self._recorder.file(path.name)
        return descriptor

    def write_at(self, descriptor: int, data: bytes, offset: int) -> None:
        self._recorder.log.append(Op("write", self._open[descriptor], offset=offset, data=bytes(data)))
        super().write_at(descriptor, data, offset)

    def sync(self, descriptor: int) -> None:
        self._recorder.log.append(Op("sync", self._open[descriptor]))

    def truncate(self, descriptor: int, size: int) -> None:
        self._recorder.log.append(Op("cut", self._open[descriptor], offset=size))
        super().truncate(descriptor, size)

    def rename(self, old: Path, new: Path) -> None:
        self._recorder.moved(old.name, new.name)
        super().rename(old, new)

    def remove(self, path: Path) -> None:
        self._recorder.gone(path.name)
        super().remove(path)

    def sync_folder(self, folder: Path) -> None:  # noqa: ARG002 there is one
        self._recorder.log.append(Op("folder"))


class Unsynced(Files):
    """Real files without waiting for the disk: for looking at thousands of images."""

    def sync(self, descriptor: int) -> None:
        """Nothing to wait for."""

    def sync_folder(self, folder: Path) -> None:
        """Nothing to wait for."""


def _name(name: str | apsw.URIFilename | None) -> str:
    full = name.filename() if isinstance(name, apsw.URIFilename) else name
    return Path(full).name if full else ""


class _File(apsw.VFSFile):
    def __init__(self, recorder: Recorder, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        self._recorder = recorder
        self._name = _name(name)
        self._named = self._name in recorder.names
        super().__init__("unix", name, flags)
        self._inode = recorder.file(self._name)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 SQLite's name
        self._recorder.log.append(Op("write", self._inode, offset=offset, data=bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, size: int) -> None:  # noqa: N802 SQLite's name
        self._recorder.log.append(Op("cut", self._inode, offset=size))
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:  # noqa: N802, ARG002 SQLite's name
        self._recorder.log.append(Op("sync", self._inode))
        if not self._named:  # SQLite's unix VFS syncs the folder with a new log's first sync
            self._named = True
            self._recorder.log.append(Op("folder"))


class RecordedVfs(apsw.VFS):
    """Below the cipher: open databases with ``vfs=self.above``."""

    def __init__(self, recorder: Recorder, name: str) -> None:
        self._recorder = recorder
        self.above = f"multipleciphers-{name}"
        super().__init__(name, "unix")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        return _File(self._recorder, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802, FBT001 SQLite's name
        self._recorder.gone(_name(filename))
        if syncdir:
            self._recorder.log.append(Op("folder"))
        super().xDelete(filename, syncdir)


@dataclass
class Image:
    """What a disk holds: durable contents and names, and what waits for a sync."""

    durable: dict[int, bytes] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    waiting: dict[int, list[Op]] = field(default_factory=dict)
    moves: list[Op] = field(default_factory=list)

    def copy(self) -> Image:
        """An image of its own."""
        waiting = {inode: list(ops) for inode, ops in self.waiting.items()}
        return Image(dict(self.durable), dict(self.names), waiting, list(self.moves))

    def apply(self, op: Op) -> None:
        """Go on by one operation."""
        if op.kind in ("write", "cut"):
            self.waiting.setdefault(op.inode, []).append(op)
        elif op.kind == "sync":
            content = self.durable.get(op.inode, b"")
            for each in self.waiting.pop(op.inode, []):
                content = _changed(content, each)
            self.durable[op.inode] = content
        elif op.kind == "folder":
            for each in self.moves:
                _move(self.names, each)
            self.moves.clear()
        elif op.kind != "told":
            self.moves.append(op)

    def cut(self, mode: str, chance: random.Random) -> dict[str, bytes]:
        """The files after a power cut now."""
        names = dict(self.names)
        kept = {"drop": 0, "all": len(self.moves)}.get(mode, chance.randint(0, len(self.moves)))
        for op in self.moves[:kept]:
            _move(names, op)
        contents = dict(self.durable)
        for inode, ops in self.waiting.items():
            content = contents.get(inode, b"")
            for op in ops:
                content = _survived(content, op, mode, chance)
            contents[inode] = content
        return {name: contents.get(inode, b"") for name, inode in names.items()}


def _survived(content: bytes, op: Op, mode: str, chance: random.Random) -> bytes:
    if mode == "all":
        return _changed(content, op)
    if mode == "drop" or chance.random() < 0.5:
        return content
    if mode == "some" or op.kind == "cut":
        return _changed(content, op)
    at = 0
    while at < len(op.data):  # sectors of the medium, wherever the write began
        end = min(len(op.data), (op.offset + at) // SECTOR * SECTOR + SECTOR - op.offset)
        if chance.random() < 0.5:
            content = _changed(content, op._replace(offset=op.offset + at, data=op.data[at:end]))
        at = end
    return content


def _changed(content: bytes, op: Op) -> bytes:
    if op.kind == "cut":
        return content[: op.offset].ljust(op.offset, b"\0")
    return content[: op.offset].ljust(op.offset, b"\0") + op.data + content[op.offset + len(op.data) :]


def _move(names: dict[str, int], op: Op) -> None:
    if op.kind == "name":
        names[op.name] = op.inode
    elif op.kind == "gone":
        names.pop(op.name, None)
    elif op.name in names:
        names[op.other] = names.pop(op.name)
