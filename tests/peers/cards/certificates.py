"""Certificates for keys on emulated cards."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tests.peers.cards.tlv import tlv

if TYPE_CHECKING:
    from tests.peers.cards.keys import Key

_ISSUER = ec.generate_private_key(ec.SECP256R1())


def certificate(key: Key) -> bytes:
    """A certificate (DER) that names the key; signed by another one, for decryption keys cannot sign."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kvault test card")])
    begin = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, begin, begin + dt.timedelta(days=365))
    return builder.sign(_ISSUER, hashes.SHA256()).public_bytes(Encoding.DER)


def piv_object(key: Key) -> bytes:
    """The same as a PIV data object (SP 800-73-4 part 1, appendix A)."""
    return tlv(0x70, certificate(key)) + tlv(0x71, b"\0") + tlv(0xFE)
