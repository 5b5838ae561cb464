"""The fields that each kind of entry usually has: their types, and which of them are protected.

The same names as in the window (a test compares), so that both show and find the same fields.
"""

from __future__ import annotations

from kvault_gui.engine.api import FieldType, Kind

Form = tuple[FieldType, bool]  # type, protected

_NOTES: dict[str, Form] = {"notes": (FieldType.LONG, False)}
USUAL: dict[Kind, dict[str, Form]] = {
    Kind.CREDENTIAL: {
        "username": (FieldType.TEXT, False),
        "password": (FieldType.SECRET, True),
        "url": (FieldType.URL, False),
        "otp": (FieldType.OTP, True),
        **_NOTES,
    },
    Kind.API_KEY: {
        "service": (FieldType.TEXT, False),
        "key": (FieldType.SECRET, True),
        "endpoint": (FieldType.URL, False),
        **_NOTES,
    },
    Kind.CERTIFICATE: {
        "subject": (FieldType.TEXT, False),
        "certificate": (FieldType.PEM, False),
        "private_key": (FieldType.PEM, True),
        **_NOTES,
    },
    Kind.SIGNING_KEY: {
        "subject": (FieldType.TEXT, False),
        "private_key": (FieldType.PEM, True),
        "public_key": (FieldType.PEM, False),
        **_NOTES,
    },
    Kind.NOTE: {"notes": (FieldType.LONG, True)},
}
# Protected wherever they stand, so that nobody stores a password in clear by taking another kind.
SECRET_NAMES = frozenset({"password", "passwd", "passphrase", "pin", "secret", "token", "otp", "totp", "private_key"})


def form_of(kind: Kind, name: str) -> Form | None:
    """Type and protection of a usual field; None for one of the person's own."""
    found = USUAL[kind].get(name)
    if found is not None:
        return found
    if name.lower() in {"otp", "totp"}:
        return FieldType.OTP, True
    return (FieldType.SECRET, True) if name.lower() in SECRET_NAMES else None
