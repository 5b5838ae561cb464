"""The desktop's keyring (freedesktop Secret Service: GNOME Keyring, KWallet, KeePassXC), a few small values in it.

Through secretstorage, the library below `keyring`'s own back end, because that one waits for ever for a prompt that
nobody answers, leaves its connection open, and takes another store without a word when this one is missing. The values
are found by the attributes that `keyring` uses: service and username.

It is a hint, no trust anchor: every program of this user that reaches the session bus can read and replace them.
"""

from __future__ import annotations

import binascii
import contextlib
from importlib.util import find_spec
from typing import TYPE_CHECKING

from ..api import Method, TokenInfo
from ..errors import KeyringError, KeyringLockedError, KeyringLostError, LibraryMissingError
from . import bus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jeepney.io.blocking import DBusConnection
    from secretstorage import Collection, Item

ID = "keyring"
NAME = "Desktop keyring"
SERVICE = "kvault"
PROMPT_SECONDS = 90.0  # to type the password of the keyring
_SERVICE_NAME = "org.freedesktop.secrets"
_SESSION = "/org/freedesktop/secrets/collection/session"  # kept in memory, gone with the login
_ABSENT = "no program offers one in this session"


def find() -> list[TokenInfo]:
    """The keyring, if there is one; with a ``problem`` if it cannot be used. Opens and unlocks nothing."""
    reason = problem()
    if reason == _ABSENT:
        return []
    return [TokenInfo(ID, NAME, "", [Method.DEVICE], problem=KeyringError(reason=reason).brief if reason else "")]


def problem() -> str:
    """Why the keyring cannot be used, in words; "" if it can. Starts nothing, asks nothing."""
    if library_missing():
        return "the library secretstorage is not installed"
    try:
        with contextlib.closing(bus.connect("SESSION")) as connection:
            return "" if _is_there(connection) else _ABSENT
    except OSError:
        return _ABSENT


def library_missing() -> bool:
    """Whether the libraries are missing."""
    return find_spec("secretstorage") is None or find_spec("jeepney") is None


def keep(name: str, value: bytes, label: str, *, session: bool = False) -> None:
    """Store ``value`` under ``name``, in place of what was there.

    Args:
        name: of kvault's own.
        value: up to some KiB.
        label: what the desktop's program for passwords shows.
        session: only in memory, until the login ends.

    Raises:
        KeyringError, KeyringLockedError, LibraryMissingError.
    """
    with _opened() as connection:
        collection = _collection(connection, session=session)
        secret = value.hex().encode()  # some keyrings take text alone
        collection.create_item(label, {**_attributes(name), "application": SERVICE}, secret, replace=True)


def fetch(name: str, *, session: bool = False) -> bytes:
    """What was stored under ``name``. Raises KeyringLostError if it is not there or not ours, else as `keep`."""
    with _opened() as connection:
        for item in _items(connection, name, session=session):
            try:
                return binascii.unhexlify(item.get_secret())
            except (ValueError, IndexError):  # somebody else's value, or wrongly padded
                break
    raise KeyringLostError


def forget(name: str, *, session: bool = False) -> None:
    """Remove what was stored under ``name``. Idempotent. Raises as `keep`."""
    with _opened() as connection:
        for item in list(_items(connection, name, session=session)):
            item.delete()


# --- the service -----------------------------------------------------------------------------------------------------


def _attributes(name: str) -> dict[str, str]:
    return {"service": SERVICE, "username": name}


def _is_there(connection: DBusConnection) -> bool:
    from jeepney import DBusErrorResponse  # noqa: PLC0415 optional
    from jeepney.bus_messages import message_bus  # noqa: PLC0415 optional
    from jeepney.io.blocking import Proxy  # noqa: PLC0415 optional

    daemon = Proxy(message_bus, connection)
    try:
        return bool(daemon.NameHasOwner(_SERVICE_NAME)[0]) or _SERVICE_NAME in daemon.ListActivatableNames()[0]
    except DBusErrorResponse:
        return False


@contextlib.contextmanager
def _opened() -> Iterator[DBusConnection]:
    """A connection; what goes wrong on it is one of our errors."""
    if library_missing():
        raise LibraryMissingError(needed="This device", package="secretstorage")
    from jeepney import DBusErrorResponse  # noqa: PLC0415 optional
    from secretstorage import (  # noqa: PLC0415 optional
        LockedException,
        PromptDismissedException,
        SecretStorageException,
    )
    from secretstorage.util import add_match_rules  # noqa: PLC0415 optional

    try:
        with contextlib.closing(bus.connect("SESSION")) as connection:
            if not _is_there(connection):
                raise KeyringError(reason=_ABSENT)
            add_match_rules(connection)
            yield connection
    except (LockedException, PromptDismissedException):
        raise KeyringLockedError from None
    except TimeoutError:
        raise KeyringError(reason="it does not answer") from None
    except OSError:
        raise KeyringError(reason=_ABSENT) from None
    except SecretStorageException as problem:
        raise KeyringError(reason=f"it reports {type(problem).__name__}") from None
    except DBusErrorResponse as problem:
        raise KeyringError(reason=f"it reports {problem.name}") from None


def _collection(connection: DBusConnection, *, session: bool) -> Collection:
    from secretstorage import Collection, ItemNotFoundException  # noqa: PLC0415 optional

    try:
        collection = Collection(connection, _SESSION) if session else Collection(connection)
    except ItemNotFoundException:
        reason = (
            "it keeps nothing for the time of a login only"
            if session
            else "it has no default keyring; make one with the desktop's program for passwords"
        )
        raise KeyringError(reason=reason) from None
    if collection.is_locked():
        _ask_to_unlock(collection)
    return collection


def _ask_to_unlock(lockable: Collection | Item) -> None:
    """Let the keyring ask for its password in a window of its own."""
    try:
        dismissed = lockable.unlock(timeout=PROMPT_SECONDS)
    except TimeoutError:
        raise KeyringLockedError from None
    if dismissed or lockable.is_locked():
        raise KeyringLockedError


def _items(connection: DBusConnection, name: str, *, session: bool) -> Iterator[Item]:
    for item in _collection(connection, session=session).search_items(_attributes(name)):
        if item.is_locked():
            _ask_to_unlock(item)
        yield item
