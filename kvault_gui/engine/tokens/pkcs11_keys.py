"""Keys on PKCS#11 tokens: which can be used, making one, and sending a secret that only the key's holder can open.

How the secret travels is decided by what the token offers and shows that it can do, best first:

    aes-gcm             AES-GCM (NIST SP 800-38D), the secret as plaintext
    aes-kwp, aes-kw     AES key wrap (RFC 5649, RFC 3394), the secret as a key of the session
    rsa-oaep-sha256     RSA-OAEP with SHA-256 and MGF1-SHA-256 (RFC 8017)
    rsa-oaep-sha1       RSA-OAEP with SHA-1 and MGF1-SHA-1, where the token knows no other; not weaker here, since OAEP
                        does not rest on collisions
    rsa-kem             RSA-KEM (RFC 9690), where the token has bare RSA alone
    ecdh, ecdh-der      ECDH with a key made for the purpose (SP 800-56A); the point bare, or as an OCTET STRING

A key that can be read out of its token is refused: it is no token then (CKA_SENSITIVE, CKA_EXTRACTABLE).
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ..crypto import card_keys
from ..crypto.hashes import sha256
from ..crypto.rng import random_bytes
from ..errors import InvalidInputError, TokenKeyError

if TYPE_CHECKING:
    from .pkcs11 import Handle

MODES = {
    "aes-gcm": "AES-GCM",
    "aes-kwp": "AES key wrap",
    "aes-kw": "AES key wrap",
    "rsa-oaep-sha256": "OAEP with SHA-256",
    "rsa-oaep-sha1": "OAEP with SHA-1",
    "rsa-kem": "RSA-KEM",
    "ecdh": "ECDH",
    "ecdh-der": "ECDH",
}
MADE = ("aes256", "rsa2048", "rsa3072", "rsa4096", "p256", "p384")  # what `make` makes
_CURVES = {"p256": "secp256r1", "p384": "secp384r1"}
_EC = (*_CURVES, "p521")
_AES_BYTES = (16, 24, 32)
_ID = 16  # bytes

Item: TypeAlias = Any  # pkcs11.Key


class Key(NamedTuple):
    """A key on a token. ``problem`` says why it cannot be used, "" if it can."""

    kind: str  # "aes128", "aes192", "aes256" or a kind of card_keys; "" for any other type
    words: str  # "AES-256", "RSA 2048", "NIST P-256"
    label: str
    id: bytes  # CKA_ID
    public: bytes  # SubjectPublicKeyInfo; b"" for AES, which has none
    problem: str = ""
    item: Item = None  # the key in the session that found it

    @property
    def print(self) -> str:
        """What is known of it to everybody: of the public key, else of its id and label."""
        return sha256(self.public or b"\0".join((self.id, self.label.encode())))[:16].hex()

    @property
    def title(self) -> str:
        """For people: "AES-256 “vault key”"."""
        return f"{self.words} “{self.label}”" if self.label else self.words


class Sent(NamedTuple):
    """A secret, and what the token needs to find it again."""

    mode: str
    secret: bytes
    sent: bytes

    def __repr__(self) -> str:
        return f"Sent({self.mode}, …)"


# --- which keys ------------------------------------------------------------------------------------------------------


def keys(session: Handle) -> list[Key]:
    """Every secret and private key that the session sees, those that cannot be used with the reason."""
    import pkcs11  # noqa: PLC0415 optional; there is a session already

    found = []
    for kind in (pkcs11.ObjectClass.SECRET_KEY, pkcs11.ObjectClass.PRIVATE_KEY):
        items = list(session.get_objects({pkcs11.Attribute.CLASS: kind, pkcs11.Attribute.TOKEN: True}))
        found += [_read(session, item) for item in items]
    return found


def public_print(session: Handle, key_id: bytes) -> str:
    """`Key.print` of the public key with that id, as far as it can be seen without a PIN; "" if it cannot."""
    import pkcs11  # noqa: PLC0415 optional; there is a session already

    attribute = pkcs11.Attribute
    for item in session.get_objects({attribute.CLASS: pkcs11.ObjectClass.PUBLIC_KEY, attribute.ID: key_id}):
        der = _public_der(item)
        if der:
            return Key("", "", "", key_id, der).print
    return ""


def _read(session: Handle, item: Item) -> Key:
    import pkcs11  # noqa: PLC0415 optional; there is a session already

    attribute = pkcs11.Attribute
    label, key_id = str(_get(item, attribute.LABEL, "")), bytes(_get(item, attribute.ID, b""))
    kind, words, public = _kind(session, item, key_id)
    key = Key(kind, words, label, key_id, public, item=item)
    return key._replace(problem=_problem(item, key, attribute))


def _kind(session: Handle, item: Item, key_id: bytes) -> tuple[str, str, bytes]:
    import pkcs11  # noqa: PLC0415 optional; there is a session already

    key_type = _get(item, pkcs11.Attribute.KEY_TYPE, None)
    if key_type == pkcs11.KeyType.AES:
        size = int(_get(item, pkcs11.Attribute.VALUE_LEN, 0))
        return (f"aes{size * 8}" if size in _AES_BYTES else "", f"AES-{size * 8}", b"")
    if key_type not in {pkcs11.KeyType.RSA, pkcs11.KeyType.EC}:
        return "", getattr(key_type, "name", "unknown type").replace("_", " "), b""
    der = _public_der(item) or _public_of(session, key_id)
    if not der:
        return "", str(key_type.name), b""
    try:
        read = card_keys.read_der(der)
    except InvalidInputError:
        return "", str(key_type.name), b""
    usable = read.is_rsa or read.kind in _EC
    return (read.kind if usable else "", read.words, der)


def _public_of(session: Handle, key_id: bytes) -> bytes:
    import pkcs11  # noqa: PLC0415 optional; there is a session already

    attribute = pkcs11.Attribute
    wanted = {attribute.CLASS: pkcs11.ObjectClass.PUBLIC_KEY, attribute.ID: key_id}
    return next((der for item in list(session.get_objects(wanted)) if (der := _public_der(item))), b"")


def _public_der(item: Item) -> bytes:
    """The SubjectPublicKeyInfo of a public key, or of a private RSA key that shows its modulus; else b""."""
    from asn1crypto.keys import PublicKeyInfo, RSAPublicKey  # noqa: PLC0415 comes with python-pkcs11
    from pkcs11 import Attribute, KeyType  # noqa: PLC0415 optional; there is a session already
    from pkcs11.util.ec import encode_ec_public_key  # noqa: PLC0415 as above

    if _get(item, Attribute.KEY_TYPE, None) == KeyType.RSA:
        modulus, exponent = _get(item, Attribute.MODULUS, b""), _get(item, Attribute.PUBLIC_EXPONENT, b"")
        if not modulus or not exponent:
            return b""
        numbers = {"modulus": int.from_bytes(modulus, "big"), "public_exponent": int.from_bytes(exponent, "big")}
        return bytes(PublicKeyInfo.wrap(RSAPublicKey(numbers), "rsa").dump())
    if not _get(item, Attribute.EC_POINT, b"") or not _get(item, Attribute.EC_PARAMS, b""):
        return b""
    try:
        return bytes(encode_ec_public_key(item))
    except (ValueError, TypeError):
        return b""


def _problem(item: Item, key: Key, attribute: Any) -> str:  # noqa: ANN401 an enumeration of an optional library
    if not key.kind:
        return "keys of this type and size cannot be used"
    if not _get(item, attribute.SENSITIVE, default=False) or _get(item, attribute.EXTRACTABLE, default=True):
        return "it can be copied out of the token"
    if key.kind.startswith("rsa") and card_keys.has_roca(card_keys.CardKey(key.kind, key.words, key.public)):
        return "it comes from a chip whose keys can be computed (CVE-2017-15361)"
    uses = [attribute.DECRYPT, attribute.UNWRAP] if key.kind.startswith("aes") else [attribute.DECRYPT]
    if key.kind in _EC:
        uses = [attribute.DERIVE]
    if not any(_get(item, use, default=False) for use in uses):
        return "it is meant for other uses, for example signing"
    return ""


def _get(item: Item, attribute: int, default: Any) -> Any:  # noqa: ANN401 an attribute's value
    """An attribute, or ``default`` where the token does not have it or does not tell."""
    import pkcs11  # noqa: PLC0415 optional; there is a session already

    unknown = (pkcs11.AttributeTypeInvalid, pkcs11.AttributeSensitive, pkcs11.FunctionFailed)
    try:
        return item[attribute]
    except (*unknown, ValueError, IndexError):
        return default


def words(kind: str) -> str:
    """A kind of key for people: "AES-256", "RSA 2048"."""
    if kind.startswith("aes"):
        return f"AES-{kind.removeprefix('aes')}"
    return card_keys.WORDS.get(kind, "unknown key")


# --- making one ------------------------------------------------------------------------------------------------------


def make(session: Handle, kind: str, label: str) -> Key:
    """Make a key of a kind of `MADE` that never leaves the token. The session must be able to write.

    Raises InvalidInputError for another kind, TokenKeyError if what the token made can be copied out of it.
    """
    import pkcs11  # noqa: PLC0415 optional; there is a session already

    if kind not in MADE:
        raise InvalidInputError(reason=f"kvault makes no key of the kind “{kind}”; it makes {', '.join(MADE)}")
    attribute, flag = pkcs11.Attribute, pkcs11.MechanismFlag
    key_id = random_bytes(_ID)
    kept = {attribute.PRIVATE: True, attribute.SENSITIVE: True, attribute.EXTRACTABLE: False}
    common: dict[str, Any] = {"id": key_id, "label": label, "store": True}
    if kind == "aes256":
        uses = flag.ENCRYPT | flag.DECRYPT | flag.WRAP | flag.UNWRAP
        session.generate_key(pkcs11.KeyType.AES, 256, capabilities=uses, template=kept, **common)
    elif kind.startswith("rsa"):
        uses = flag.ENCRYPT | flag.DECRYPT
        bits = int(kind.removeprefix("rsa"))
        session.generate_keypair(pkcs11.KeyType.RSA, bits, capabilities=uses, private_template=kept, **common)
    else:
        from pkcs11.util.ec import encode_named_curve_parameters  # noqa: PLC0415 as above

        point = {attribute.EC_PARAMS: encode_named_curve_parameters(_CURVES[kind])}
        parameters = session.create_domain_parameters(pkcs11.KeyType.EC, point, local=True)
        parameters.generate_keypair(capabilities=flag.DERIVE, private_template=kept, **common)
    made = next(key for key in keys(session) if key.id == key_id)
    if made.problem:
        delete(session, made)
        raise TokenKeyError(name=session.token.label, found=f"the key that it made cannot be used: {made.problem}")
    return made


def delete(session: Handle, key: Key) -> None:
    """Delete a key that was just made, its public half too."""
    import pkcs11  # noqa: PLC0415 optional; there is a session already

    with contextlib.suppress(pkcs11.PKCS11Error):
        for item in list(session.get_objects({pkcs11.Attribute.ID: key.id, pkcs11.Attribute.LABEL: key.label})):
            item.destroy()


def handle(session: Handle, key: Key) -> Item:
    """The key in this session."""
    import pkcs11  # noqa: PLC0415 optional; there is a session already

    if key.item is not None and key.item.session is session:
        return key.item
    attribute, kinds = pkcs11.Attribute, pkcs11.ObjectClass
    wanted: dict[pkcs11.Attribute, Any] = {attribute.ID: key.id} if key.id else {attribute.LABEL: key.label}
    wanted[attribute.CLASS] = kinds.SECRET_KEY if key.kind.startswith("aes") else kinds.PRIVATE_KEY
    return next(iter(list(session.get_objects(wanted))))
