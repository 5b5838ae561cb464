"""What a person does to a Nitrokey's PIV application with its maker's program: a key in slot 9D with a certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.ciphers import Cipher, modes

from tests.peers.cards.certificates import piv_object
from tests.peers.cards.tlv import parse, tlv

if TYPE_CHECKING:
    from tests.peers.cards.keys import Key
    from tests.peers.firmware.nitrokey import Nitrokey

PIV = bytes.fromhex("a000000308000010000100")
MANAGEMENT_KEY = bytes(range(1, 9)) * 3
_CERTIFICATE = bytes.fromhex("5fc10b")  # of key management, SP 800-73-4 part 1, table 3
_ALGORITHMS = {"rsa2048": 0x07, "p256": 0x11, "p384": 0x14}
_CURVES = {"p256": ec.SECP256R1(), "p384": ec.SECP384R1()}


class _Public:
    """A key of which only the public half is known, for whoever makes certificates."""

    def __init__(self, public: object) -> None:
        self._public = public

    def public_key(self) -> object:
        return self._public


def _send(token: Nitrokey, header: str, data: bytes) -> bytes:
    """A command of extended length (ISO 7816-4, section 5.1)."""
    answer, status = token.ask(bytes.fromhex(header) + b"\0" + len(data).to_bytes(2, "big") + data + b"\0\0")
    assert status == 0x9000, f"{header}: {status:04x}"
    return answer


def _open(token: Nitrokey) -> None:
    """Select the application and show the management key: external authentication, SP 800-73-4 part 2, appendix A.1."""
    _send(token, "00a40400", PIV)
    challenge = parse(parse(_send(token, "0087039b", tlv(0x7C, tlv(0x81))))[0x7C])[0x81]
    cipher = Cipher(TripleDES(MANAGEMENT_KEY), modes.ECB()).encryptor()  # noqa: S305 one block, the standard's
    _send(token, "0087039b", tlv(0x7C, tlv(0x82, cipher.update(challenge))))


def put_key(token: Nitrokey, kind: str) -> None:
    """Have it make a key in slot 9D and put a certificate for it there."""
    _open(token)
    made = parse(parse(_send(token, "0047009d", tlv(0xAC, tlv(0x80, bytes([_ALGORITHMS[kind]])))))[0x7F49])
    if kind in _CURVES:
        public: object = ec.EllipticCurvePublicKey.from_encoded_point(_CURVES[kind], made[0x86])
    else:
        public = RSAPublicNumbers(int.from_bytes(made[0x82], "big"), int.from_bytes(made[0x81], "big")).public_key()
    key: Key = _Public(public)  # type: ignore[assignment] # what a certificate needs of it
    _send(token, "00db3fff", tlv(0x5C, _CERTIFICATE) + tlv(0x53, piv_object(key)))


def reset(token: Nitrokey) -> None:
    """Block the PIN and delete everything (Yubico's RESET)."""
    _send(token, "00a40400", PIV)
    for _ in range(3):
        token.ask(bytes.fromhex("0020008008") + b"99999999")
    assert token.ask(bytes.fromhex("00fb0000"))[1] == 0x9000


def tries(token: Nitrokey) -> int:
    """Left for the PIN."""
    _send(token, "00a40400", PIV)
    token.ask(bytes.fromhex("0020ff80"))  # forget that it was given: selecting does not
    _, status = token.ask(bytes.fromhex("00200080"))
    return status & 0xF if status >> 4 == 0x63C else 0
