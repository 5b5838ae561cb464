"""FIDO2 tokens: what they can, credentials with hmac-secret, and the secret itself, over USB and over readers.

Source: CTAP 2.1 (makeCredential 6.1, getAssertion 6.2, clientPIN 6.5, hmac-secret 12.5, credProtect 12.1). The
exchange is fido2's; here it is decided what is asked, in which order, and what an answer means.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from ..crypto.rng import random_bytes
from ..errors import (
    InvalidInputError,
    LastPinTryError,
    PinBlockedError,
    PinChangeNeededError,
    PinNotSetError,
    PinPausedError,
    TokenError,
    TokenUnfitError,
    WrongPinError,
)
from .fido_faults import HELP_BLOCKED, Patient, faults
from .pins import text_of

if TYPE_CHECKING:
    from fido2.ctap import CtapDevice
    from fido2.ctap2.base import Ctap2
    from fido2.ctap2.pin import ClientPin, PinProtocol

    from ..api import Secret
    from .fido_faults import Stop

RP = "kvault"  # the relying party of every credential; the vault is in the user's id
SALT = 32  # bytes
TOUCH_SECONDS = 30

_ES256, _EDDSA = -7, -8
_PROTECT = 2  # credProtect: found without the PIN only by whoever has the credential's id; so that ``knows`` is silent
_MAX_PIN = 63  # bytes, CTAP 2.1 section 6.5.1
_MAKE, _GET = 1, 2  # permissions, section 6.5.5.7


class Grant(NamedTuple):
    """The token's word that its owner is there: a pinUvAuthToken for one command, or its own sensor at the command."""

    token: bytes | None = None
    built_in: bool = False

    @property
    def verified(self) -> bool:
        """Whether the user is verified, and so which of hmac-secret's two secrets it gives."""
        return self.built_in or self.token is not None


class Token:
    """An open FIDO2 token. ``name`` is how errors call it. Made by fido_ports.open_token."""

    def __init__(self, device: CtapDevice, token: str, name: str) -> None:
        """Ask it what it is. Raises TokenUnfitError for a U2F key, TokenError."""
        from fido2.ctap2.base import Ctap2  # noqa: PLC0415 costs a start 60 ms
        from fido2.hid import CAPABILITY  # noqa: PLC0415 as above

        self.id, self.name = token, name
        if not device.capabilities & CAPABILITY.CBOR:
            raise TokenUnfitError(name=name, reason="it is a U2F key without FIDO2")
        with faults(name):
            self._ctap: Ctap2 = Ctap2(Patient(device))  # type: ignore[arg-type] # what Ctap2 uses of a device

    @property
    def aaguid(self) -> str:
        """The model (hex), the same for every token of it; zeros where it does not say."""
        return bytes(self._ctap.info.aaguid).hex()

    @property
    def hmac_secret(self) -> bool:
        """Whether it can give secrets at all."""
        return "hmac-secret" in self._ctap.info.extensions and bool(self._protocols())

    @property
    def pin_set(self) -> bool:
        """Whether it has a PIN."""
        return self._ctap.info.options.get("clientPin") is True

    @property
    def takes_pin(self) -> bool:
        """Whether it can have one."""
        return "clientPin" in self._ctap.info.options

    @property
    def built_in(self) -> bool:
        """Whether it has a sensor of its own and somebody enrolled."""
        return self._ctap.info.options.get("uv") is True

    @property
    def always_verifies(self) -> bool:
        """Whether it does nothing without its owner verified."""
        return self._ctap.info.options.get("alwaysUv") is True

    @property
    def min_pin(self) -> int:
        """The least characters of its PIN."""
        return self._ctap.info.min_pin_length

    def needs_verification_to_make(self, *, resident: bool) -> bool:
        """Whether it makes no credential without the user verified (section 6.1.2, steps 10 and 11)."""
        protected = self.pin_set or self.built_in
        return protected and (resident or self._ctap.info.options.get("makeCredUvNotRqd") is not True)

    def check_fit(self) -> None:
        """Raises TokenUnfitError for a token that cannot give secrets."""
        if not self.hmac_secret:
            raise TokenUnfitError(name=self.name, reason="it has no hmac-secret, which FIDO2 ways in need")

    # --- PIN and sensor ---

    def pin_retries(self) -> int:
        """The tries that are left. Raises PinNotSetError, PinBlockedError, PinPausedError, PinChangeNeededError."""
        if not self.pin_set:
            raise PinNotSetError(name=self.name)
        if self._ctap.info.force_pin_change:
            raise PinChangeNeededError(name=self.name)
        with faults(self.name):
            retries, paused = self._client_pin().get_pin_retries()
        if retries == 0:
            raise PinBlockedError(name=self.name, help=HELP_BLOCKED)
        if paused:
            raise PinPausedError(name=self.name, retries=retries)
        return retries

    def paused(self) -> int:
        """The tries that are left if it takes none until it was pulled out (three wrong PINs in a row); 0 if not so."""
        if not self.pin_set:
            return 0
        with faults(self.name):
            retries, paused = self._client_pin().get_pin_retries()
        return retries if paused else 0

    def verify_pin(self, pin: Secret, *, make: bool) -> Grant:
        """Give the PIN, once. The grant is for one credential (``make``) or one secret.

        Raises:
            InvalidInputError: no PIN this token can have; nothing was sent.
            WrongPinError: and its kind LastPinTryError, with the tries that are left.
            PinBlockedError, PinPausedError, PinNotSetError, PinChangeNeededError, TokenError.
        """
        from fido2.ctap import CtapError  # noqa: PLC0415 costs a start

        text = self._checked(pin)
        with faults(self.name):
            client = self._client_pin()
            try:
                return Grant(client.get_pin_token(text, client.PERMISSION(_MAKE if make else _GET), RP))
            except CtapError as error:
                if error.code not in (CtapError.ERR.PIN_INVALID, CtapError.ERR.PIN_AUTH_BLOCKED):
                    raise
                paused = error.code == CtapError.ERR.PIN_AUTH_BLOCKED
            retries = self.pin_retries()  # says itself that it is blocked or paused
        if paused:
            # Its answer about the tries need not tell that (section 6.5.5.2): a Nitrokey 3's does not.
            raise PinPausedError(name=self.name, retries=retries)
        raise (LastPinTryError if retries == 1 else WrongPinError)(name=self.name, retries=retries)

    def _checked(self, pin: Secret) -> str:
        """The PIN as it is sent (NFC, section 6.5.1). Raises InvalidInputError for what this token cannot have."""
        text = unicodedata.normalize("NFC", text_of(pin))
        if len(text) < self.min_pin or "\0" in text:
            raise InvalidInputError(
                reason=f"The PIN of {self.name} has at least {self.min_pin} characters", field="pin"
            )
        if len(text.encode()) > _MAX_PIN:
            raise InvalidInputError(reason=f"The PIN of {self.name} has at most {_MAX_PIN} bytes", field="pin")
        return text

    def sensor_retries(self) -> int:
        """The tries that its sensor has left; 0: the PIN must be given first."""
        if not self._ctap.info.options.get("pinUvAuthToken"):
            return 1
        with faults(self.name):
            return self._client_pin().get_uv_retries()

    def verify_built_in(self, stop: Stop, *, make: bool) -> Grant:
        """Have its own sensor verify the owner.

        Raises BiometricsError, CancelledError, TokenTimeoutError, TokenError.
        """
        if not self._ctap.info.options.get("pinUvAuthToken"):
            return Grant(built_in=True)  # CTAP 2.0: at the command itself
        with faults(self.name, stop):
            client = self._client_pin()
            permission = client.PERMISSION(_MAKE if make else _GET)
            return Grant(client.get_uv_token(permission, RP, event=stop))  # type: ignore[arg-type] # used as an Event

    # --- credentials and secrets ---

    def make(self, user: bytes, label: str, grant: Grant, stop: Stop, *, resident: bool) -> bytes:
        """Make a credential with hmac-secret; wants a touch. Returns its id.

        Args:
            user: the account's id on the token; a resident credential replaces the one of the same user.
            label: shown by programs that list what is on the token.
            grant: that the user is verified, where that is needed.
            stop: when to give up.
            resident: a discoverable credential.

        Raises:
            TokenTimeoutError, CancelledError, TokenRemovedError, TokenUnfitError, TokenError.
        """
        digest = random_bytes(32)
        extensions: dict[str, object] = {"hmac-secret": True}
        if "credProtect" in self._ctap.info.extensions:
            extensions["credProtect"] = _PROTECT
        options = {"rk": True} if resident else {}
        if grant.built_in:
            options["uv"] = True
        with faults(self.name, stop):
            made = self._ctap.make_credential(
                digest,
                {"id": RP, "name": "kvault"},
                {"id": user, "name": label, "displayName": label},
                [{"type": "public-key", "alg": _ES256}, {"type": "public-key", "alg": _EDDSA}],
                None,
                extensions,
                options or None,
                *self._proof(grant, digest),
                event=stop,  # type: ignore[arg-type] # used as an Event
            )
            data = made.auth_data
            if data.credential_data is None or not (data.extensions or {}).get("hmac-secret"):
                raise TokenUnfitError(name=self.name, reason="it made a credential without hmac-secret")
            return bytes(data.credential_data.credential_id)

    def knows(self, credential: bytes) -> bool:
        """Whether the credential is this token's; without a touch, a PIN or anything that shows."""
        from fido2.ctap import CtapError  # noqa: PLC0415 costs a start

        codes = CtapError.ERR
        with faults(self.name):
            try:
                self._ctap.get_assertion(
                    RP, random_bytes(32), [{"type": "public-key", "id": credential}], None, {"up": False}
                )
            except CtapError as error:
                if error.code in (codes.NO_CREDENTIALS, codes.INVALID_CREDENTIAL, codes.INVALID_LENGTH):
                    return False
                raise
        return True

    def secret(self, credential: bytes, salt: bytes, grant: Grant, stop: Stop) -> bytes:
        """The 32 bytes that it computes from ``salt`` (32 bytes); wants a touch. Other ones without a verified user.

        Raises:
            TokenTimeoutError, CancelledError, TokenRemovedError, TokenError.
        """
        from fido2.ctap2.extensions import HMACGetSecretInput, HmacSecretExtension  # noqa: PLC0415 costs a start
        from fido2.webauthn import PublicKeyCredentialRequestOptions  # noqa: PLC0415 as above

        digest = random_bytes(32)
        wanted = PublicKeyCredentialRequestOptions(
            challenge=digest, rp_id=RP, extensions={"hmacGetSecret": HMACGetSecretInput(salt)}
        )
        with faults(self.name, stop):
            exchange = HmacSecretExtension(allow_hmac_secret=True).get_assertion(self._ctap, wanted, self._protocol())
            if exchange is None:
                raise TokenUnfitError(name=self.name, reason="it has no hmac-secret, which FIDO2 ways in need")
            answer = self._ctap.get_assertion(
                RP,
                digest,
                [{"type": "public-key", "id": credential}],
                exchange.prepare_inputs(None, grant.token),
                {"uv": True} if grant.built_in else None,
                *self._proof(grant, digest),
                event=stop,  # type: ignore[arg-type] # used as an Event
            )
            output = (exchange.prepare_outputs(answer, grant.token) or {}).get("hmacGetSecret")
            verified = bool(answer.auth_data.is_user_verified())
        if output is None or len(output.output1) != SALT:
            raise TokenError(name=self.name, reason="it gave no secret")
        if verified != grant.verified:
            raise TokenError(name=self.name, reason="it verified its owner otherwise than it was asked to")
        return bytes(output.output1)

    def _proof(self, grant: Grant, digest: bytes) -> tuple[bytes | None, int | None]:
        """The pinUvAuthParam of a command and its protocol."""
        if grant.token is None:
            return None, None
        protocol = self._protocol()
        return protocol.authenticate(grant.token, digest), protocol.VERSION

    def _protocols(self) -> list[int]:
        from fido2.ctap2.pin import ClientPin  # noqa: PLC0415 costs a start

        return [each.VERSION for each in ClientPin.PROTOCOLS if each.VERSION in self._ctap.info.pin_uv_protocols]

    def _protocol(self) -> PinProtocol:
        return self._client_pin().protocol

    def _client_pin(self) -> ClientPin:
        from fido2.ctap2.pin import ClientPin  # noqa: PLC0415 costs a start

        if not self._protocols():
            raise TokenUnfitError(name=self.name, reason="it speaks no PIN protocol that is known here")
        return ClientPin(self._ctap)
