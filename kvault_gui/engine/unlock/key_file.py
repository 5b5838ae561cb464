"""Unlocking with a key file, beside a password: HKDF over the 32 bytes that the file stands for (vault/key_files.py).

A file of another program's making is taken too. Nothing about its content is kept, not even a digest: a header that
says which file is the right one would let a finder of both try files apart from the password.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..api import AskFile, Availability, Method, WayState
from ..crypto.kdf import derive_hkdf
from ..errors import HeaderDamagedError, InvalidInputError, KeyFileError
from ..vault import key_files
from ..vault.key_files import Form
from ..vault.methods import Enrolled
from ..vault.sealing import context

if TYPE_CHECKING:
    from ..api import NewFactor, TokenInfo
    from ..vault.methods import Desk, Params

LARGEST = 64 << 20  # bytes: what is read at an unlock without a wait that anybody notices
SMALLEST = 64  # bytes of a file that is taken by its hash: below that it is a password written down
_LABEL = b"kvault key file v1"
_WORDS: dict[str, str] = {
    Form.OWN: "Made by kvault, 256 random bits",
    Form.XML_1: "KeePass key file, version 1",
    Form.XML_2: "KeePass key file, version 2",
    Form.RAW: "Key file of 32 bytes",
    Form.HEX: "Key file of 64 hexadecimal digits",
    Form.OTHER: "A file of another program, by its SHA-256",
}


class KeyFile:
    """The method. It keeps nothing."""

    method = Method.KEY_FILE

    def probe(self) -> Availability:
        """Always there."""
        return Availability(self.method, ready=True)

    def enrol(self, wanted: NewFactor, desk: Desk) -> Enrolled:
        """Take the file ``wanted.file``, or make it; asks for a path where none is given.

        Raises KeyFileError and its kinds, InvalidInputError, CancelledError, DiskFullError.
        """
        if wanted.make:
            if not wanted.file:
                raise InvalidInputError(reason="Say where the new key file is to be written", field="file")
            found = key_files.make(wanted.file)
            note = f"The key file is {wanted.file}. Keep a copy of it apart from the vault."
        else:
            found = _read(wanted.file or _ask(desk))
            note = "Keep a copy of the key file apart from the vault."
        notes = [note]
        if found.form is Form.OTHER:
            notes.append("If any program ever changes that file, it no longer opens the vault.")
        return Enrolled({"form": str(found.form)}, _output(found.key, desk), notes=tuple(notes))

    def unlock(self, params: Params, desk: Desk) -> bytes:
        """The output of the file that the person names; a wrong file gives another output.

        Raises KeyFileError and its kinds, HeaderDamagedError, CancelledError.
        """
        _form(params)
        given = desk.given.file if desk.given is not None else ""
        return _output(_read(given or _ask(desk)).key, desk)

    def describe(self, params: Params) -> str:
        """What kind of file it is."""
        return _WORDS.get(str(params.get("form")), "Key file")

    def strength(self, params: Params) -> str:
        """What it withstands."""
        if params.get("form") == Form.OTHER:
            return (
                "Protects as long as nobody guesses which file it is, and opens nothing any more "
                "once a program changes that file."
            )
        return "Cannot be guessed, but can be copied by whoever reads the file once; it never stands alone."

    def token(self, params: Params) -> str:
        """It is no token."""
        del params
        return ""

    def look(self, params: Params, tokens: list[TokenInfo]) -> WayState:
        """Always ready: the file is chosen when it is needed."""
        del params, tokens
        return WayState(slot="", ready=True, words="Ready")

    def outdated(self, params: Params) -> bool:
        """Never."""
        del params
        return False


def _form(params: Params) -> Form:
    try:
        return Form(str(params.get("form")))
    except ValueError:
        raise HeaderDamagedError(reason="a way in with a key file names an unknown form") from None


def _ask(desk: Desk) -> str:
    question = AskFile(
        "Key file", f"Choose the key file of “{desk.label}” for the vault {desk.vault_name}.", Method.KEY_FILE
    )
    return os.fsdecode(bytes(desk.prompter.ask(question).value))


def _read(path: str) -> key_files.KeyFile:
    found = key_files.read(path, largest=LARGEST)
    if found.form is Form.OTHER and found.size < SMALLEST:
        name = os.path.basename(path)  # noqa: PTH119 a path of surrogates stays what it is
        raise KeyFileError(name=name, reason=f"it is too short to be a key, {SMALLEST} bytes are the least")
    return found


def _output(key: bytes, desk: Desk) -> bytes:
    return derive_hkdf(key, salt=b"", info=context(_LABEL, bytes.fromhex(desk.vault)))
