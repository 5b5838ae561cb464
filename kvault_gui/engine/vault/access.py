"""The one check that every call passes before it touches a secret, a key or a grant."""

from __future__ import annotations

import contextlib
import enum
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from ..api import Category, Outcome
from ..errors import DiskFullError, FolderPermissionError, NotPermittedError, SessionEndedError
from .reading import numbers
from .schema import GRANT, PRINCIPAL, GrantRow, PrincipalRow, to_micros
from .session import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .context import Vault


class Action(enum.StrEnum):
    """What can be allowed. The words complete "… may not …"."""

    BROWSE = "list entries"
    READ = "read values"
    CODE = "compute one-time codes"
    WRITE = "change entries"
    DELETE = "delete entries for ever"
    EXPORT = "export the vault"
    LOG = "read the audit log"
    MANAGE = "change ways in and rights"


_ROLES: dict[Role, frozenset[Action]] = {
    Role.OWNER: frozenset(Action),
    Role.READER: frozenset({Action.BROWSE, Action.READ, Action.CODE, Action.LOG}),
    Role.AGENT: frozenset(),
}
_NEED_VALUES = frozenset({Action.READ, Action.CODE, Action.WRITE, Action.DELETE, Action.EXPORT})


def check(vault: Vault, action: Action, *, namespace: int | None = None, tags: Sequence[str] = ()) -> GrantRow | None:
    """Let the session's principal do ``action`` on what lies in ``namespace`` and bears ``tags``.

    ``namespace`` None means the whole vault. Returns the grant that allowed it, to be counted in the transaction of
    the act, or None if the role did. A refusal is recorded. Raises SessionEndedError, NotPermittedError.
    """
    _alive(vault)
    found = _decide(vault, action, namespace, tags)
    if not found.allowed:
        refuse(vault, action)
    vault.session.last_use = vault.clock()
    return found.grant


def by_role(vault: Vault, action: Action, *, namespace: int | None = None, tags: Sequence[str] = ()) -> bool:
    """Whether the role alone allows it; a no is not recorded: nothing was tried."""
    _alive(vault)
    found = _decide(vault, action, namespace, tags)
    return found.allowed and found.grant is None


class _Decision(NamedTuple):
    allowed: bool
    grant: GrantRow | None = None


def _decide(vault: Vault, action: Action, namespace: int | None, tags: Sequence[str]) -> _Decision:
    session, now = vault.session, vault.clock()
    if action in _NEED_VALUES and not vault.keys.reads_values:
        return _Decision(allowed=False)
    row = vault.store.row(PRINCIPAL, session.principal)
    principal = None if row is None else PrincipalRow._make(row)
    if principal is None or (principal.expires is not None and principal.expires <= to_micros(now)):
        return _Decision(allowed=False)
    # The row decides, not the session: a role that was taken away ends at once.
    if principal.role == session.role and action in _ROLES[session.role] and _in_scopes(vault, namespace, tags):
        return _Decision(allowed=True)
    grant = next((each for each in _grants(vault, action) if _fits(vault, each, now, namespace, tags)), None)
    return _Decision(grant is not None, grant)


def _alive(vault: Vault) -> None:
    session, now = vault.session, vault.clock()
    over = session.expires is not None and now >= session.expires
    idle = session.idle is not None and now - session.last_use >= session.idle
    if session.ended or over or idle:
        session.ended = True
        raise SessionEndedError


def refuse(vault: Vault, action: Action) -> NoReturn:
    """Record a refusal and raise NotPermittedError."""
    with contextlib.suppress(DiskFullError, FolderPermissionError):  # the refusal stands without its record too
        vault.record("access.refused", Category.TRUST, outcome=Outcome.REFUSED, details={"act": action.value})
    raise NotPermittedError(who=vault.session.who, act=action.value)


def _in_scopes(vault: Vault, namespace: int | None, tags: Sequence[str]) -> bool:
    scopes = vault.session.scopes
    return not scopes or any(_covers(vault, part.namespace, part.tag, namespace, tags) for part in scopes)


def _covers(vault: Vault, space: int | None, tag: str | None, namespace: int | None, tags: Sequence[str]) -> bool:
    if space is not None and (namespace is None or not vault.tree.is_below(namespace, space)):
        return False
    return tag is None or tag in tags


def _grants(vault: Vault, action: Action) -> list[GrantRow]:
    found = numbers(
        vault.store,
        "select id from grant_ where subject = ? and action = ?",
        vault.session.principal,
        action.name.lower(),
    )
    return [GrantRow._make(row) for row in vault.store.rows(GRANT, found)]


def _fits(vault: Vault, grant: GrantRow, now: float, namespace: int | None, tags: Sequence[str]) -> bool:
    if grant.expires is not None and grant.expires <= to_micros(now):
        return False
    if grant.remaining is not None and grant.remaining <= 0:
        return False
    return _covers(vault, grant.namespace, grant.tag, namespace, tags)
