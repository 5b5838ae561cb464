"""OpenPGP cards (OpenPGP application on ISO smart card systems 3.4): the decryption key. Cards of any maker.

yubikit asks for a YubiKey's firmware version, which no other card has; those are answered for with version 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..api import AskSecret, Method
from ..crypto import card_keys
from ..crypto.card_keys import CardKey
from ..errors import InvalidInputError, PinBlockedError, TokenTimeoutError, TokenUnknownError
from . import pcsc
from .key_card import faults
from .pins import check_pin, refused_pin, text_of

if TYPE_CHECKING:
    from yubikit.openpgp import AlgorithmAttributes, DiscretionaryDataObjects, OpenPgpSession

    from ..api import Prompter, TokenInfo
    from .pcsc import Card

KINDS = tuple(card_keys.WORDS)
_DEFAULTS = ("x25519", "rsa2048")  # the first that the card makes
_CURVES = {  # names in the library
    "p256": "SECP256R1",
    "p384": "SECP384R1",
    "p521": "SECP521R1",
    "bp256": "BrainpoolP256R1",
    "bp384": "BrainpoolP384R1",
    "bp512": "BrainpoolP512R1",
    "x25519": "X25519",
}
_PIN_LEAST, _ADMIN_LEAST = 6, 8  # section 4.3.1
_VERSION = 0xF1  # Yubico's GET VERSION
_CONSTRUCTED = {b"\xca\0\x6e": 0x6E, b"\xca\0\xfa": 0xFA}  # GET DATA: application related data, algorithms
_GET_RESPONSE = b"\0\xc0\0\0\0"  # section 7.2.9
_OK, _MORE = 0x9000, 0x61
_UNKNOWN = frozenset({0x6D00, 0x6E00, 0x6A81, 0x6A86, 0x6B00})  # what cards say to an instruction they do not know
_NOT_TOUCHED = frozenset({0x6600, 0x6982, 0x6985})  # 6600: section 7.1, "security-related issues (UIF)"
_REFUSED = frozenset({0x6A80, 0x6A81, 0x6A88, 0x6B00})  # what cards say to attributes that they do not have
_UNBLOCK = "Its admin PIN or reset code sets a new one (“gpg --card-edit”, “passwd”)."
_DEAD = "Its admin PIN is blocked as well: only a reset helps, and that deletes its keys."
_ADMIN_BLOCKED = "Only a reset of the card helps, and that deletes its keys."
_ROCA = "This firmware makes weak RSA keys (ROCA, CVE-2017-15361); choose an elliptic curve"
_NO_FINGERPRINT = "“gpg --card-status” shows the new key without a fingerprint, because it belongs to no OpenPGP key."


class _Versioned:
    """A card of any maker as a ``SmartCardConnection`` to yubikit.

    GET DATA (section 7.2.6) of a constructed object gives its content alone on some cards (Nitrokey 3), with the
    object's own tag and length around it on others (YubiKey), which is what yubikit reads.
    """

    def __init__(self, card: Card) -> None:
        self.card = card
        self.transport = card.transport

    def send_and_receive(self, apdu: bytes) -> tuple[bytes, int]:
        data, status = self.card.send_and_receive(apdu)
        if apdu[1] == _VERSION and status in _UNKNOWN:
            return bytes(3), _OK
        tag = _CONSTRUCTED.get(apdu[1:4])
        return (data, status) if tag is None else self._tagged(tag, data, status)

    def _tagged(self, tag: int, data: bytes, status: int) -> tuple[bytes, int]:
        from yubikit.core import Tlv  # noqa: PLC0415 optional library

        while status >> 8 == _MORE:
            rest, status = self.card.send_and_receive(_GET_RESPONSE)
            data += rest
        bare = status == _OK and data[:1] != bytes([tag])
        return (bytes(Tlv(tag, data)) if bare else data), status

    def close(self) -> None:
        self.card.close()


class OpenPgpCard:
    """An open OpenPGP card: a ``KeyCard``."""

    unpads = True
    pin_least = _PIN_LEAST

    def __init__(self, card: Card) -> None:
        """Select the applet. Raises TokenUnknownError if there is none."""
        from yubikit.core.smartcard import SmartCardConnection  # noqa: PLC0415 optional library
        from yubikit.openpgp import OpenPgpSession  # noqa: PLC0415 optional library

        self._card = card
        self.token = pcsc.PREFIX + card.reader
        SmartCardConnection.register(_Versioned)
        connection: Any = _Versioned(card)
        with faults(card.name):
            self._session: OpenPgpSession = OpenPgpSession(connection)
        self._data = self._read()

    @property
    def name(self) -> str:
        """How errors name it."""
        return self._card.name

    @name.setter
    def name(self, name: str) -> None:
        self._card.name = name

    @property
    def _pin_most(self) -> int:
        """Bytes of the longest PIN."""
        return self._data.pw_status.max_len_user

    def _read(self) -> DiscretionaryDataObjects:
        with faults(self.name):
            return self._session.get_application_related_data().discretionary

    # --- the key ---

    def key(self) -> CardKey | None:
        """The public half of the decryption key; None if there is none."""
        from yubikit.core.smartcard import ApduError  # noqa: PLC0415 optional library
        from yubikit.openpgp import KEY_REF, KEY_STATUS  # noqa: PLC0415 optional library

        if self._data.key_information.get(KEY_REF.DEC) == KEY_STATUS.NONE:
            return None
        try:
            return card_keys.read(self._session.get_public_key(KEY_REF.DEC))
        except ApduError:
            return None  # cards before 3.4 do not say whether there is one: it cannot be read, so there is none
        except (ValueError, KeyError, AttributeError):
            return CardKey("", "of a type that is not known here", b"")

    def needs_pin(self) -> bool:
        """Always, section 7.2.11."""
        return True

    def needs_touch(self) -> bool:
        """By the key's user interaction flag (section 4.4.3.6)."""
        return bool(self._data.uif_dec)

    def open(self, key: CardKey, sent: bytes) -> bytes:
        """PSO: DECIPHER (section 7.2.11): the text without its padding, or ECDH's shared x."""
        from yubikit.core.smartcard import ApduError  # noqa: PLC0415 optional library

        with faults(self.name):
            try:
                return card_keys.shared_x(key.kind, self._session.decrypt(sent))
            except ApduError as error:
                if error.sw in _NOT_TOUCHED and self.needs_touch():
                    raise TokenTimeoutError(name=self.name) from error
                raise

    # --- the PIN ---

    def retries(self) -> int:
        """Tries left, read without spending one."""
        with faults(self.name):
            return self._session.get_pin_status().attempts_user

    def verify(self, pin: str) -> None:
        """Give the PIN (PW1) for decryption: mode 82."""
        from yubikit.core import InvalidPinError  # noqa: PLC0415 optional library

        check_pin(pin, _PIN_LEAST, self._pin_most)
        with faults(self.name):
            try:
                self._session.verify_pin(pin, extended=True)
            except InvalidPinError as error:
                # The cause is left out: nothing that handled the PIN is to be shown.
                raise refused_pin(self.name, error.attempts_remaining, self.unblocking()) from None

    def unblocking(self) -> str:
        """What helps when the PIN is blocked."""
        with faults(self.name):
            return _UNBLOCK if self._session.get_pin_status().attempts_admin else _DEAD

    def notes(self) -> list[str]:
        """Nothing: these cards do not tell whether their PIN is the maker's."""
        return []

    # --- making a key ---

    def make(self, kind: str, info: TokenInfo, prompter: Prompter, *, touch: bool) -> list[str]:
        """GENERATE ASYMMETRIC KEY PAIR (section 7.2.14), with the admin PIN."""
        from yubikit.openpgp import KEY_REF, UIF  # noqa: PLC0415 optional library

        del info
        if touch and self._data.uif_dec is None:
            raise InvalidInputError(reason=f"{self.name} cannot want a touch for its key", field="touch")
        attributes = self._makes(kind)
        self._administer(prompter)
        with faults(self.name):
            self._generate(attributes)
            if touch and not self._data.uif_dec:
                self._session.put_data(KEY_REF.DEC.uif_do, UIF.ON)
            self._data = self._read()
        return [_NO_FINGERPRINT]

    def _makes(self, kind: str) -> AlgorithmAttributes:
        """The attributes to set for that kind. Raises InvalidInputError for what this card cannot make."""
        if kind and kind not in KINDS:
            raise InvalidInputError(reason=f"An OpenPGP card makes no key of the type “{kind}”", field="key")
        offered, complete = self._offered()
        for each in (kind,) if kind else _DEFAULTS:
            if each.startswith("rsa") and (4, 2, 0) <= self._session.version < (4, 3, 5):
                raise InvalidInputError(reason=_ROCA, field="key")
            for attributes in offered:
                if _is(attributes, each):
                    return attributes
        if kind and not complete:
            return _attributes(kind)  # it does not say what it makes: it will refuse what it cannot
        words = card_keys.WORDS[kind] if kind else " or ".join(card_keys.WORDS[each] for each in _DEFAULTS)
        raise self._no(words)

    def _no(self, words: str) -> InvalidInputError:
        return InvalidInputError(reason=f"{self.name} makes no {words} keys", field="key")

    def _offered(self) -> tuple[list[AlgorithmAttributes], bool]:
        """What the card makes: what it is set to, and what it says that it can be set to (section 4.4.3.11).

        False with it: it can be set to others and does not say to which, as cards before version 3.4 do not.
        """
        from yubikit.core import NotSupportedError  # noqa: PLC0415 optional library
        from yubikit.core.smartcard import ApduError  # noqa: PLC0415 optional library
        from yubikit.openpgp import KEY_REF  # noqa: PLC0415 optional library

        offered = [self._data.attributes_dec]
        try:
            return offered + list(self._session.get_algorithm_information().get(KEY_REF.DEC, [])), True
        except NotSupportedError:
            return offered, True
        except (ApduError, ValueError, KeyError):
            return offered, False

    def _generate(self, attributes: AlgorithmAttributes) -> None:
        """Raises InvalidInputError for what the card refuses; some refuse to make what they say that they can have."""
        from yubikit.core.smartcard import ApduError  # noqa: PLC0415 optional library
        from yubikit.openpgp import INS, KEY_REF  # noqa: PLC0415 optional library

        try:
            if self._data.attributes_dec != attributes:
                self._session.put_data(KEY_REF.DEC.algorithm_attributes_do, attributes)
            self._session.protocol.send_apdu(0, INS.GENERATE_ASYM, 0x80, 0, KEY_REF.DEC.crt)
        except ApduError as error:
            if error.sw in _REFUSED:
                kind = next((kind for kind in KINDS if _is(attributes, kind)), "")
                raise self._no(card_keys.WORDS.get(kind, "such")) from error
            raise

    def _administer(self, prompter: Prompter) -> None:
        """Give the admin PIN (PW3)."""
        from yubikit.core import InvalidPinError  # noqa: PLC0415 optional library

        whose = f"{self.name} (admin PIN)"
        status = self._session.get_pin_status()
        if not status.attempts_admin:
            raise PinBlockedError(name=whose, help=_ADMIN_BLOCKED)
        text = "Making a key needs the card's admin PIN."
        question = AskSecret(
            f"Admin PIN of {self.name}",
            text,
            status.attempts_admin,
            Method.OPENPGP,
            self.name,
            _ADMIN_LEAST,
            admin=True,
        )
        pin = text_of(prompter.ask(question))
        check_pin(pin, _ADMIN_LEAST, status.max_len_admin)
        with faults(self.name):
            try:
                self._session.verify_admin(pin)  # type: ignore[no-untyped-call] # the library left it without types
            except InvalidPinError as error:
                raise refused_pin(whose, error.attempts_remaining, _ADMIN_BLOCKED) from None


def _is(attributes: AlgorithmAttributes, kind: str) -> bool:
    from yubikit.openpgp import OID, EcAttributes, RsaAttributes  # noqa: PLC0415 optional library

    if isinstance(attributes, RsaAttributes):
        return kind == f"rsa{attributes.n_len}"
    curve = _CURVES.get(kind)
    ecdh = 0x12  # the algorithm of decryption keys on curves, section 4.4.3.9
    return (
        curve is not None
        and isinstance(attributes, EcAttributes)
        and attributes.algorithm_id == ecdh
        and attributes.oid == OID[curve]
    )


def _attributes(kind: str) -> AlgorithmAttributes:
    from yubikit.openpgp import KEY_REF, OID, RSA_SIZE, EcAttributes, RsaAttributes  # noqa: PLC0415 optional library

    if kind in _CURVES:
        return EcAttributes.create(KEY_REF.DEC, OID[_CURVES[kind]])
    return RsaAttributes.create(RSA_SIZE(int(kind.removeprefix("rsa"))))


def applet(card: Card) -> OpenPgpCard | None:
    """The OpenPGP applet of a card that is connected; None if there is none."""
    try:
        return OpenPgpCard(card)
    except TokenUnknownError:
        return None
