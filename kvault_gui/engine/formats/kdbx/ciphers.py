"""The ciphers of KDBX: the outer one over the payload, and the inner stream over protected values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import oxifish
from Cryptodome.Cipher import Salsa20
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher as Primitive
from cryptography.hazmat.primitives.ciphers import algorithms, modes

from ...crypto import hashes, selftest
from ...errors import FormatDamagedError, FormatUnknownError
from .header import Cipher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_BLOCK_BITS = 128
_SALSA_NONCE = bytes.fromhex("e830094b97205d2a")  # fixed by the format
NO_STREAM, SALSA20, CHACHA20 = 0, 2, 3


def _chacha20(key: bytes, nonce: bytes) -> Primitive[None]:
    """ChaCha20 of RFC 8439 from block 0; OpenSSL takes the counter as the first four bytes of its nonce."""
    return Primitive(algorithms.ChaCha20(key, bytes(4) + nonce), mode=None)


def _not_whole() -> FormatDamagedError:
    return FormatDamagedError(reason="its encrypted part is cut or altered")


def decrypt(cipher: Cipher, key: bytes, iv: bytes, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Decrypt a stream. Raises FormatDamagedError when the padding does not fit at the end."""
    selftest.ensure_sound()
    if cipher is Cipher.CHACHA20:
        stream = _chacha20(key, iv).decryptor()
        yield from (stream.update(piece) for piece in pieces)
    elif cipher is Cipher.AES:
        blocks = Primitive(algorithms.AES(key), modes.CBC(iv)).decryptor()
        unpad = padding.PKCS7(_BLOCK_BITS).unpadder()
        yield from (unpad.update(blocks.update(piece)) for piece in pieces)
        try:
            yield unpad.update(blocks.finalize()) + unpad.finalize()
        except ValueError:
            raise _not_whole() from None
    else:
        session = oxifish.TwofishKey(key).decryptor(oxifish.Mode.CBC, iv=iv)
        yield from (session.update(piece) for piece in pieces)
        try:
            yield session.finalize()
        except ValueError:
            raise _not_whole() from None


class Encryptor(Protocol):
    """Takes plaintext in pieces, gives ciphertext."""

    def update(self, data: bytes) -> bytes:
        """Ciphertext that is ready."""
        ...

    def finalize(self) -> bytes:
        """What is left, with padding."""
        ...


class _PaddedAes:
    """AES-256-CBC with PKCS #7 padding."""

    def __init__(self, key: bytes, iv: bytes) -> None:
        self._blocks = Primitive(algorithms.AES(key), modes.CBC(iv)).encryptor()
        self._pad = padding.PKCS7(_BLOCK_BITS).padder()

    def update(self, data: bytes) -> bytes:
        return self._blocks.update(self._pad.update(data))

    def finalize(self) -> bytes:
        return self._blocks.update(self._pad.finalize()) + self._blocks.finalize()


def encryptor(cipher: Cipher, key: bytes, iv: bytes) -> Encryptor:
    """An encryptor for the payload; Twofish is read only."""
    selftest.ensure_sound()
    if cipher is Cipher.AES:
        return _PaddedAes(key, iv)
    if cipher is Cipher.CHACHA20:
        stream: Encryptor = _chacha20(key, iv).encryptor()
        return stream
    raise FormatUnknownError(name=f"Writing KDBX with {cipher.words()}")


class InnerStream:
    """The key stream over protected values, in the order of the document. XOR: the same call seals and opens."""

    def __init__(self, kind: int, key: bytes) -> None:
        self._apply: Callable[[bytes], bytes]
        if kind == SALSA20:
            self._apply = Salsa20.new(hashes.sha256(key), _SALSA_NONCE).encrypt
        elif kind == CHACHA20:
            digest = hashes.digest("SHA-512", key)
            self._apply = _chacha20(digest[:32], digest[32:44]).encryptor().update
        elif kind == NO_STREAM:
            self._apply = bytes
        else:
            raise FormatUnknownError(name="A KDBX file with an inner cipher of its own")

    def apply(self, data: bytes) -> bytes:
        """The next ``len(data)`` bytes, sealed or opened."""
        return self._apply(data)
