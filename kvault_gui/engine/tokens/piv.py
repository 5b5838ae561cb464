"""PIV cards (NIST SP 800-73): the key management key in slot 9D. YubiKeys, and other cards as far as the standard goes.

The public key comes from the slot's metadata (YubiKey 5.3 and newer), from the attestation of a key that was made on
the card (4.3 and newer), else from the certificate in the slot.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..api import AskSecret, AskTouch, Method
from ..crypto import card_keys
from ..errors import InvalidInputError, PinBlockedError, TokenTimeoutError, TokenUnknownError
from . import pcsc
from .cards import PIV
from .key_card import TOUCH_SECONDS, faults
from .pins import check_pin, refused_pin, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yubikit.piv import KEY_TYPE, PivSession, SlotMetadata

    from ..api import Prompter, TokenInfo
    from ..crypto.card_keys import CardKey
    from .pcsc import Card

KINDS = ("rsa2048", "rsa3072", "rsa4096", "p256", "p384", "x25519")
_DEFAULT = "p256"  # the kind that every firmware with PIV makes at once
_ALGORITHM = {"rsa2048": 7, "rsa3072": 5, "rsa4096": 0x16, "p256": 0x11, "p384": 0x14, "x25519": 0xE1}
_SLOT = 0x9D  # key management, SP 800-73-4 part 1, table 4b
_PIN_LEAST, _PIN_MOST = 6, 8  # bytes, SP 800-73-4 part 2, section 2.4.3
_VERSION = 0xFD  # Yubico's GET VERSION
_SELECT = b"\0\xa4\4\0"
_SELECT_PIV = _SELECT + bytes([len(PIV)]) + PIV + b"\0"
_PIN_METADATA = b"\0\xf7\0\x80\0"  # Yubico's GET METADATA, of the PIN
_HAS_METADATA = (5, 3, 0)
_OK = 0x9000
_UNKNOWN = frozenset({0x6D00, 0x6E00, 0x6A81, 0x6A86, 0x6B00})  # what cards say to an instruction they do not know
_NOT_PERMITTED = frozenset({0x6982, 0x6985})
_OLD = b"\1\0\0"
_UNBLOCK = "Its PUK sets a new PIN (“ykman piv access unblock-pin”)."
_DEAD = "Its PUK is blocked as well: only a reset helps, and that deletes its keys."
_ROCA = "This firmware makes weak RSA keys (ROCA, CVE-2017-15361); choose an elliptic curve"


class _Versioned:
    """A card of another maker as a ``SmartCardConnection`` to yubikit: it has no version, and is treated as old.

    yubikit selects by the maker of the standard alone (5 bytes), to which only YubiKeys need to answer.
    A Nitrokey 3 makes a version up (6.6.6) and has none of the metadata that a YubiKey of that version would.
    """

    def __init__(self, card: Card) -> None:
        self.card = card
        self.transport = card.transport
        self.other = False

    def send_and_receive(self, apdu: bytes) -> tuple[bytes, int]:
        data, status = self.card.send_and_receive(_SELECT_PIV if apdu[:4] == _SELECT else apdu)
        if apdu[1] == _VERSION and (status in _UNKNOWN or self._made_up(data, status)):
            self.other = True
            return _OLD, _OK
        return data, status

    def _made_up(self, version: bytes, status: int) -> bool:
        if status != _OK or tuple(version) < _HAS_METADATA:
            return False
        metadata, status = self.card.send_and_receive(_PIN_METADATA)
        return status in _UNKNOWN or (status == _OK and not metadata)

    def close(self) -> None:
        self.card.close()


class PivCard:
    """An open PIV card: a ``KeyCard``."""

    unpads = False
    pin_least = _PIN_LEAST

    def __init__(self, card: Card) -> None:
        """Select the applet. Raises TokenUnknownError if there is none."""
        from yubikit.core.smartcard import SmartCardConnection  # noqa: PLC0415 optional library
        from yubikit.piv import PivSession  # noqa: PLC0415 optional library

        self._card = card
        self.token = pcsc.PREFIX + card.reader
        SmartCardConnection.register(_Versioned)
        connection: Any = _Versioned(card)
        with faults(card.name):
            self._session: PivSession = PivSession(connection)
        self._other = connection.other
        self._read = False
        self._metadata: SlotMetadata | None = None

    @property
    def name(self) -> str:
        """How errors name it."""
        return self._card.name

    @name.setter
    def name(self, name: str) -> None:
        self._card.name = name

    @property
    def _yubikey(self) -> bool:
        return not self._other

    # --- the key ---

    def key(self) -> CardKey | None:
        """The public half of the key in 9D; None if there is none, or nothing tells which."""
        metadata = self._slot()
        if metadata is not None:
            return card_keys.read(metadata.public_key)
        if self._has_metadata():
            return None
        return self._attested() or self._certified()

    def _has_metadata(self) -> bool:
        return self._yubikey and self._session.version >= _HAS_METADATA

    def _slot(self) -> SlotMetadata | None:
        from yubikit.core.smartcard import SW, ApduError  # noqa: PLC0415 optional library
        from yubikit.piv import SLOT  # noqa: PLC0415 optional library

        if not self._read and self._has_metadata():
            with faults(self.name):
                try:
                    self._metadata = self._session.get_slot_metadata(SLOT.KEY_MANAGEMENT)
                except ApduError as error:
                    if error.sw != SW.REFERENCE_DATA_NOT_FOUND:
                        raise
        self._read = True
        return self._metadata

    def _attested(self) -> CardKey | None:
        """Of a key that was made on the card; a certificate may be of an older one."""
        from yubikit.core.smartcard import ApduError  # noqa: PLC0415 optional library
        from yubikit.piv import SLOT  # noqa: PLC0415 optional library

        if not self._yubikey or self._session.version < (4, 3, 0):
            return None
        try:
            return card_keys.of_certificate(self._session.attest_key(SLOT.KEY_MANAGEMENT))
        except ApduError:
            return None

    def _certified(self) -> CardKey | None:
        from yubikit.core import BadResponseError, NotSupportedError  # noqa: PLC0415 optional library
        from yubikit.core.smartcard import ApduError  # noqa: PLC0415 optional library
        from yubikit.piv import SLOT  # noqa: PLC0415 optional library

        try:
            return card_keys.of_certificate(self._session.get_certificate(SLOT.KEY_MANAGEMENT))
        except (ApduError, BadResponseError, NotSupportedError):
            return None

    def needs_pin(self) -> bool:
        """By the key's policy; where no policy can be read, yes: the standard's rule for 9D."""
        from yubikit.piv import PIN_POLICY  # noqa: PLC0415 optional library

        metadata = self._slot()
        return metadata is None or metadata.pin_policy != PIN_POLICY.NEVER

    def needs_touch(self) -> bool:
        """By the key's policy; where no policy can be read, said to be possible on YubiKeys that have policies."""
        from yubikit.piv import TOUCH_POLICY  # noqa: PLC0415 optional library

        metadata = self._slot()
        if metadata is None:
            return self._yubikey and (4, 0, 0) <= self._session.version < (5, 3, 0)
        return metadata.touch_policy in (TOUCH_POLICY.ALWAYS, TOUCH_POLICY.CACHED)

    def open(self, key: CardKey, sent: bytes) -> bytes:
        """GENERAL AUTHENTICATE (SP 800-73-4 part 2, section 3.2.4): the bare RSA result, or ECDH's shared x."""
        from yubikit.core import Tlv  # noqa: PLC0415 optional library
        from yubikit.core.smartcard import ApduError  # noqa: PLC0415 optional library

        # Not through the session's decrypt(): to take padding off it makes an RSA key of that size at each call.
        tag = 0x81 if key.is_rsa else 0x85
        data = Tlv(0x7C, Tlv(0x82) + Tlv(tag, sent))
        with faults(self.name):
            try:
                answer = self._session.protocol.send_apdu(0, 0x87, _ALGORITHM[key.kind], _SLOT, data)
            except ApduError as error:
                if error.sw in _NOT_PERMITTED and self.needs_touch():
                    raise TokenTimeoutError(name=self.name) from error
                raise
            return card_keys.shared_x(key.kind, Tlv.unpack(0x82, Tlv.unpack(0x7C, answer)))

    # --- the PIN ---

    def retries(self) -> int:
        """Tries left, read without spending one."""
        with faults(self.name):
            return self._session.get_pin_attempts()

    def verify(self, pin: str) -> None:
        """Give the PIN."""
        from yubikit.core import InvalidPinError  # noqa: PLC0415 optional library

        check_pin(pin, _PIN_LEAST, _PIN_MOST)
        with faults(self.name):
            try:
                self._session.verify_pin(pin)
            except InvalidPinError as error:
                # The cause is left out: nothing that handled the PIN is to be shown.
                raise refused_pin(self.name, error.attempts_remaining, self.unblocking()) from None

    def unblocking(self) -> str:
        """What helps when the PIN is blocked."""
        from yubikit.core import NotSupportedError  # noqa: PLC0415 optional library

        with faults(self.name):
            try:
                return _UNBLOCK if self._session.get_puk_metadata().attempts_remaining else _DEAD
            except NotSupportedError:
                return _UNBLOCK

    def notes(self) -> list[str]:
        """Whether the PIN is still the maker's."""
        from yubikit.core import NotSupportedError  # noqa: PLC0415 optional library

        with faults(self.name):
            try:
                default = self._session.get_pin_metadata().default_value
            except NotSupportedError:
                return []
        return [f"The PIN of {self.name} is still the one it was sold with. Change it."] if default else []

    # --- making a key ---

    def make(self, kind: str, info: TokenInfo, prompter: Prompter, *, touch: bool) -> list[str]:
        """GENERATE ASYMMETRIC KEY PAIR in 9D, PIN once a session, touch each time if ``touch``."""
        from yubikit.piv import PIN_POLICY, SLOT, TOUCH_POLICY  # noqa: PLC0415 optional library

        key_type = self._makes(kind or _DEFAULT)
        old = self.key()
        self._authenticate(prompter, info)
        policies = self._session.version >= (4, 0, 0)
        if touch and not policies:
            raise InvalidInputError(reason="This YubiKey is too old to want a touch for a PIV key", field="touch")
        wants = TOUCH_POLICY.ALWAYS if touch else TOUCH_POLICY.NEVER
        with faults(self.name):
            self._session.generate_key(
                SLOT.KEY_MANAGEMENT,
                key_type,
                PIN_POLICY.ONCE if policies else PIN_POLICY.DEFAULT,
                wants if policies else TOUCH_POLICY.DEFAULT,
            )
            if old is not None and self._certified() is not None:
                self._session.delete_certificate(SLOT.KEY_MANAGEMENT)  # it vouches for the key that is gone
        self._read, self._metadata = False, None
        return []

    def _makes(self, kind: str) -> KEY_TYPE:
        """The library's type. Raises InvalidInputError for what this card cannot make."""
        from yubikit.core import NotSupportedError  # noqa: PLC0415 optional library
        from yubikit.piv import KEY_TYPE, PIN_POLICY, TOUCH_POLICY  # noqa: PLC0415 optional library

        if kind not in KINDS:
            raise InvalidInputError(reason=f"A PIV card makes no key of the type “{kind}”", field="key")
        if not self._yubikey:
            raise InvalidInputError(
                reason=f"kvault makes PIV keys on YubiKeys only; make one in slot 9D of {self.name} with the maker's "
                "program, and a certificate for it",
                field="make",
            )
        key_type = KEY_TYPE(_ALGORITHM[kind])
        if kind.startswith("rsa") and (4, 2, 0) <= self._session.version < (4, 3, 5):
            raise InvalidInputError(reason=_ROCA, field="key")
        try:
            self._session.check_key_support(key_type, PIN_POLICY.DEFAULT, TOUCH_POLICY.DEFAULT, generate=True)
        except NotSupportedError as error:
            reason = f"{self.name} (firmware {self._session.version}) makes no {card_keys.WORDS[kind]} keys"
            raise InvalidInputError(reason=reason, field="key") from error
        return key_type

    def _authenticate(self, prompter: Prompter, info: TokenInfo) -> None:
        """With the management key: the default one, one that the PIN opens (as ykman keeps it), else asked for."""
        from yubikit.core import BadResponseError  # noqa: PLC0415 optional library
        from yubikit.core.smartcard import ApduError  # noqa: PLC0415 optional library

        touch = False
        default = True  # unknown: trying it costs nothing, no wrong try is counted
        with faults(self.name):
            if self._has_metadata():
                metadata = self._session.get_management_key_metadata()
                default, touch = metadata.default_value, metadata.touch_policy > 1
            if default and self._try_default():
                return
            key = self._kept(prompter) or self._asked(prompter)
            with self._touched(prompter, info, wanted=touch):
                try:
                    self._session.authenticate(key)
                except (ApduError, BadResponseError, ValueError) as error:
                    if touch and isinstance(error, ApduError) and error.sw in _NOT_PERMITTED:
                        raise TokenTimeoutError(name=self.name) from None
                    raise InvalidInputError(
                        reason=f"That is not the management key of {self.name}", field="management_key"
                    ) from None

    def _try_default(self) -> bool:
        from yubikit.core import BadResponseError  # noqa: PLC0415 optional library
        from yubikit.core.smartcard import SW, ApduError  # noqa: PLC0415 optional library
        from yubikit.piv import DEFAULT_MANAGEMENT_KEY, MANAGEMENT_KEY_TYPE  # noqa: PLC0415 optional library

        if self._session.management_key_type not in (MANAGEMENT_KEY_TYPE.TDES, MANAGEMENT_KEY_TYPE.AES192):
            return False
        try:
            self._session.authenticate(DEFAULT_MANAGEMENT_KEY)
        except BadResponseError:
            return False
        except ApduError as error:
            if error.sw == SW.SECURITY_CONDITION_NOT_SATISFIED:
                return False
            raise
        return True

    def _kept(self, prompter: Prompter) -> bytes | None:
        """The key that ykman keeps on the card behind the PIN, or derived from it (its PivmanData)."""
        from ykman.piv import (  # noqa: PLC0415 optional library
            derive_management_key,
            get_pivman_data,
            get_pivman_protected_data,
        )

        data = get_pivman_data(self._session)
        if not data.has_protected_key:
            return None
        retries = self.retries()
        if not retries:
            raise PinBlockedError(name=self.name, help=self.unblocking())
        text = "Making a key needs the management key, which the PIN opens."
        answer = prompter.ask(AskSecret(f"PIV PIN of {self.name}", text, retries, Method.PIV, self.name, _PIN_LEAST))
        pin = text_of(answer)
        self.verify(pin)
        salt = data.salt
        return derive_management_key(pin, salt) if salt else get_pivman_protected_data(self._session).key

    def _asked(self, prompter: Prompter) -> bytes:
        size = self._session.management_key_type.key_len
        text = f"Making a key needs the card's management key: {size * 2} hexadecimal digits."
        title = f"Management key of {self.name}"
        answer = prompter.ask(AskSecret(title, text, None, Method.PIV, self.name, size * 2, admin=True))
        try:
            key = bytes.fromhex(answer.text())
        except ValueError:
            key = b""
        if len(key) != size:
            raise InvalidInputError(reason=f"The management key has {size * 2} hexadecimal digits")
        return key

    @contextmanager
    def _touched(self, prompter: Prompter, info: TokenInfo, *, wanted: bool) -> Iterator[None]:
        if not wanted:
            yield
            return
        with prompter.during(AskTouch(self.name, TOUCH_SECONDS, "Its management key wants a touch.", info.id)):
            yield


def applet(card: Card) -> PivCard | None:
    """The PIV applet of a card that is connected; None if there is none."""
    try:
        return PivCard(card)
    except TokenUnknownError:
        return None
