"""Known answers of signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import signing

if TYPE_CHECKING:
    from collections.abc import Callable

ANSWERS: dict[str, bytes] = {
    # RFC 8032, section 7.1, test 2.
    "Ed25519": bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    ),
}


def _ed25519() -> bool:
    private = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signing.verify("Ed25519", public, b"\x72", ANSWERS["Ed25519"])
    return signing.sign("Ed25519", private, b"\x72") == ANSWERS["Ed25519"]


TESTS: dict[str, Callable[[], bool]] = {
    "Ed25519": _ed25519,
}
