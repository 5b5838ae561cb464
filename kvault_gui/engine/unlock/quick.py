"""Quick unlock: after a full unlock, a short PIN or a finger opens the vault again for a while in this login.

No way in of the vault: nothing of it is in the header. The keys are sealed under HKDF of 32 random bytes Q and the PIN
stretched by Argon2id. Q is sealed to the TPM, with the PIN, so that the chip counts wrong ones; without a TPM it lies
in the desktop keyring's session collection, which is never written to disk. The box lies in the login's runtime folder
and says itself, authenticated, until when, in which boot and in which login it is good. Three wrong tries wipe it.

What it withstands: somebody at the keyboard. With the keyring, a program of the same user could take Q and try PINs at
leisure; a finger stops no program at all, as fprintd only says yes or no.
"""

from __future__ import annotations

import contextlib
import time
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..api import AskSecret, AskTouch, Method, QuickState, Secret
from ..crypto import aead, canonical, kdf
from ..crypto.rng import random_bytes
from ..errors import (
    AuthenticationError,
    BiometricsError,
    FingerUnknownError,
    InvalidInputError,
    KeyringError,
    KeyringLostError,
    LibraryMissingError,
    PinError,
    QuickUnlockOverError,
    TpmError,
    TpmLockoutError,
    TpmOtherError,
    WrongQuickPinError,
)
from ..tokens import biometrics, desktop_keyring, device, tpm, tpm_channel
from ..tokens.pins import text_of
from ..vault import quick_files
from ..vault.quick_files import TRIES, Box, Kept
from ..vault.sealing import AES, context
from ..vault.slots import Keys

if TYPE_CHECKING:
    from ..api import Prompter

Way = Literal["pin", "finger"]

LEAST_PIN = 4  # characters
MAX_PIN = 256  # bytes
LEAST_SECONDS = 60
MAX_SECONDS = 7 * 24 * 3600
_LABEL = b"kvault quick unlock v1"
_NONCE = 12
_KEY = 32
_WHERE = {"tpm": "TPM", "keyring": "desktop keyring"}
_UNSET = "it was not set up in this login"


def state(vault: str) -> QuickState:
    """How it stands for a vault (its id, 32 hex digits). Wipes what is over. ``reason`` says why it is not ready."""
    try:
        with quick_files.opened() as folder:
            kept = _valid(folder, vault)
            return _described(kept, quick_files.tries(folder, vault))
    except FileNotFoundError:
        pass
    except quick_files.Unsafe as problem:
        return QuickState(ready=False, reason=f"Quick unlock is not possible: {problem}.")
    except QuickUnlockOverError as over:
        if over.fields["reason"] != _UNSET:
            return QuickState(ready=False, reason=f"{over}.")
    where = _possible()
    if not where:
        reason = f"Quick unlock needs a TPM or the desktop's keyring; {desktop_keyring.problem()}."
        return QuickState(ready=False, reason=reason)
    return QuickState(ready=False, where=_WHERE[where], words=_words(where, finger=False))


def remember(vault: str, keys: Keys, pin: Secret | None, seconds: int, biometrics_wanted: bool) -> QuickState:  # noqa: FBT001 as api.Quick has it
    """Keep ``keys`` for ``seconds`` in this login, in place of what was kept.

    Raises:
        InvalidInputError: a PIN that is too short or long, none without a finger, a time outside 1 minute to 7 days.
        BiometricsError: no reader or no enrolled finger; KeyringError, TpmError: neither can keep it.
    """
    stretchable = None if pin is None or not pin.value else _normalised(pin, LEAST_PIN)
    if stretchable is None and not biometrics_wanted:
        raise InvalidInputError(reason="Quick unlock needs a PIN or a fingerprint", field="pin")
    if not LEAST_SECONDS <= seconds <= MAX_SECONDS:
        raise InvalidInputError(reason="Quick unlock lasts between a minute and seven days", field="seconds")
    if biometrics_wanted and (reason := biometrics.problem()):
        raise BiometricsError(reason=reason)
    forget(vault)
    try:
        with quick_files.opened(make=True) as folder:
            kept = _made(vault, keys, stretchable, seconds, finger=biometrics_wanted)
            with quick_files.alone(folder, vault):
                quick_files.store(folder, kept)
    except quick_files.Unsafe as problem:
        raise QuickUnlockOverError(reason=str(problem)) from None
    return state(vault)


def unlock(vault: str, name: str, pin: Secret | None, prompter: Prompter) -> Keys:
    """The keys again. Without ``pin`` a finger is asked for where that was set up, else the PIN.

    Args:
        vault: its id.
        name: its folder or name, for questions.
        pin: what was typed already.
        prompter: asks.

    Raises:
        QuickUnlockOverError: nothing is kept, or no more; WrongQuickPinError: tries are left.
        FingerUnknownError, BiometricsError, KeyringLockedError, KeyringError, TpmError and its kinds, CancelledError.
    """
    try:
        with quick_files.opened() as folder:
            kept = _valid(folder, vault)
            if (pin is None or not pin.value) and kept.finger is not None:
                return _by_finger(folder, kept, kept.finger, name, prompter)
            if kept.pin is None:
                raise InvalidInputError(reason="Quick unlock was set up with a fingerprint, without a PIN", field="pin")
            if pin is None or not pin.value:
                left = _left(folder, kept, kept.pin)
                title, text = "Quick unlock", f"Your PIN for {Path(name).name}"
                pin = prompter.ask(AskSecret(title, text, left, Method.QUICK, least=LEAST_PIN))
            return _by_pin(folder, kept, kept.pin, _normalised(pin, 1))
    except FileNotFoundError:
        raise QuickUnlockOverError(reason=_UNSET) from None
    except quick_files.Unsafe as problem:
        raise QuickUnlockOverError(reason=str(problem)) from None


def forget(vault: str) -> None:
    """Forget what is kept of a vault, in all places. Idempotent; what cannot be reached is worthless by itself."""
    with contextlib.suppress(FileNotFoundError, quick_files.Unsafe), quick_files.opened() as folder:
        _wipe(folder, vault)


# --- how it stands ---------------------------------------------------------------------------------------------------


def _valid(folder: int, vault: str) -> Kept:
    """What is kept and good now. Raises QuickUnlockOverError, after wiping what can never be good again."""
    try:
        kept = quick_files.load(folder, vault)
        left = quick_files.tries(folder, vault)
    except QuickUnlockOverError:
        _wipe(folder, vault)
        raise
    if kept is None:
        raise QuickUnlockOverError(reason=_UNSET)
    over = _over(kept) or ("" if left else "its three tries are used up")
    if over:
        _wipe(folder, vault)
        raise QuickUnlockOverError(reason=over)
    if kept.login != device.login():
        raise QuickUnlockOverError(reason="it was set up in another login")
    return kept


def _over(kept: Kept) -> str:
    if kept.boot != device.boot():
        return "the computer was started again"
    if device.login_is_over(kept.login):
        return "the login in which it was set up has ended"
    # Both clocks: one stands still for nobody, the other can be set back but not the first.
    if device.since_boot() >= kept.until_boot or time.time() >= kept.until:
        return "its time has passed"
    return ""


def _described(kept: Kept, tries: int) -> QuickState:
    left = min(kept.until - time.time(), kept.until_boot - device.since_boot())
    return QuickState(
        ready=True,
        until=time.time() + left,
        retries=tries,
        biometrics=kept.finger is not None,
        pin=kept.pin is not None,
        where=_WHERE.get(kept.where, ""),
        words=_words(kept.where, finger=kept.finger is not None),
    )


def _words(where: str, *, finger: bool) -> str:
    said = "It keeps out whoever comes to your keyboard; three wrong tries end it."
    if where == "keyring":
        said += " A program that you run could try PINs without that limit, as there is no TPM to count them."
    return said + (" The finger stops no program, only a person." if finger else "")


def _possible() -> str:
    if not tpm_channel.problem() and not tpm_channel.library_missing():
        return "tpm"
    return "" if desktop_keyring.problem() else "keyring"


def _wipe(folder: int, vault: str) -> None:
    kept = None
    with contextlib.suppress(QuickUnlockOverError):
        kept = quick_files.load(folder, vault)
    quick_files.remove(folder, vault)
    if kept is not None and kept.where == "keyring":
        for box in (kept.pin, kept.finger):
            if box is not None:
                with contextlib.suppress(KeyringError, LibraryMissingError):
                    desktop_keyring.forget(str(box.hold.get("item")), session=True)


# --- sealing ---------------------------------------------------------------------------------------------------------


def _made(vault: str, keys: Keys, pin: bytearray | None, seconds: int, *, finger: bool) -> Kept:
    kept = Kept(
        format=1,
        vault=vault,
        until=int(time.time()) + seconds,
        until_boot=int(device.since_boot()) + seconds,
        boot=device.boot(),
        login=device.login(),
        where=_possible() or "keyring",
    )
    try:
        return _sealed(kept, keys, pin, finger=finger)
    except TpmError:
        if kept.where != "tpm" or desktop_keyring.problem():
            raise
        return _sealed(_replaced(kept, where="keyring"), keys, pin, finger=finger)


def _replaced(kept: Kept, *, where: str | None = None, pin: Box | None = None, finger: Box | None = None) -> Kept:
    return Kept(
        kept.format, kept.vault, kept.until, kept.until_boot, kept.boot, kept.login, where or kept.where, pin, finger
    )


def _sealed(kept: Kept, keys: Keys, pin: bytearray | None, *, finger: bool) -> Kept:
    return _replaced(
        kept,
        pin=None if pin is None else _box(kept, "pin", keys, pin),
        finger=_box(kept, "finger", keys, None) if finger else None,
    )


def _box(kept: Kept, way: Way, keys: Keys, pin: bytearray | None) -> Box:
    salt, nonce, q = random_bytes(kdf.ARGON2_SALT_BYTES), random_bytes(_NONCE), random_bytes(_KEY)
    stretched = _stretched(pin, salt)
    hold: dict[str, str | int]
    if kept.where == "tpm":
        hold = dict(tpm.seal(q, stretched or None))
    else:
        hold = {"item": f"quick {kept.vault} {random_bytes(8).hex()}"}
        desktop_keyring.keep(str(hold["item"]), q, "kvault: quick unlock, until you log out", session=True)
    key = _key(q, stretched, salt, kept, way)
    box = aead.seal(AES, key, nonce, keys.vk + (keys.uk or b""), _aad(kept, way))
    return Box(hold, salt.hex(), nonce.hex(), box.hex())


def _open(kept: Kept, way: Way, box: Box, pin: bytearray | None) -> Keys:
    """Raises AuthenticationError or PinError for a wrong PIN."""
    try:
        salt, nonce, sealed = (bytes.fromhex(part) for part in (box.salt, box.nonce, box.sealed))
        stretched = _stretched(pin, salt)
        q = (
            _unsealed(box, stretched)
            if kept.where == "tpm"
            else desktop_keyring.fetch(str(box.hold.get("item")), session=True)
        )
        both = aead.open_sealed(AES, _key(q, stretched, salt, kept, way), nonce, sealed, _aad(kept, way))
    except (ValueError, InvalidInputError):
        raise QuickUnlockOverError(reason="what was kept for it was altered") from None
    if len(both) not in {_KEY, 2 * _KEY}:
        raise QuickUnlockOverError(reason="what was kept for it was altered")
    return Keys(both[:_KEY], both[_KEY:] or None)


def _unsealed(box: Box, stretched: bytes) -> bytes:
    checked = tpm.check(box.hold)  # the chip's lock-out is said before a try is made
    try:
        return tpm.unseal(box.hold, stretched or None, checked)
    except TpmLockoutError:  # this try was a wrong one, and the chip's last
        raise AuthenticationError from None


def _stretched(pin: bytearray | None, salt: bytes) -> bytes:
    if pin is None:
        return b""
    return kdf.derive_argon2id(
        pin, salt=salt, memory_kib=kdf.ARGON2_MEMORY_KIB, iterations=kdf.ARGON2_ITERATIONS, lanes=kdf.ARGON2_LANES
    )


def _key(q: bytes, stretched: bytes, salt: bytes, kept: Kept, way: Way) -> bytes:
    info = context(_LABEL, bytes.fromhex(kept.vault), way.encode())
    return kdf.derive_hkdf(context(q, stretched), salt=salt, info=info)


def _aad(kept: Kept, way: Way) -> bytes:
    return canonical.encode(
        ["kvault quick unlock v1", kept.vault, kept.until, kept.until_boot, kept.boot, kept.login, kept.where, way]
    )


def _normalised(pin: Secret, least: int) -> bytearray:
    """The PIN's bytes, the same from every keyboard. Raises InvalidInputError."""
    if len(pin.value) > MAX_PIN:
        raise InvalidInputError(reason="The PIN is too long", field="pin")
    text = unicodedata.normalize("NFC", text_of(pin))
    if len(text) < least:
        raise InvalidInputError(reason=f"The PIN needs at least {least} characters", field="pin")
    return bytearray(text.encode())


# --- one try ---------------------------------------------------------------------------------------------------------


def _left(folder: int, kept: Kept, box: Box) -> int:
    """Tries that are left, here and in the chip. Raises TpmLockoutError and its kin before a PIN is asked for."""
    here = quick_files.tries(folder, kept.vault)
    if kept.where != "tpm":
        return here
    chip = tpm.check(box.hold).lockout.tries
    return here if chip is None else min(here, chip)


def _by_pin(folder: int, kept: Kept, box: Box, pin: bytearray) -> Keys:
    with quick_files.alone(folder, kept.vault):
        left = _take_try(folder, kept)
        try:
            keys = _open(kept, "pin", box, pin)
        except (AuthenticationError, PinError):
            if left:
                raise WrongQuickPinError(count=left) from None
            _wipe(folder, kept.vault)
            raise QuickUnlockOverError(reason="three wrong PINs were given") from None
        except BaseException as error:
            _after(folder, kept, left, error)
            raise
        finally:
            pin[:] = bytes(len(pin))
        quick_files.set_tries(folder, kept.vault, TRIES)
        return keys


def _by_finger(folder: int, kept: Kept, box: Box, name: str, prompter: Prompter) -> Keys:
    with quick_files.alone(folder, kept.vault):
        left = _take_try(folder, kept)
        try:
            request = AskTouch(biometrics.NAME, biometrics.SECONDS, f"To unlock {Path(name).name}")
            with prompter.during(request) as cancelled:
                biometrics.verify(cancelled, biometrics.SECONDS)
            keys = _open(kept, "finger", box, None)
        except FingerUnknownError:
            if not left:
                _wipe(folder, kept.vault)
                raise QuickUnlockOverError(reason="three fingers were not recognised") from None
            raise
        except AuthenticationError:
            _wipe(folder, kept.vault)
            raise QuickUnlockOverError(reason="what was kept for it was altered") from None
        except BaseException as error:
            _after(folder, kept, left, error)
            raise
        quick_files.set_tries(folder, kept.vault, TRIES)
        return keys


def _take_try(folder: int, kept: Kept) -> int:
    """Count the try before it is made; gives what is left after it."""
    _valid(folder, kept.vault)  # another program may have wiped it, or its time passed while the person typed
    left = quick_files.tries(folder, kept.vault) - 1
    quick_files.set_tries(folder, kept.vault, left)
    return left


def _after(folder: int, kept: Kept, left: int, error: BaseException) -> None:
    """Nothing was tried: give the try back, unless what is kept can never be opened again."""
    if isinstance(error, KeyringLostError):
        _wipe(folder, kept.vault)
        raise QuickUnlockOverError(reason="the desktop's keyring no longer holds its part") from None
    if isinstance(error, TpmOtherError):
        _wipe(folder, kept.vault)
        raise QuickUnlockOverError(reason="the TPM no longer knows its part") from None
    if isinstance(error, QuickUnlockOverError):
        _wipe(folder, kept.vault)
    else:
        quick_files.set_tries(folder, kept.vault, left + 1)
