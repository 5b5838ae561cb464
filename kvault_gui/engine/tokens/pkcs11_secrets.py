"""How a secret travels to a key on a PKCS#11 token and comes back: the modes that `pkcs11_keys` lists."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ..crypto import card_keys
from ..crypto.mac import same
from ..crypto.rng import random_bytes
from ..errors import AuthenticationError, InvalidInputError, TokenKeyError
from .pkcs11_keys import Key, Sent, handle

if TYPE_CHECKING:
    from .pkcs11 import Handle
    from .pkcs11_keys import Item

_SECRET = 32  # bytes
_NONCE = 12
_TAG = 16


def send(session: Handle, key: Key, aad: bytes, pin: str | None) -> Sent:
    """A new secret for the key, in the best way that the token shows it can open.

    Args:
        session: logged in.
        key: one without a problem.
        aad: bound where the mode can (AES-GCM); bind it in what is derived from the secret as well.
        pin: for keys that want it at each use (CKA_ALWAYS_AUTHENTICATE).

    Raises TokenKeyError if there is no such way.
    """
    import pkcs11  # noqa: PLC0415 optional; there is a session already

    mechanisms = session.token.slot.get_mechanisms()
    unable = (
        pkcs11.MechanismInvalid,
        pkcs11.MechanismParamInvalid,
        pkcs11.ArgumentsBad,
        pkcs11.FunctionNotSupported,
        pkcs11.FunctionFailed,
        pkcs11.GeneralError,
        pkcs11.DataLenRange,
        pkcs11.TemplateInconsistent,
        pkcs11.AttributeValueInvalid,
        pkcs11.AttributeSensitive,
        pkcs11.KeyNotWrappable,
        pkcs11.KeyTypeInconsistent,
        pkcs11.KeyUnextractable,
    )
    for mode in offered(mechanisms, handle(session, key), key):
        try:
            sent = _sent(session, key, mode, aad)
            if same(receive(session, key, sent.mode, sent.sent, aad, pin), sent.secret):
                return sent
        except (*unable, AuthenticationError, AttributeError):
            continue  # it lists what it cannot do, or its key may not; AttributeError: a key without that use
    raise TokenKeyError(name=session.token.label, found=f"{key.title} can decrypt in no way that kvault knows")


def offered(mechanisms: set[int], item: Item, key: Key) -> list[str]:
    """The modes that a token with these mechanisms may have for a key, best first."""
    from pkcs11 import Mechanism  # noqa: PLC0415 optional; there is a session already

    if key.kind.startswith("aes"):
        found = ["aes-gcm"] if Mechanism.AES_GCM in mechanisms and hasattr(item, "decrypt") else []
        if hasattr(item, "wrap_key") and hasattr(item, "unwrap_key"):
            found += ["aes-kwp"] if _padded(mechanisms) is not None else []
            found += ["aes-kw"] if Mechanism.AES_KEY_WRAP in mechanisms else []
        return found
    if key.kind.startswith("rsa"):
        found = ["rsa-oaep-sha256", "rsa-oaep-sha1"] if Mechanism.RSA_PKCS_OAEP in mechanisms else []
        return [*found, "rsa-kem"] if Mechanism.RSA_X_509 in mechanisms else found
    return ["ecdh", "ecdh-der"] if Mechanism.ECDH1_DERIVE in mechanisms else []


def _padded(mechanisms: set[int]) -> int | None:
    """RFC 5649 under the name that the module has for it (PKCS#11 3.1, section 6.10.19)."""
    from pkcs11 import Mechanism  # noqa: PLC0415 optional; there is a session already

    return next((one for one in (Mechanism.AES_KEY_WRAP_KWP, Mechanism.AES_KEY_WRAP_PAD) if one in mechanisms), None)


def _sent(session: Handle, key: Key, mode: str, aad: bytes) -> Sent:
    import pkcs11  # noqa: PLC0415 optional; there is a session already

    card_key = card_keys.CardKey(key.kind, key.words, key.public)
    if mode.startswith("ecdh") or mode == "rsa-kem":
        secret, sent = card_keys.send(card_key, unpads=False)
        return Sent(mode, secret, sent)
    secret = random_bytes(_SECRET)
    if mode == "aes-gcm":
        nonce = random_bytes(_NONCE)
        gcm = pkcs11.GCMParams(nonce, aad, _TAG * 8)
        item = handle(session, key)
        box = item.encrypt(secret, mechanism=pkcs11.Mechanism.AES_GCM, mechanism_param=gcm)
        return Sent(mode, secret, nonce + bytes(box))
    if mode.startswith("aes"):
        return Sent(mode, secret, _wrapped(session, key, mode, secret))
    wanted = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PUBLIC_KEY, pkcs11.Attribute.ID: key.id}
    for public in list(session.get_objects(wanted)):
        mechanism, parameter = _oaep(mode)
        return Sent(mode, secret, bytes(public.encrypt(secret, mechanism=mechanism, mechanism_param=parameter)))
    raise AuthenticationError


def _wrapped(session: Handle, key: Key, mode: str, secret: bytes) -> bytes:
    import pkcs11  # noqa: PLC0415 optional; there is a session already

    attribute = pkcs11.Attribute
    template = {
        attribute.CLASS: pkcs11.ObjectClass.SECRET_KEY,
        attribute.KEY_TYPE: pkcs11.KeyType.GENERIC_SECRET,
        attribute.TOKEN: False,
        attribute.SENSITIVE: False,
        attribute.EXTRACTABLE: True,
        attribute.VALUE: secret,
    }
    carried = session.create_object(template)
    try:
        return bytes(handle(session, key).wrap_key(carried, mechanism=_wrapping(session, mode)))
    finally:
        carried.destroy()


def _wrapping(session: Handle, mode: str) -> int:
    from pkcs11 import Mechanism  # noqa: PLC0415 optional; there is a session already

    padded = _padded(session.token.slot.get_mechanisms())
    return Mechanism.AES_KEY_WRAP if mode == "aes-kw" or padded is None else padded


def _oaep(mode: str) -> tuple[int, tuple[int, int, None]]:
    from pkcs11 import MGF, Mechanism  # noqa: PLC0415 optional; there is a session already

    if mode == "rsa-oaep-sha256":
        return Mechanism.RSA_PKCS_OAEP, (Mechanism.SHA256, MGF.SHA256, None)
    return Mechanism.RSA_PKCS_OAEP, (Mechanism.SHA_1, MGF.SHA1, None)


def receive(session: Handle, key: Key, mode: str, sent: bytes, aad: bytes, pin: str | None) -> bytes:
    """The secret of `send`.

    Raises AuthenticationError if it does not open, InvalidInputError for a mode that the key cannot have, and
    PKCS11Error for everything else that the token says.
    """
    import pkcs11  # noqa: PLC0415 optional; there is a session already

    item = handle(session, key)
    again = {"pin": pin} if pin is not None and key.kind.startswith("rsa") and _wants_pin_again(item) else {}
    try:
        if mode == "aes-gcm" and key.kind.startswith("aes"):
            gcm = pkcs11.GCMParams(sent[:_NONCE], aad, _TAG * 8)
            return bytes(item.decrypt(sent[_NONCE:], mechanism=pkcs11.Mechanism.AES_GCM, mechanism_param=gcm))
        if mode in {"aes-kwp", "aes-kw"} and key.kind.startswith("aes"):
            return _unwrapped(session, item, mode, sent)
        if mode.startswith("rsa-") and key.kind.startswith("rsa"):
            mechanism, parameter = (pkcs11.Mechanism.RSA_X_509, None) if mode == "rsa-kem" else _oaep(mode)
            opened = bytes(item.decrypt(sent, mechanism=mechanism, mechanism_param=parameter, **again))
            return opened.rjust(len(sent), b"\0") if mode == "rsa-kem" else opened
        if mode in {"ecdh", "ecdh-der"} and key.public and not key.kind.startswith("rsa"):
            return _agreed(item, key.kind, sent, der=mode == "ecdh-der")
    except (
        pkcs11.EncryptedDataInvalid,
        pkcs11.EncryptedDataLenRange,
        pkcs11.WrappedKeyInvalid,
        pkcs11.WrappedKeyLenRange,
        pkcs11.DataInvalid,
    ) as error:
        raise AuthenticationError from error
    except (pkcs11.GeneralError, pkcs11.FunctionFailed) as error:
        _refuse_lost(session)
        raise AuthenticationError from error
    raise InvalidInputError(reason=f"“{mode}” is no way to send a secret to {key.words}")


def _refuse_lost(session: Handle) -> None:
    """After a failure without a reason (SoftHSM's answer to a wrong tag): raise PKCS11Error if the token is gone."""
    from pkcs11 import RandomNoRNG  # noqa: PLC0415 optional; there is a session already

    with contextlib.suppress(RandomNoRNG):
        session.generate_random(64)


def _wants_pin_again(item: Item) -> bool:
    from pkcs11 import Attribute, PKCS11Error  # noqa: PLC0415 optional; there is a session already

    try:
        return bool(item[Attribute.ALWAYS_AUTHENTICATE])
    except PKCS11Error:
        return False  # older than the attribute


def _unwrapped(session: Handle, item: Item, mode: str, sent: bytes) -> bytes:
    import pkcs11  # noqa: PLC0415 optional; there is a session already

    readable = {pkcs11.Attribute.SENSITIVE: False, pkcs11.Attribute.EXTRACTABLE: True}
    carried = item.unwrap_key(
        pkcs11.ObjectClass.SECRET_KEY,
        pkcs11.KeyType.GENERIC_SECRET,
        sent,
        mechanism=_wrapping(session, mode),
        capabilities=pkcs11.MechanismFlag(0),
        template=readable,
    )
    try:
        return bytes(carried[pkcs11.Attribute.VALUE])
    finally:
        carried.destroy()


def _agreed(item: Item, kind: str, point: bytes, *, der: bool) -> bytes:
    import pkcs11  # noqa: PLC0415 optional; there is a session already

    size = card_keys.coordinate_bytes(kind)
    given = b"\x04" + _length(len(point)) + point if der else point
    carried = item.derive_key(
        pkcs11.KeyType.GENERIC_SECRET,
        size * 8,
        mechanism=pkcs11.Mechanism.ECDH1_DERIVE,
        mechanism_param=(pkcs11.KDF.NULL, None, given),
        capabilities=pkcs11.MechanismFlag(0),
        template={pkcs11.Attribute.SENSITIVE: False, pkcs11.Attribute.EXTRACTABLE: True},
    )
    try:
        return bytes(carried[pkcs11.Attribute.VALUE])
    finally:
        carried.destroy()


def _length(size: int) -> bytes:
    """DER's length of an OCTET STRING below 256 bytes."""
    return bytes([size]) if size < 0x80 else bytes([0x81, size])  # noqa: PLR2004 the short form of X.690, 8.1.3
