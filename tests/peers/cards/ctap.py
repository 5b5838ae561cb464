"""A CTAP 2.1 authenticator, written from the standard: state and commands, without a transport.

``run`` does one command as a generator: it yields a keep-alive status (1 processing, 2 touch wanted) whenever the
person is waited for, and returns the answer. ctap_nfc.py and hid.py drive it.
"""

from __future__ import annotations

import hmac
import os
import struct
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.peers.cards.ctap_pin import Ctap, PinProtocol, cose_key, hmac256, sha256
from tests.peers.cards.vicc import Touch

Params: TypeAlias = dict[int, Any]
Steps: TypeAlias = Generator[int, None, "dict[int, Any] | None"]

AAGUID = bytes.fromhex("6b7661756c742d746573742d6669646f")
UP_NEEDED = 2

INVALID_COMMAND, INVALID_LENGTH, INVALID_CBOR, MISSING_PARAMETER = 0x01, 0x03, 0x12, 0x14
INVALID_PARAMETER, CREDENTIAL_EXCLUDED, UNSUPPORTED_ALGORITHM = 0x02, 0x19, 0x26
UNSUPPORTED_OPTION, INVALID_OPTION, KEEPALIVE_CANCEL, NO_CREDENTIALS = 0x2B, 0x2C, 0x2D, 0x2E
ACTION_TIMEOUT, NOT_ALLOWED, PIN_INVALID, PIN_BLOCKED = 0x2F, 0x30, 0x31, 0x32
PIN_AUTH_INVALID, PIN_AUTH_BLOCKED, PIN_NOT_SET, PUAT_REQUIRED, PIN_POLICY = 0x33, 0x34, 0x35, 0x36, 0x37
UV_BLOCKED, INVALID_SUBCOMMAND, UV_INVALID, UNAUTHORIZED = 0x3C, 0x3E, 0x3F, 0x40

PERMISSION_MAKE, PERMISSION_GET = 1, 2
PIN_RETRIES, UV_RETRIES = 8, 3
PAUSE_AFTER = 3  # wrong PINs in a row


@dataclass
class Credential:
    """A stored credential; ``with_uv`` and ``without_uv`` are hmac-secret's two random keys (section 12.5)."""

    rp: str
    user: dict[str, Any]
    resident: bool
    key: ec.EllipticCurvePrivateKey
    protect: int
    with_uv: bytes = field(default_factory=lambda: os.urandom(32))
    without_uv: bytes = field(default_factory=lambda: os.urandom(32))


@dataclass
class Model:
    """What kind of token it is."""

    aaguid: bytes = AAGUID
    hmac_secret: bool = True
    fingerprint: bool = False  # built-in user verification, enrolled
    tokens: bool = True  # pinUvAuthToken with permissions (CTAP 2.1); without: a CTAP 2.0 token
    protocols: tuple[int, ...] = (2, 1)
    always_uv: bool = False
    pin: bool = True  # knows clientPIN at all
    force_change: bool = False
    tells_pause: bool = True  # whether it takes a PIN before it was pulled out: optional, section 6.5.5.2
    firmware: int = 0


class Authenticator:
    """The token. ``touch`` is the person's finger, ``fingers`` what its reader recognises: True the owner."""

    def __init__(self, pin: str | None = None, model: Model | None = None) -> None:
        self.model = model or Model()
        self.touch = Touch()
        self.fingers: list[bool] = []  # used up one by one; empty: the owner's
        self.patience = 300  # looks for a touch until the token gives up
        self._pin: bytes | None = None
        self.wipe()
        if pin is not None:
            self.set_pin(pin)

    def wipe(self) -> None:
        """Factory state: what authenticatorReset leaves."""
        self.credentials: dict[bytes, Credential] = {}
        self._pin = None
        self.pin_retries, self.uv_retries, self.counter = PIN_RETRIES, UV_RETRIES, 0
        self.power_up()

    def power_up(self) -> None:
        """It was plugged in anew."""
        self._protocols = {version: PinProtocol(version) for version in self.model.protocols}
        self._wrong_in_a_row, self._permissions = 0, 0
        self._bound: str | None = None
        self._next: list[tuple[bytes, Params, bool]] = []

    @property
    def pin_set(self) -> bool:
        """Whether it has a PIN."""
        return self._pin is not None

    def set_pin(self, pin: str) -> None:
        """Give it a PIN, as its maker's program does."""
        self._pin, self.pin_retries = sha256(pin.encode())[:16], PIN_RETRIES

    def run(self, message: bytes) -> Generator[int, None, bytes]:
        """Do one command; see the module."""
        commands = {
            0x01: self._make_credential,
            0x02: self._get_assertion,
            0x04: self._get_info,
            0x06: self._client_pin,
            0x07: self._reset,
            0x08: self._next_assertion,
            0x0B: self._selection,
        }
        try:
            handler = commands.get(message[0] if message else -1, self._unknown)
            answer = yield from handler(self._decode(message[1:]))
        except Ctap as status:
            return bytes([status.code])
        except (KeyError, TypeError):
            return bytes([MISSING_PARAMETER])
        return b"\0" + (cbor2.dumps(answer, canonical=True) if answer is not None else b"")

    @staticmethod
    def _unknown(params: Params) -> Steps:
        del params
        yield from ()
        raise Ctap(INVALID_COMMAND)

    @staticmethod
    def _decode(data: bytes) -> Params:
        try:
            params = cbor2.loads(data) if data else {}
        except (cbor2.CBORDecodeError, ValueError) as error:
            raise Ctap(INVALID_CBOR) from error
        if not isinstance(params, dict):
            raise Ctap(INVALID_CBOR)
        return params

    def _wait(self) -> Generator[int, None, None]:
        """Wait for a touch."""
        self.touch.begin()
        for _ in range(self.patience):
            if self.touch.poll():
                return
            yield UP_NEEDED
        raise Ctap(ACTION_TIMEOUT)

    # --- authenticatorGetInfo, Reset, Selection ---

    def _get_info(self, params: Params) -> Steps:
        del params
        yield from ()
        model = self.model
        options = {"rk": True, "up": True, "plat": False}
        if model.pin:
            options["clientPin"] = self.pin_set
        if model.fingerprint:
            options["uv"] = True
        if model.tokens:
            options |= {"pinUvAuthToken": True, "makeCredUvNotRqd": not model.always_uv}
        if model.always_uv:
            options["alwaysUv"] = True
        info: dict[int, Any] = {
            1: ["FIDO_2_0", "FIDO_2_1"] if model.tokens else ["FIDO_2_0"],
            2: ["credProtect", "hmac-secret"] if model.hmac_secret else ["credProtect"],
            3: model.aaguid,
            4: options,
            5: 1200,
            6: list(model.protocols),
            7: 8,
            8: 64,
            9: ["nfc", "usb"],
            10: [{"alg": -7, "type": "public-key"}],
            12: model.force_change,
            13: 4,
        }
        if model.firmware:
            info[14] = model.firmware
        return info

    def _reset(self, params: Params) -> Steps:
        del params
        yield from self._wait()
        self.wipe()
        return None

    def _selection(self, params: Params) -> Steps:
        del params
        yield from self._wait()
        return None

    # --- authenticatorClientPIN (section 6.5) ---

    def _client_pin(self, params: Params) -> Steps:
        command = params[2]
        if command == 1:
            pause = {4: self._wrong_in_a_row >= PAUSE_AFTER} if self.model.tells_pause else {}
            return {3: self.pin_retries, **pause}
        if command == 7:
            return {5: self.uv_retries}
        protocol = self._protocol(params.get(1))
        if command == 2:
            return {1: protocol.public()}
        shared = protocol.shared(params[3])
        if command in {3, 4}:
            self._change_pin(protocol, shared, params)
            return None
        return (yield from self._pin_token(command, protocol, shared, params))

    def _pin_token(self, command: int, protocol: PinProtocol, shared: bytes, params: Params) -> Steps:
        if command == 5:
            self._check_pin(protocol, shared, params[6])
            return self._new_token(protocol, shared, PERMISSION_MAKE | PERMISSION_GET, None)
        if command not in {6, 9} or not self.model.tokens:
            raise Ctap(INVALID_SUBCOMMAND)
        if not params.get(9):
            raise Ctap(INVALID_PARAMETER)
        if command == 6:
            yield from self._verify_finger()
        else:
            self._check_pin(protocol, shared, params[6])
        return self._new_token(protocol, shared, params[9], params.get(10))

    def _protocol(self, version: object) -> PinProtocol:
        if not isinstance(version, int) or version not in self._protocols:
            raise Ctap(INVALID_PARAMETER)
        return self._protocols[version]

    def _new_token(self, protocol: PinProtocol, shared: bytes, permissions: int, rp: str | None) -> dict[int, Any]:
        if self.model.force_change:
            raise Ctap(PIN_POLICY)
        for each in self._protocols.values():
            each.token = os.urandom(32)
        self._permissions, self._bound = permissions, rp
        return {2: protocol.encrypt(shared, protocol.token)}

    def _change_pin(self, protocol: PinProtocol, shared: bytes, params: Params) -> None:
        if params[2] == 3:
            if self.pin_set:
                raise Ctap(PIN_AUTH_INVALID)
            protocol.verify(shared, params[5], params[4])
        else:
            protocol.verify(shared, params[5] + params[6], params[4])
            self._check_pin(protocol, shared, params[6])
        self._store_pin(protocol.decrypt(shared, params[5]))

    def _store_pin(self, padded: bytes) -> None:
        pin = padded.rstrip(b"\0")
        if len(padded) != 64:
            raise Ctap(INVALID_PARAMETER)
        if not 4 <= len(pin) <= 63:
            raise Ctap(PIN_POLICY)
        self._pin, self.pin_retries = sha256(pin)[:16], PIN_RETRIES
        self.model.force_change = False

    def _check_pin(self, protocol: PinProtocol, shared: bytes, sealed: bytes) -> None:
        if self._pin is None:
            raise Ctap(PIN_NOT_SET)
        if self.pin_retries == 0:
            raise Ctap(PIN_BLOCKED)
        if self._wrong_in_a_row >= PAUSE_AFTER:
            raise Ctap(PIN_AUTH_BLOCKED)
        self.pin_retries -= 1
        if not hmac.compare_digest(protocol.decrypt(shared, sealed), self._pin):
            self._wrong_in_a_row += 1
            protocol.regenerate()
            if self.pin_retries == 0:
                raise Ctap(PIN_BLOCKED)
            raise Ctap(PIN_AUTH_BLOCKED if self._wrong_in_a_row >= PAUSE_AFTER else PIN_INVALID)
        self.pin_retries, self._wrong_in_a_row, self.uv_retries = PIN_RETRIES, 0, UV_RETRIES

    def _verify_finger(self) -> Generator[int, None, None]:
        if not self.model.fingerprint:
            raise Ctap(NOT_ALLOWED)
        if self.uv_retries == 0:
            raise Ctap(UV_BLOCKED)
        yield from self._wait()
        if self.fingers and not self.fingers.pop(0):
            self.uv_retries -= 1
            raise Ctap(UV_INVALID if self.uv_retries else UV_BLOCKED)
        self.uv_retries = UV_RETRIES

    def _verified(
        self, params: Params, numbers: tuple[int, int], permission: int, rp: str
    ) -> Generator[int, None, bool]:
        """Whether the user is verified: by a token (``numbers``: where it stands in the parameters) or a finger."""
        tag, version = params.get(numbers[0]), params.get(numbers[1])
        digest: bytes = params[1] if permission == PERMISSION_MAKE else params[2]
        options = params.get(7 if permission == PERMISSION_MAKE else 5, {})
        if tag is not None:
            if tag == b"":
                yield from self._wait()
                raise Ctap(PIN_INVALID if self.pin_set else PIN_NOT_SET)
            protocol = self._protocol(version)
            protocol.verify(protocol.token, digest, tag)
            if not self._permissions & permission or self._bound not in (None, rp):
                raise Ctap(PIN_AUTH_INVALID)
            return True
        if options.get("uv"):
            if not self.model.fingerprint:
                raise Ctap(INVALID_OPTION)
            yield from self._verify_finger()
            return True
        if self.model.always_uv and options.get("up", True):
            raise Ctap(PUAT_REQUIRED)
        return False

    # --- authenticatorMakeCredential (section 6.1) ---

    def _make_credential(self, params: Params) -> Steps:
        digest, rp, user, algorithms = params[1], params[2]["id"], params[3], params[4]
        options, extensions = params.get(7, {}), params.get(6, {})
        if not any(each.get("alg") == -7 for each in algorithms):
            raise Ctap(UNSUPPORTED_ALGORITHM)
        if options.get("up") is False:
            raise Ctap(INVALID_OPTION)
        verified = yield from self._verified(params, (8, 9), PERMISSION_MAKE, rp)
        resident = bool(options.get("rk"))
        if not verified and (self.pin_set or self.model.fingerprint) and (resident or not self.model.tokens):
            raise Ctap(PUAT_REQUIRED)
        yield from self._wait()
        self._make_room(rp, user, params.get(5, []), resident=resident)
        name = os.urandom(32)
        made = Credential(rp, user, resident, ec.generate_private_key(ec.SECP256R1()), extensions.get("credProtect", 1))
        self.credentials[name] = made
        outputs: dict[str, Any] = {}
        if "credProtect" in extensions:
            outputs["credProtect"] = made.protect
        if self.model.hmac_secret and extensions.get("hmac-secret") is True:
            outputs["hmac-secret"] = True
        cose = cbor2.dumps(cose_key(made.key.public_key(), -7), canonical=True)
        attested = self.model.aaguid + struct.pack(">H", len(name)) + name + cose
        data = self._auth_data(rp, 1 | (4 if verified else 0) | 0x40, attested, outputs)
        self._permissions = 0
        signature = made.key.sign(data + digest, ec.ECDSA(hashes.SHA256()))
        return {1: "packed", 2: data, 3: {"alg": -7, "sig": signature}}

    def _make_room(self, rp: str, user: dict[str, Any], excluded: list[dict[str, Any]], *, resident: bool) -> None:
        """Refuse a second one where that is asked for; a resident one replaces the same user's."""
        for each in excluded:
            known = self.credentials.get(each["id"])
            if known is not None and known.rp == rp:
                raise Ctap(CREDENTIAL_EXCLUDED)
        for name, old in list(self.credentials.items()):
            if resident and old.resident and old.rp == rp and old.user["id"] == user["id"]:
                del self.credentials[name]

    def _auth_data(self, rp: str, flags: int, attested: bytes, outputs: dict[str, Any]) -> bytes:
        self.counter += 1
        extension = cbor2.dumps(outputs, canonical=True) if outputs else b""
        flags |= 0x80 if outputs else 0
        return sha256(rp.encode()) + bytes([flags]) + struct.pack(">I", self.counter) + attested + extension

    # --- authenticatorGetAssertion (section 6.2) ---

    def _get_assertion(self, params: Params) -> Steps:
        rp, options, extensions = params[1], params.get(5, {}), params.get(4, {})
        present = options.get("up", True)
        if "rk" in options:
            raise Ctap(UNSUPPORTED_OPTION)
        verified = yield from self._verified(params, (6, 7), PERMISSION_GET, rp)
        names = self._applicable(rp, params.get(3), verified)
        if not names:
            raise Ctap(NO_CREDENTIALS)
        if "hmac-secret" in extensions and not present:
            raise Ctap(UNSUPPORTED_OPTION)
        if present:
            yield from self._wait()
            self._permissions = 0
        self._next = [(name, params, verified) for name in names[1:]]
        return self._assertion(names[0], params, verified=verified, count=len(names))

    def _applicable(self, rp: str, allowed: list[dict[str, Any]] | None, verified: bool) -> list[bytes]:  # noqa: FBT001 a state
        if allowed:
            listed = [each["id"] for each in allowed]
            names = [name for name in listed if name in self.credentials and self.credentials[name].rp == rp]
            return [name for name in names if verified or self.credentials[name].protect < 3][:1]
        found = [name for name, each in reversed(self.credentials.items()) if each.resident and each.rp == rp]
        return [name for name in found if verified or self.credentials[name].protect < 2]

    def _next_assertion(self, params: Params) -> Steps:
        del params
        yield from ()
        if not self._next:
            raise Ctap(NOT_ALLOWED)
        name, before, verified = self._next.pop(0)
        return self._assertion(name, before, verified=verified, count=1)

    def _assertion(self, name: bytes, params: Params, *, verified: bool, count: int) -> dict[int, Any]:
        credential = self.credentials[name]
        outputs: dict[str, Any] = {}
        wanted = params.get(4, {}).get("hmac-secret")
        if wanted is not None and self.model.hmac_secret:
            outputs["hmac-secret"] = self._hmac_secret(credential, wanted, verified=verified)
        present = params.get(5, {}).get("up", True)
        data = self._auth_data(credential.rp, (1 if present else 0) | (4 if verified else 0), b"", outputs)
        answer: dict[int, Any] = {
            1: {"id": name, "type": "public-key"},
            2: data,
            3: credential.key.sign(data + params[2], ec.ECDSA(hashes.SHA256())),
        }
        if credential.resident:
            answer[4] = dict(credential.user) if verified and count > 1 else {"id": credential.user["id"]}
        if count > 1:
            answer[5] = count
        return answer

    def _hmac_secret(self, credential: Credential, wanted: dict[int, Any], *, verified: bool) -> bytes:
        protocol = self._protocol(wanted.get(4, 1))
        shared = protocol.shared(wanted[1])
        protocol.verify(shared, wanted[2], wanted[3])
        salts = protocol.decrypt(shared, wanted[2])
        if len(salts) not in {32, 64}:
            raise Ctap(INVALID_LENGTH)
        key = credential.with_uv if verified else credential.without_uv
        return protocol.encrypt(shared, b"".join(hmac256(key, salts[at : at + 32]) for at in range(0, len(salts), 32)))
