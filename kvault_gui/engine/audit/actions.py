"""Every action that the log knows, with its category. An act that is not here cannot be written."""

from __future__ import annotations

from ..api import Category

_BY_CATEGORY = {
    Category.UNLOCK: (
        "unlock.opened",
        "unlock.failed",
        "unlock.accepted",  # opened although something was found; details say what
        "vault.created",
        "vault.locked",
        "vault.unlocked",
        "session.begun",
        "session.ended",
    ),
    Category.READ: (
        "secret.revealed",
        "secret.copied",
        "secret.used",
        "secret.code",
        "secrets.listed",
        "secret.read",
        "secret.edited",
        "secret.viewed",
    ),
    Category.CHANGE: (
        "secret.created",
        "secret.changed",
        "secret.reverted",
        "secret.marked",
        "secret.unmarked",
        "secret.moved",
        "secret.trashed",
        "secret.restored",
        "secret.deleted",
        "namespace.created",
        "namespace.renamed",
        "namespace.moved",
        "namespace.removed",
        "change.undone",
    ),
    Category.TRUST: (
        "access.refused",
        "grant.given",
        "grant.taken",
        "principal.created",
        "principal.changed",
        "key.created",
        "key.rotating",
        "key.rotated",
        "key.kept",  # a rotation that was stopped
        "slot.added",
        "slot.changed",
        "slot.replaced",
        "slot.removed",
    ),
    Category.EXPORT: (
        "secret.exported",
        "export.begun",
        "export.done",
        "import.begun",
        "import.running",
        "import.done",
        "import.undone",
        "secrets.imported",
        "import.interrupted",
        "audit.exported",
        "backup.made",
        "backup.restored",
    ),
    Category.SYSTEM: (
        "audit.verified",
        "draft.saved",
        "draft.discarded",
        "audit.signed",
        "audit.indexed",
        "header.changed",
        "check.begun",
        "check.done",
        "vault.checked",
        "vault.check",
        "damage.found",
        "index.rebuilt",
    ),
}

CATEGORIES: dict[str, Category] = {action: category for category, actions in _BY_CATEGORY.items() for action in actions}
