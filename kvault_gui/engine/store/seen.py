"""The newest state of a vault that was open on this computer: tells when the whole folder is an earlier one.

A hint and no proof, kept outside the folder (XDG_STATE_HOME): a restored backup looks like an attack, and whoever can
write the user's files can write this one as well.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from . import chain

if TYPE_CHECKING:
    from .store import Store

_MAX_BYTES = 1_000


class State(msgspec.Struct, frozen=True):
    """The newest commit and audit record, and the record's hash in hex."""

    commit: int
    record: int
    hash: str


def _place(vault: str) -> Path:
    wanted = os.environ.get("XDG_STATE_HOME", "")
    home = Path(wanted) if wanted.startswith("/") else Path.home() / ".local" / "state"
    return home / "kvault" / "seen" / vault


def remember(store: Store) -> None:
    """Keep the state of an open vault. That it cannot be kept hinders nothing."""
    place = _place(store.header.vault)
    state = State(store.commit_number, store.record_number, store.chain_head.hex())
    with contextlib.suppress(OSError, RuntimeError):
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = place.with_suffix(".new")
        new.write_bytes(msgspec.json.encode(state))
        new.replace(place)


def recall(vault: str) -> State | None:
    """The state that was kept, if there is one."""
    with contextlib.suppress(OSError, RuntimeError, msgspec.MsgspecError), _place(vault).open("rb") as file:
        return msgspec.json.decode(file.read(_MAX_BYTES), type=State)
    return None


def compare(store: Store) -> str | None:
    """What is odd about this vault beside the state that was seen last, in words; None: it goes on from there."""
    state = recall(store.header.vault)
    if state is None:
        return None
    missing = state.commit - store.commit_number
    if missing > 0:
        return (
            f"This folder is {missing} changes older than the vault that was open here last. "
            "A restored backup looks like this; if you restored none, somebody put an old copy back."
        )
    found = store.records(state.record, 1)
    if not found or chain.digest(found[0][1]).hex() != state.hash:
        return (
            "This folder went another way than the vault that was open here last. "
            "A copy that was used elsewhere looks like this; compare before you go on."
        )
    return None
