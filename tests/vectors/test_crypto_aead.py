"""Authenticated encryption against Wycheproof, NIST ACVP and CAVP, RFC 8439."""

from __future__ import annotations

from typing import Any

import pytest

from kvault_gui.engine.crypto import aead
from kvault_gui.engine.errors import AuthenticationError, InvalidInputError
from tests.shared import shared
from tests.vectors.tally import Tally, acvp, records, unhex, wycheproof

AES_128 = "AES with a key shorter than 256 bits"
SHORT_TAG = "a tag shorter than 128 bits"
LONG_NONCE = "a nonce that is not 96 bits (refused)"
CAVP_ASIDE = {SHORT_TAG: 450, LONG_NONCE: 50}


@pytest.mark.parametrize(
    ("name", "algorithm", "total", "ran", "aside"),
    [
        ("aes_gcm", "AES-256-GCM", 154, 30, {AES_128: 124}),
        ("chacha20_poly1305", "ChaCha20-Poly1305", 163, 163, {}),
    ],
)
def test_wycheproof_seals_the_same_and_refuses_what_is_invalid(
    name: str, algorithm: str, total: int, ran: int, aside: dict[str, int]
) -> None:
    tally = Tally()
    number, tests = wycheproof(shared(f"vectors/wycheproof/{name}_test.json"))
    assert number == total
    for group, test in tests:
        if group["keySize"] != 256:
            tally.leave(AES_128)
            continue
        _wycheproof_aead(tally, algorithm, test, group["ivSize"])
    tally.check(total, ran, aside)


def _wycheproof_aead(tally: Tally, algorithm: str, test: dict[str, Any], nonce_bits: int) -> None:
    key, nonce, aad, message = (unhex(test[part]) for part in ("key", "iv", "aad", "msg"))
    sealed = unhex(test["ct"] + test["tag"])
    if nonce_bits != 96:
        tally.refuse(lambda: aead.seal(algorithm, key, nonce, message, aad), InvalidInputError, test["tcId"])
    elif test["result"] == "invalid":
        tally.refuse(lambda: aead.open_sealed(algorithm, key, nonce, sealed, aad), AuthenticationError, test["tcId"])
    else:
        same = aead.seal(algorithm, key, nonce, message, aad) == sealed
        back = aead.open_sealed(algorithm, key, nonce, sealed, aad) == message
        tally.accept(good=same and back, name=test["tcId"])


def test_acvp_aes_gcm() -> None:
    tally = Tally()
    folder = shared("vectors/acvp")
    pairs = acvp(folder / "ACVP-AES-GCM.vectors.json", folder / "ACVP-AES-GCM.expected.json")
    for group, test, answer in pairs:
        if group["keyLen"] != 256:
            tally.leave(AES_128)
        elif group["tagLen"] != 128:
            tally.leave(SHORT_TAG)
        elif group["direction"] == "encrypt":
            key, nonce, aad, text = (unhex(test[part]) for part in ("key", "iv", "aad", "pt"))
            sealed = aead.seal("AES-256-GCM", key, nonce, text, aad)
            tally.accept(good=sealed == unhex(answer["ct"] + answer["tag"]), name=test["tcId"])
        else:
            key, nonce, aad = (unhex(test[part]) for part in ("key", "iv", "aad"))
            opened = aead.open_sealed("AES-256-GCM", key, nonce, unhex(test["ct"] + test["tag"]), aad)
            tally.accept(good=answer["testPassed"] and opened == unhex(answer["pt"]), name=test["tcId"])
    tally.check(12, 2, {AES_128: 6, SHORT_TAG: 4})


def test_nist_cavp_gcm_encrypts_the_same() -> None:
    tally = Tally()
    for record in records(shared("vectors/nist-cavp-gcm/gcmEncryptExtIV256.rsp")):
        if not _offered(tally, record):
            continue
        key, nonce, aad, text = (unhex(record[part]) for part in ("Key", "IV", "AAD", "PT"))
        sealed = aead.seal("AES-256-GCM", key, nonce, text, aad)
        tally.accept(good=sealed == unhex(record["CT"] + record["Tag"]), name=record)
    tally.check(525, 25, CAVP_ASIDE)


def test_nist_cavp_gcm_decrypts_the_same_and_refuses_what_fails() -> None:
    tally = Tally()
    refused = 0
    for record in records(shared("vectors/nist-cavp-gcm/gcmDecrypt256.rsp")):
        if not _offered(tally, record):
            continue
        key, nonce, aad = (unhex(record[part]) for part in ("Key", "IV", "AAD"))
        sealed = unhex(record["CT"] + record["Tag"])
        if "FAIL" in record:
            tally.refuse(
                lambda k=key, n=nonce, s=sealed, a=aad: aead.open_sealed("AES-256-GCM", k, n, s, a),  # type: ignore[misc]
                AuthenticationError,
                record,
            )
            refused += 1
        else:
            opened = aead.open_sealed("AES-256-GCM", key, nonce, sealed, aad)
            tally.accept(good=opened == unhex(record["PT"]), name=record)
    tally.check(525, 25, CAVP_ASIDE)
    assert refused == 12


def _offered(tally: Tally, record: dict[str, str]) -> bool:
    if record["Taglen"] != "128":
        tally.leave(SHORT_TAG)
    elif record["IVlen"] != "96":
        tally.leave(LONG_NONCE)
    else:
        return True
    return False


def test_rfc_8439_chacha20_poly1305() -> None:
    tally = Tally()
    for record in records(shared("vectors/rfc8439/ChaCha20Poly1305-boringssl.txt")):
        key, nonce, text, aad = (_text_or_hex(record[part]) for part in ("KEY", "NONCE", "IN", "AD"))
        sealed = _text_or_hex(record["CT"]) + unhex(record["TAG"])
        same = aead.seal("ChaCha20-Poly1305", key, nonce, text, aad) == sealed
        back = aead.open_sealed("ChaCha20-Poly1305", key, nonce, sealed, aad) == text
        tally.accept(good=same and back, name=record)
    tally.check(66, 66)


def _text_or_hex(value: str) -> bytes:
    return value.strip('"').encode() if value.startswith('"') else unhex(value)
