"""Plain data that the primitives share."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from ..errors import InvalidInputError

Bytes: TypeAlias = bytes | bytearray | memoryview


class KeyPair(NamedTuple):
    """A private key and its public key, both encoded as the module that made them says."""

    private: bytes
    public: bytes

    def __repr__(self) -> str:
        return f"KeyPair(private=…, public={self.public[:8].hex()}…)"


def exact(value: Bytes, length: int, what: str) -> None:
    """Refuse ``value`` unless it has ``length`` bytes; ``what`` names it in the sentence.

    Raises:
        InvalidInputError: another length.
    """
    if len(value) != length:
        raise InvalidInputError(reason=f"{what} must be {length} bytes long, not {len(value)}")
