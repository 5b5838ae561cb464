"""Ed25519, ML-DSA and RSA-PSS against RFC 8032, Wycheproof, CCTV and NIST ACVP."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from kvault_gui.engine.crypto import signing
from kvault_gui.engine.errors import AuthenticationError, InvalidInputError
from tests.shared import shared
from tests.vectors.tally import Tally, acvp, unhex, wycheproof

EXPANDED = "a private key in expanded form (the registry takes seeds)"
EXTERNAL_MU = "a message that is given as its digest mu alone"


def verified(algorithm: str, public: bytes, message: bytes, signature: bytes, context: bytes = b"") -> bool:
    try:
        signing.verify(algorithm, public, message, signature, context=context)
    except AuthenticationError:
        return False
    return True


def test_rfc_8032_ed25519_signs_the_same() -> None:
    tally = Tally()
    for line in shared("vectors/ed25519-rfc8032/sign.input").read_text().splitlines():
        private, public, message, signed = (unhex(part) for part in line.split(":")[:4])
        signature = signed[:64]
        same = signing.sign("Ed25519", private[:32], message) == signature
        known = signing.public_key("Ed25519", private[:32]) == public
        altered = bytes([signature[0] ^ 1]) + signature[1:]
        good = verified("Ed25519", public, message, signature) and not verified("Ed25519", public, message, altered)
        tally.accept(good=same and known and good, name=line[:16])
    tally.check(256, 256)


def test_wycheproof_ed25519() -> None:
    tally = Tally()
    number, tests = wycheproof(shared("vectors/wycheproof/ed25519_test.json"))
    for group, test in tests:
        public = unhex(group["publicKey"]["pk"])
        good = verified("Ed25519", public, unhex(test["msg"]), unhex(test["sig"]))
        tally.accept(good=good == (test["result"] == "valid"), name=test["tcId"])
    tally.check(number, 65)


def test_cctv_ed25519_refuses_second_spellings_and_keys_of_low_order() -> None:
    """RFC 8032 as written; of what it leaves open, R of low order passes, a key of low order and a residue do not."""
    tally = Tally()
    refused = {"non_canonical_A", "non_canonical_R", "low_order_residue", "low_order_A"}
    vectors = json.loads(shared("vectors/cctv-ed25519/ed25519vectors.json").read_bytes())
    passed = 0
    for vector in vectors:
        good = verified("Ed25519", unhex(vector["key"]), vector["msg"].encode(), unhex(vector["sig"]))
        expected = not refused & set(vector["flags"] or [])
        tally.accept(good=good == expected, name=vector["number"])
        passed += good
    tally.check(457, 457)
    assert passed == 15


def test_the_published_ed25519_key_files_hold_the_first_key_of_rfc_8032() -> None:
    folder = shared("vectors/ed25519-keys")
    private = load_pem_private_key((folder / "ed25519-pkcs8.pem").read_bytes(), None)
    public = load_pem_public_key((folder / "ed25519-pub.pem").read_bytes())
    seed = private.private_bytes_raw()  # type: ignore[union-attr]
    assert signing.public_key("Ed25519", seed) == public.public_bytes_raw()  # type: ignore[union-attr]


def test_wycheproof_ml_dsa_verify() -> None:
    for name, total in (("ML-DSA-65", 141), ("ML-DSA-87", 135)):
        tally = Tally()
        number, tests = wycheproof(shared(f"vectors/wycheproof/mldsa_{name[-2:]}_verify_test.json"))
        for group, test in tests:
            tally.accept(good=_mldsa(name, group, test) == (test["result"] == "valid"), name=test["tcId"])
        assert number == total
        tally.check(total, total)


def _mldsa(name: str, group: dict[str, Any], test: dict[str, Any]) -> bool:
    context = unhex(test.get("ctx", ""))
    try:
        return verified(name, unhex(group["publicKey"]), unhex(test["msg"]), unhex(test["sig"]), context)
    except InvalidInputError:  # a key or context of a length that cannot be
        return False


def test_wycheproof_ml_dsa_seeds_give_the_published_keys_which_verify_the_published_signatures() -> None:
    """Our own signatures are hedged, so they are verified instead of compared."""
    tally = Tally()
    number, tests = wycheproof(shared("vectors/wycheproof/mldsa_65_sign_seed_test.json"))
    for group, test in tests:
        seed = unhex(group["privateSeed"])
        if "msg" not in test:
            tally.leave(EXTERNAL_MU)
            continue
        if test["result"] != "valid":
            tally.accept(good=_refused(seed, test), name=test["tcId"])
            continue
        context, message = unhex(test.get("ctx", "")), unhex(test["msg"])
        public = unhex(group["publicKey"])
        own = signing.sign("ML-DSA-65", seed, message, context=context)
        good = verified("ML-DSA-65", public, message, own, context)
        published = verified("ML-DSA-65", public, message, unhex(test["sig"]), context)
        known = signing.public_key("ML-DSA-65", seed) == public
        tally.accept(good=good and published and known, name=test["tcId"])
    tally.check(number, 67, {EXTERNAL_MU: 8})


def test_wycheproof_ml_dsa_signatures_of_expanded_keys_verify() -> None:
    tally = Tally()
    number, tests = wycheproof(shared("vectors/wycheproof/mldsa_65_sign_noseed_test.json"))
    for group, test in tests:
        if "msg" not in test:
            tally.leave(EXTERNAL_MU)
        elif "IncorrectPrivateKeyLength" in test["flags"] or "InvalidPrivateKey" in test["flags"]:
            tally.leave(EXPANDED)
        else:
            tally.accept(good=_mldsa("ML-DSA-65", group, test) == (test["result"] == "valid"), name=test["tcId"])
    tally.check(number, 58, {EXTERNAL_MU: 5, EXPANDED: 2})


def _refused(seed: bytes, test: dict[str, Any]) -> bool:
    try:
        signing.sign("ML-DSA-65", seed, unhex(test["msg"]), context=unhex(test.get("ctx", "")))
    except InvalidInputError:
        return True
    return False


def test_acvp_ml_dsa_key_generation() -> None:
    tally = Tally()
    folder = shared("vectors/acvp-fips203-204")
    for group, test, answer in acvp(
        folder / "ML-DSA-keyGen.prompt.json", folder / "ML-DSA-keyGen.expectedResults.json"
    ):
        public = signing.public_key(group["parameterSet"], unhex(test["seed"]))
        tally.accept(good=public == unhex(answer["pk"]), name=test["tcId"])
    tally.check(13, 13)


def test_acvp_ml_dsa_signature_verification() -> None:
    tally = Tally()
    folder = shared("vectors/acvp-fips203-204")
    for group, test, answer in acvp(
        folder / "ML-DSA-sigVer.prompt.json", folder / "ML-DSA-sigVer.expectedResults.json"
    ):
        good = verified(group["parameterSet"], unhex(group["pk"]), unhex(test["message"]), unhex(test["signature"]))
        tally.accept(good=good == answer["testPassed"], name=test["tcId"])
    tally.check(2, 2)


@pytest.mark.parametrize(
    ("file", "algorithm", "total"),
    [
        ("rsa_pss_2048_sha256_mgf1_32", "RSA-2048-PSS", 108),
        ("rsa_pss_4096_sha512_mgf1_64", "RSA-4096-PSS-SHA512", 179),
    ],
)
def test_wycheproof_rsa_pss(file: str, algorithm: str, total: int) -> None:
    tally = Tally()
    number, tests = wycheproof(shared(f"vectors/wycheproof/{file}_test.json"))
    for group, test in tests:
        good = verified(algorithm, unhex(group["publicKeyDer"]), unhex(test["msg"]), unhex(test["sig"]))
        tally.accept(good=good == (test["result"] == "valid"), name=test["tcId"])
    assert number == total
    tally.check(total, total)


def test_wycheproof_rsa_pss_with_other_parameters_is_refused() -> None:
    """Valid signatures of other salt lengths, hashes and masks: not ours, so none of them passes."""
    tally = Tally()
    number, tests = wycheproof(shared("vectors/wycheproof/rsa_pss_misc_test.json"))
    for group, test in tests:
        assert (group["sha"], group["mgfSha"], group["sLen"]) != ("SHA-256", "SHA-256", 32)
        passed = verified("RSA-2048-PSS", unhex(group["publicKeyDer"]), unhex(test["msg"]), unhex(test["sig"]))
        tally.accept(good=not passed, name=test["tcId"])
    tally.check(number, 75)


def test_the_published_public_key_with_stray_bits_is_not_taken_for_another() -> None:
    der = shared("vectors/ed25519-keys/ed25519-pub-non-zero-unused-bits.der").read_bytes()
    with pytest.raises(InvalidInputError):
        signing.verify("Ed25519", der, b"", bytes(64))
