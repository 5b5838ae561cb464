"""The composite key of a KDBX file: a password, a key file, or both (keepass.info/help/base/keys.html)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...crypto import hashes
from ...errors import FormatDamagedError, InvalidInputError, KeyFileDamagedError, KeyFileError
from ...vault import key_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...api import Secret


def read_key_file(path: str) -> bytes:
    """The 32 bytes that a key file stands for; see vault/key_files.py.

    Raises InvalidInputError if it cannot be read, FormatDamagedError for a broken one.
    """
    try:
        return key_files.read(path).key
    except KeyFileDamagedError as error:
        reason = str(error.fields["reason"]).removeprefix("it ")
        raise FormatDamagedError(reason=f"the key file {reason}") from None
    except KeyFileError as error:
        raise InvalidInputError(reason=f"The key file cannot be used: {error.fields['reason']}") from None


def composite(password: bytes | bytearray | None, key_file: bytes | None) -> bytes:
    """SHA-256 over the SHA-256 of the password, if there is one, and the key file's 32 bytes, if there is one."""
    whole = hashes.new("SHA-256")
    if password is not None:
        whole.update(hashes.sha256(password))
    if key_file is not None:
        whole.update(key_file)
    return whole.digest()


def candidates(password: Secret | None, key_file: str | None) -> Iterator[bytes]:
    """Composite keys to try, likeliest first.

    An empty password and no password are different keys for KDBX but the same thing for a person who leaves a field
    empty, so with a key file and nothing typed both are tried.
    """
    key = read_key_file(key_file) if key_file else None
    typed = password.value if password is not None else bytearray()
    if typed:
        yield composite(typed, key)
        return
    if key is not None:
        yield composite(None, key)
    yield composite(b"", key)
