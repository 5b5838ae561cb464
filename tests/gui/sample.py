"""A vault with what people have: the one in the pictures of the gallery and in tests of the window."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from kvault_gui.engine.api import EntryInput, FieldInput, FieldType, Kind, Secret
from tests.gui.inprocess import login

if TYPE_CHECKING:
    from kvault_gui.engine.facade import Engine

DAY = 86_400
OTP = "otpauth://totp/GitHub:octocat?secret=JBSWY3DPEHPK3PXP&issuer=GitHub"
# Made for this file with openssl; it opens nothing.
PUBLIC_PEM = """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----"""


def text(name: str, value: str, form: FieldType = FieldType.TEXT, *, protected: bool = False) -> FieldInput:
    return FieldInput(name, form, protected=protected, value=Secret.of(value))


def api_key(title: str, service: str, namespace: str, expires: float | None = None) -> EntryInput:
    fields = [text("service", service), text("key", "sk_live_" + title[::-1], FieldType.SECRET, protected=True)]
    return EntryInput(Kind.API_KEY, title, namespace, fields, expires=expires)


def entries() -> list[EntryInput]:
    """What the sample holds, in the order in which it is made."""
    now = time.time()
    github = login(
        "GitHub",
        "work/infra",
        user="octocat",
        password="t7#Rk9-vale.Ormen42",
        url="https://github.com/login",
        otp=OTP,
        notes="Organisation owner. Recovery codes are attached; the printed copy is in the safe.",
        tags=["rotate-yearly"],
        favourite=True,
        scope=["agent:coding-agent"],
    )
    github.fields.append(text("recovery-codes.txt", "11111-22222\n33333-44444\n", FieldType.FILE, protected=True))
    deploy = EntryInput(
        Kind.SIGNING_KEY,
        "Deploy key, gate-01",
        "work/infra",
        [
            text("subject", "ssh-ed25519 SHA256:7vQ2…k9Lw"),
            text("private_key", PUBLIC_PEM.replace("PUBLIC", "PRIVATE"), FieldType.PEM, protected=True),
            text("public_key", PUBLIC_PEM, FieldType.PEM),
        ],
    )
    note = EntryInput(
        Kind.NOTE, "Passport", "family", [text("notes", "Holder on page 2", FieldType.LONG, protected=True)]
    )
    return [
        github,
        login("AWS console, billing", "work/clients", user="user@example.org", url="https://aws.amazon.com"),
        deploy,
        login("Mail", "home", user="user@example.org", favourite=True, tags=["finance"]),
        api_key("Cloud API token", "project staging", "work/staging", now + 9 * DAY),
        login("Debit card", "home", user="•••• 4417", tags=["finance"]),
        note,
        login("Postgres, production", "work/infra", user="app_rw on db-01.internal", tags=["rotate-yearly"]),
        api_key("Sentry DSN", "kvault-desktop", "work/infra"),
        api_key("Stripe restricted key", "rk_live, payouts only", "work/clients", now + 20 * DAY),
        login("WireGuard, laptop", "home", user="10.8.0.14"),
        login("Wi-Fi, home", "home", user="Home 5G"),
        login("Wi-Fi, summer house and the boat shed by the lake", "family", user="Skargard 2"),
        login("Old Jenkins", "work/infra", user="admin", expires=now - DAY),
    ]


def fill(engine: Engine) -> dict[str, int]:
    """Store the sample; returns ids by title."""
    return {entry.title: engine.secrets.create(entry) for entry in entries()}
