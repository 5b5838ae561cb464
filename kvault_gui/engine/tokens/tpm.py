"""The TPM 2.0 of this computer (TCG TPM 2.0 Library, parts 1 to 3): sealing a secret, and how the chip stands.

A secret is sealed as a keyed-hash object under the storage root key: the persistent one of the TCG's provisioning
guidance (0x81000001) where there is one, else the same key made anew from the owner seed and its ECC template. Its
name (the hash of its public area) is kept with the blob and compared before anything is sent: another chip, a cleared
one and a device between the chip and us are told apart. All commands that carry a secret run in a session that is
salted with that key and encrypts the parameter (part 1, section 21), so that it never crosses the bus in clear.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ..api import Method, TokenInfo
from ..crypto.hashes import sha256
from ..crypto.kdf import derive_hkdf
from ..crypto.mac import same
from ..crypto.rng import random_bytes
from ..errors import (
    InvalidInputError,
    LastPinTryError,
    LibraryMissingError,
    TpmChangedError,
    TpmError,
    TpmLockoutError,
    TpmMissingError,
    TpmOtherError,
    WrongPinError,
)
from . import tpm_channel
from .tpm_channel import connected

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ID = "tpm"
MAX_SECRET = 128  # bytes: MAX_SYM_DATA
PCRS = range(24)
NAME = "the TPM"

# tpm2_pytss ships no types.
Library: TypeAlias = Any
Context: TypeAlias = Any  # its ESAPI
Handle: TypeAlias = Any  # its ESYS_TR
Structure: TypeAlias = Any  # one of its TPM2B_, TPMT_ or TPMS_

Blob = dict[str, str | int]  # what `seal` gives and `unseal` takes; plain, fit for a clear header

_SRK = 0x81000001  # TCG TPM v2.0 Provisioning Guidance, section 7.5.1
_PIN_INFO = b"kvault TPM PIN v1"
_PCR_INFO = b"kvault TPM PCR v1"
_SALT = 16  # bytes
_HEX = ("parent", "public", "private", "salt")
_PROPERTIES = 64
_FIRMWARE = 0x10B  # TPM_PT_FIRMWARE_VERSION_1, which the library does not name
_MAKERS = {
    "ATML": "Atmel",
    "GOOG": "Google",
    "IBM": "software",
    "IFX": "Infineon",
    "INTC": "Intel",
    "MSFT": "Microsoft",
    "NTC": "Nuvoton",
    "NSM": "National Semiconductor",
    "QCOM": "Qualcomm",
    "STM": "STMicroelectronics",
}


class Lockout(NamedTuple):
    """The chip's guard against guessing (part 1, section 19.8). ``tries`` None: it does not count."""

    tries: int | None  # wrong PINs that are left
    seconds: int  # until one try comes back
    locked: bool


class Checked(NamedTuple):
    """What `check` found; ``parent`` saves `unseal` from making the storage root key a second time."""

    lockout: Lockout
    parent: object = None


class _Sealed(NamedTuple):
    """A blob, read."""

    parent: bytes  # name of the storage root key
    public: bytes
    private: bytes
    salt: bytes
    pin: bool
    pcrs: list[int]
    digests: list[str]


# --- how it stands ---------------------------------------------------------------------------------------------------


def trouble() -> str:
    """Why it cannot be used and what to do, as far as can be told without opening it; "" if nothing speaks against."""
    if reason := tpm_channel.problem():
        return TpmMissingError(reason=reason).brief
    if tpm_channel.library_missing():
        return LibraryMissingError(needed="The TPM", package="tpm2-pytss").brief
    return ""


def find() -> list[TokenInfo]:
    """The TPM, if there is one; with a ``problem`` if it cannot be used."""
    if tpm_channel.problem() == tpm_channel.ABSENT:
        return []
    if words := trouble():
        return [TokenInfo(ID, "TPM", "", [Method.TPM], problem=words)]
    try:
        with connected() as (tss, esys):
            properties = _properties(tss, esys, tss.TPM2_PT.FIXED)
            guard = _lockout(tss, esys)
    except TpmError as error:
        return [TokenInfo(ID, "TPM", "", [Method.TPM], problem=error.brief)]
    version = properties.get(_FIRMWARE, 0)
    firmware = f"{version >> 16}.{version & 0xFFFF}"
    warnings = [_paused(guard)] if guard.locked else []
    return [TokenInfo(ID, _named(tss, properties), "", [Method.TPM], firmware, "", warnings)]


def state() -> tuple[str, Lockout]:
    """The chip's name for people, e.g. "TPM (Infineon)", and its guard. Raises TpmError and its kinds."""
    with connected() as (tss, esys):
        return _named(tss, _properties(tss, esys, tss.TPM2_PT.FIXED)), _lockout(tss, esys)


def _paused(guard: Lockout) -> str:
    return f"It takes no PIN at the moment: too many wrong ones were tried. One try comes back every {guard.seconds} s."


def _named(tss: Library, properties: dict[int, int]) -> str:
    letters = properties.get(int(tss.TPM2_PT.MANUFACTURER), 0).to_bytes(4, "big").decode("ascii", "replace")
    maker = letters.rstrip("\0 ")
    return f"TPM ({_MAKERS.get(maker, maker if maker.isalnum() else 'unknown maker')})"


def _properties(tss: Library, esys: Context, first: int) -> dict[int, int]:
    _, data = esys.get_capability(tss.TPM2_CAP.TPM_PROPERTIES, int(first), _PROPERTIES)
    return {int(one.property): int(one.value) for one in data.data.tpmProperties}


def _lockout(tss: Library, esys: Context) -> Lockout:
    known = _properties(tss, esys, tss.TPM2_PT.VAR)
    most = known.get(int(tss.TPM2_PT.MAX_AUTH_FAIL), 0)
    used = known.get(int(tss.TPM2_PT.LOCKOUT_COUNTER), 0)
    seconds = known.get(int(tss.TPM2_PT.LOCKOUT_INTERVAL), 0)
    locked = bool(known.get(int(tss.TPM2_PT.PERMANENT), 0) & int(tss.TPMA_PERMANENT.INLOCKOUT))
    if not seconds:  # part 1, section 19.8.2: recoveryTime 0 switches the guard off
        return Lockout(None, 0, locked)
    return Lockout(max(0, most - used), seconds, locked)


# --- sealing ---------------------------------------------------------------------------------------------------------


def seal(secret: bytes, pin: bytes | None = None, pcrs: Sequence[int] = ()) -> Blob:
    """Seal ``secret`` to this computer's TPM.

    Args:
        secret: 1 to 128 bytes.
        pin: what must be given as well; the chip counts wrong ones and locks itself for a time. None: none.
        pcrs: numbers of PCRs (0 to 23, SHA-256 bank) that must then be as they are now.

    Returns:
        What `unseal` needs, all of it public: key names, the sealed object, digests of the PCRs.

    Raises:
        InvalidInputError: a secret, PIN or PCR outside these bounds.
        TpmError: and its kinds; LibraryMissingError.
    """
    chosen = sorted(set(pcrs))
    if not 0 < len(secret) <= MAX_SECRET:
        raise InvalidInputError(reason=f"A TPM seals 1 to {MAX_SECRET} bytes")
    if pin is not None and not pin:
        raise InvalidInputError(reason="The PIN is empty")
    if any(number not in PCRS for number in chosen):
        raise InvalidInputError(reason="PCRs are numbered 0 to 23")
    salt = random_bytes(_SALT)
    with connected() as (tss, esys), contextlib.ExitStack() as stack:
        parent, _ = _parent(tss, esys, None, stack)
        session = stack.enter_context(_session(tss, esys, tss.TPM2_SE.HMAC, parent))
        values = _pcr_values(esys, chosen)
        template = _template(tss, pin=pin is not None, policy=_policy(tss, esys, values, pin=pin is not None))
        inner = tss.TPMS_SENSITIVE_CREATE(
            userAuth=b"" if pin is None else _auth(pin, salt), data=tss.TPM2B_SENSITIVE_DATA(secret)
        )
        private, public, *_ = esys.create(parent, tss.TPM2B_SENSITIVE_CREATE(inner), template, session1=session)
        blob: Blob = {
            "parent": bytes(esys.tr_get_name(parent)).hex(),
            "public": public.marshal().hex(),
            "private": private.marshal().hex(),
            "salt": salt.hex(),
            "pin": int(pin is not None),
        }
        if chosen:
            blob["pcrs"] = ",".join(str(number) for number in chosen)
            blob["digests"] = ",".join(_told(values[number]) for number in chosen)
        return blob


def check(blob: Mapping[str, str | int]) -> Checked:
    """Whether `unseal` can work now: the same chip, the same PCRs, no lock-out. To be asked before the PIN.

    Raises TpmOtherError, TpmChangedError, TpmLockoutError (for a blob with a PIN), TpmMissingError, InvalidInputError.
    """
    sealed = _read(blob)
    with connected() as (tss, esys), contextlib.ExitStack() as stack:
        guard = _lockout(tss, esys)
        _refuse_changed(esys, sealed)
        _, saved = _parent(tss, esys, sealed.parent, stack)
        if sealed.pin and guard.locked:
            raise TpmLockoutError(seconds=guard.seconds)
        return Checked(guard, saved)


def unseal(blob: Mapping[str, str | int], pin: bytes | None = None, checked: Checked | None = None) -> bytes:
    """The secret of `seal`.

    Args:
        blob: what `seal` gave.
        pin: as given to it; one try of the chip's own counter if it is wrong.
        checked: what `check` found, if it was asked.

    Raises:
        WrongPinError, LastPinTryError, TpmLockoutError: the PIN.
        TpmChangedError: PCRs differ, no PIN was tried; TpmOtherError: another or a cleared chip, or an altered blob.
        TpmMissingError, TpmError: the chip itself; InvalidInputError: no blob, or no PIN for one that has one.
    """
    sealed = _read(blob)
    if sealed.pin and not pin:
        raise InvalidInputError(reason="The TPM needs the PIN")
    with connected() as (tss, esys), contextlib.ExitStack() as stack:
        _refuse_changed(esys, sealed)
        parent, _ = _parent(tss, esys, sealed.parent, stack, checked.parent if checked else None)
        session = stack.enter_context(_session(tss, esys, tss.TPM2_SE.HMAC, parent))
        item = stack.enter_context(esys.load(parent, *_parts(tss, sealed), session1=session))
        if sealed.pin and pin:
            esys.tr_set_auth(item, _auth(pin, sealed.salt))
        if sealed.pcrs:
            session = stack.enter_context(_session(tss, esys, tss.TPM2_SE.POLICY, parent))
            esys.policy_pcr(session, None, _selection(sealed.pcrs))
            if sealed.pin:
                esys.policy_auth_value(session)
        try:
            return bytes(esys.unseal(item, session1=session))
        except tss.TSS2_Exception as error:
            if sealed.pin and int(error.error) in {int(tss.TPM2_RC.AUTH_FAIL), int(tss.TPM2_RC.LOCKOUT)}:
                raise _wrong_pin(tss, esys) from error
            raise


def _wrong_pin(tss: Library, esys: Context) -> WrongPinError | TpmLockoutError:
    guard = _lockout(tss, esys)
    if guard.locked or guard.tries == 0:
        return TpmLockoutError(seconds=guard.seconds)
    if guard.tries == 1:
        return LastPinTryError(name=NAME, retries=1)
    return WrongPinError(name=NAME, retries=guard.tries if guard.tries is not None else "any number of")


def _read(blob: Mapping[str, str | int]) -> _Sealed:
    try:
        parent, public, private, salt = (bytes.fromhex(str(blob[part])) for part in _HEX)
        pcrs = [int(number) for number in str(blob.get("pcrs", "")).split(",") if number]
        digests = [digest for digest in str(blob.get("digests", "")).split(",") if digest]
        pin = blob["pin"]
    except (KeyError, ValueError) as error:
        raise InvalidInputError(reason="That is nothing that a TPM sealed") from error
    if pin not in {0, 1} or len(pcrs) != len(digests) or any(number not in PCRS for number in pcrs):
        raise InvalidInputError(reason="That is nothing that a TPM sealed")
    return _Sealed(parent, public, private, salt, bool(pin), pcrs, digests)


def _parts(tss: Library, sealed: _Sealed) -> tuple[Structure, Structure]:
    try:
        private, used_private = tss.TPM2B_PRIVATE.unmarshal(sealed.private)
        public, used_public = tss.TPM2B_PUBLIC.unmarshal(sealed.public)
    except (tss.TSS2_Exception, ValueError, TypeError) as error:
        raise InvalidInputError(reason="That is nothing that a TPM sealed") from error
    if (used_private, used_public) != (len(sealed.private), len(sealed.public)):
        raise InvalidInputError(reason="That is nothing that a TPM sealed")
    return private, public


def _auth(pin: bytes, salt: bytes) -> bytes:
    # 32 bytes, whatever the PIN's length; never ending in a zero byte, which the chip would take off.
    return derive_hkdf(pin, salt=salt, info=_PIN_INFO, length=31) + b"\1"


# --- keys, sessions, policies ----------------------------------------------------------------------------------------


def _parent(
    tss: Library,
    esys: Context,
    known: bytes | None,
    stack: contextlib.ExitStack,
    saved: object = None,
) -> tuple[Handle, object]:
    """The storage root key of that name (None: any), and its saved context where it had to be made."""
    if saved is not None:
        with contextlib.suppress(tss.TSS2_Exception):  # the chip was restarted meanwhile: make it again
            loaded = stack.enter_context(esys.context_load(saved))
            if known is None or same(bytes(esys.tr_get_name(loaded)), known):
                return loaded, saved
    with contextlib.suppress(tss.TSS2_Exception):  # there is no persistent one
        persistent = esys.tr_from_tpmpublic(_SRK)
        if known is None or same(bytes(esys.tr_get_name(persistent)), known):
            return persistent, None
    made, *_ = esys.create_primary(None, _root_template(tss), tss.ESYS_TR.OWNER)
    stack.enter_context(made)
    if known is not None and not same(bytes(esys.tr_get_name(made)), known):
        raise TpmOtherError
    return made, esys.context_save(made)


def _root_template(tss: Library) -> Structure:
    """The ECC storage root key (EK Credential Profile 2.5, template H-2, as the provisioning guidance changes it)."""
    bits = tss.TPMA_OBJECT
    attributes = bits.RESTRICTED | bits.DECRYPT | bits.FIXEDTPM | bits.FIXEDPARENT
    attributes |= bits.SENSITIVEDATAORIGIN | bits.USERWITHAUTH | bits.NODA
    area = tss.TPMT_PUBLIC.parse("ecc256:aes128cfb", objectAttributes=attributes)
    area.unique.ecc.x = bytes(32)
    area.unique.ecc.y = bytes(32)
    return tss.TPM2B_PUBLIC(publicArea=area)


def _template(tss: Library, *, pin: bool, policy: bytes) -> Structure:
    bits = tss.TPMA_OBJECT
    attributes = bits.FIXEDTPM | bits.FIXEDPARENT
    attributes |= bits.ADMINWITHPOLICY if policy else bits.USERWITHAUTH
    if not pin:
        attributes |= bits.NODA  # what needs no PIN is not to wait for wrong PINs of others
    area = tss.TPMT_PUBLIC(type=tss.TPM2_ALG.KEYEDHASH, nameAlg=tss.TPM2_ALG.SHA256, objectAttributes=attributes)
    area.authPolicy = policy
    area.parameters.keyedHashDetail.scheme.scheme = tss.TPM2_ALG.NULL
    return tss.TPM2B_PUBLIC(publicArea=area)


@contextlib.contextmanager
def _session(tss: Library, esys: Context, kind: int, parent: Handle) -> Iterator[Handle]:
    """A session salted with the storage root key that encrypts the first parameter both ways."""
    bits = tss.TPMA_SESSION
    with esys.start_auth_session(
        parent, tss.ESYS_TR.NONE, kind, tss.TPMT_SYM_DEF.parse("aes128cfb"), tss.TPM2_ALG.SHA256
    ) as session:
        flags = bits.CONTINUESESSION | bits.ENCRYPT | (bits.DECRYPT if kind == tss.TPM2_SE.HMAC else 0)
        esys.trsess_set_attributes(session, flags)
        yield session


def _policy(tss: Library, esys: Context, values: dict[int, bytes], *, pin: bool) -> bytes:
    """The policy digest for these PCR values; b"" without any (part 3, PolicyPCR and PolicyAuthValue)."""
    if not values:
        return b""
    none = tss.ESYS_TR.NONE
    kind, cipher, hashing = tss.TPM2_SE.TRIAL, tss.TPMT_SYM_DEF(algorithm=tss.TPM2_ALG.NULL), tss.TPM2_ALG.SHA256
    with esys.start_auth_session(none, none, kind, cipher, hashing) as trial:
        esys.policy_pcr(trial, sha256(b"".join(values[number] for number in sorted(values))), _selection(list(values)))
        if pin:
            esys.policy_auth_value(trial)
        return bytes(esys.policy_get_digest(trial))


def _selection(pcrs: Sequence[int]) -> str:
    return "sha256:" + ",".join(str(number) for number in sorted(pcrs))


def _pcr_values(esys: Context, pcrs: Sequence[int]) -> dict[int, bytes]:
    """Read one by one: a chip answers with as many as it likes."""
    values = {}
    for number in pcrs:
        _, _, digests = esys.pcr_read(_selection([number]))
        if not len(digests):
            raise TpmError(reason="it keeps no PCRs in SHA-256", name=NAME)
        values[number] = bytes(digests[0])
    return values


def _told(value: bytes) -> str:
    """Enough to tell that a PCR differs, and nothing of what it is."""
    return sha256(_PCR_INFO + value)[:8].hex()


def _changed(esys: Context, sealed: _Sealed) -> list[int]:
    now = _pcr_values(esys, sealed.pcrs)
    return [number for number, was in zip(sealed.pcrs, sealed.digests, strict=True) if _told(now[number]) != was]


def _refuse_changed(esys: Context, sealed: _Sealed) -> None:
    different = _changed(esys, sealed)
    if different:
        raise TpmChangedError(pcrs=", ".join(str(number) for number in different))
