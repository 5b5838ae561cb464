"""Hashes, HMAC and key derivation against NIST CAVP and ACVP, Wycheproof, RFC 5869, RFC 9106."""

from __future__ import annotations

from typing import Literal

import pytest

from kvault_gui.engine.crypto import hashes, kdf, mac
from kvault_gui.engine.errors import AuthenticationError, InvalidInputError, KdfCostError
from tests.shared import shared
from tests.vectors.tally import Tally, acvp, records, unhex, wycheproof

SHORT_TAG = "a tag shorter than the hash"
SHORT_OUTPUT = "an output shorter than 16 bytes"


@pytest.mark.parametrize(("name", "algorithm"), [("SHA2-256", "SHA-256"), ("SHA3-256", "SHA-3-256")])
def test_acvp_hashes(name: str, algorithm: str) -> None:
    tally = Tally()
    folder = shared("vectors/acvp")
    for _, test, answer in acvp(folder / f"{name}.vectors.json", folder / f"{name}.expected.json"):
        assert test["len"] % 8 == 0
        message = unhex(test["msg"])[: test["len"] // 8]
        tally.accept(good=hashes.digest(algorithm, message) == unhex(answer["md"]), name=test["tcId"])
    tally.check(1, 1)


def test_nist_cavp_sha3_256() -> None:
    tally = Tally()
    for record in records(shared("vectors/nist-rfc-kdf-hash/SHA3_256ShortMsg.rsp")):
        message = unhex(record["Msg"])[: int(record["Len"]) // 8]
        tally.accept(good=hashes.digest("SHA-3-256", message) == unhex(record["MD"]), name=record["Len"])
    tally.check(137, 137)


def test_wycheproof_hmac_sha256() -> None:
    tally = Tally()
    number, tests = wycheproof(shared("vectors/wycheproof/hmac_sha256_test.json"))
    for group, test in tests:
        key, message, tag = (unhex(test[part]) for part in ("key", "msg", "tag"))
        if group["tagSize"] != 256:
            tally.leave(SHORT_TAG)
            tally_refused_short(key, message, tag)
        elif test["result"] == "valid":
            mac.verify(key, message, tag)
            tally.accept(good=mac.sign(key, message) == tag, name=test["tcId"])
        else:
            tally.refuse(lambda k=key, m=message, t=tag: mac.verify(k, m, t), AuthenticationError, test["tcId"])  # type: ignore[misc]
    tally.check(number, 45, {SHORT_TAG: 42})


def tally_refused_short(key: bytes, message: bytes, tag: bytes) -> None:
    with pytest.raises(AuthenticationError):
        mac.verify(key, message, tag)


def test_acvp_hmac_sha256() -> None:
    tally = Tally()
    folder = shared("vectors/acvp")
    for _, test, answer in acvp(folder / "HMAC-SHA2-256.vectors.json", folder / "HMAC-SHA2-256.expected.json"):
        tally.accept(good=mac.sign(unhex(test["key"]), unhex(test["msg"])) == unhex(answer["mac"]), name=test["tcId"])
    tally.check(7, 7)


def test_wycheproof_hkdf_sha256() -> None:
    tally = Tally()
    number, tests = wycheproof(shared("vectors/wycheproof/hkdf_sha256_test.json"))
    for _, test in tests:
        ikm, salt, info, size = unhex(test["ikm"]), unhex(test["salt"]), unhex(test["info"]), test["size"]
        if test["result"] == "valid":
            derived = kdf.derive_hkdf(ikm, salt=salt, info=info, length=size)
            tally.accept(good=derived == unhex(test["okm"]), name=test["tcId"])
        else:
            tally.refuse(
                lambda k=ikm, s=salt, i=info, n=size: kdf.derive_hkdf(k, salt=s, info=i, length=n),  # type: ignore[misc]
                InvalidInputError,
                test["tcId"],
            )
    tally.check(number, 43)


def test_rfc_5869_hkdf_sha256() -> None:
    tally = Tally()
    merged: dict[str, str] = {}
    for record in records(shared("vectors/nist-rfc-kdf-hash/rfc-5869-HKDF-SHA256.txt")):
        merged |= record  # a vector is spread over several paragraphs
        if "OKM" not in record:
            continue
        derived = kdf.derive_hkdf(
            unhex(merged["IKM"]), salt=unhex(merged["salt"]), info=unhex(merged["info"]), length=int(merged["L"])
        )
        tally.accept(good=derived == unhex(merged["OKM"]), name=merged["COUNT"])
    tally.check(3, 3)


def test_wycheproof_pbkdf2_sha256_and_its_floor() -> None:
    """The published vectors stay below our floor: the function behind the check runs them, the check refuses them."""
    tally = Tally()
    number, tests = wycheproof(shared("vectors/wycheproof/pbkdf2_hmacsha256_test.json"))
    for _, test in tests:
        password, salt, length = unhex(test["password"]), unhex(test["salt"]), test["dkLen"]
        rounds = test["iterationCount"]
        derived = kdf._pbkdf2_sha256(password, salt, rounds, length)
        tally.accept(good=derived == unhex(test["dk"]), name=test["tcId"])
        with pytest.raises(KdfCostError):
            kdf.derive_pbkdf2_sha256(password, salt=salt, iterations=rounds, length=length)
    tally.check(number, 30)


@pytest.mark.parametrize(("name", "kind", "ran"), [("argon2id", "id", 6), ("argon2d", "d", 4)])
def test_rfc_9106_argon2(name: str, kind: Literal["d", "id"], ran: int) -> None:
    tally = Tally()
    for record in records(shared(f"vectors/nist-rfc-kdf-hash/{name}.txt")):
        derived = kdf.derive_argon2_foreign(
            kind,
            unhex(record["pass"]),
            salt=unhex(record["salt"]),
            memory_kib=int(record["memcost"]),
            iterations=int(record["iter"]),
            lanes=int(record["lanes"]),
            version=0x13,
            key=unhex(record.get("secret", "")),
            associated=unhex(record.get("ad", "")),
            length=int(record["length"]),
        )
        tally.accept(good=derived == unhex(record["output"]), name=record["COUNT"])
    tally.check(ran, ran)
