"""Who may do what: every call of the facade by role, scope, grant and session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.api import AuditFilter, Category, Draft, FieldType, SourceFormat, Use, View
from kvault_gui.engine.errors import NotPermittedError, SessionEndedError
from kvault_gui.engine.vault.access import Action
from kvault_gui.engine.vault.schema import GRANT, PRINCIPAL, to_micros
from kvault_gui.engine.vault.session import Role, Scope, Session
from tests.engine.vault.kit import START, Desk, field, login
from tests.jobs import finish

if TYPE_CHECKING:
    from collections.abc import Callable

    from kvault_gui.engine.facade import Engine

SEED = "JBSWY3DPEHPK3PXP"

ACTS: dict[str, tuple[Action, Callable[[Engine, int], object]]] = {
    "overview": (Action.BROWSE, lambda e, _: e.secrets.overview()),
    "count": (Action.BROWSE, lambda e, _: e.secrets.count(View())),
    "places": (Action.BROWSE, lambda e, _: e.secrets.places(View())),
    "page": (Action.BROWSE, lambda e, _: e.secrets.page(View(), None)),
    "search": (Action.BROWSE, lambda e, _: e.secrets.search("git", View())),
    "get": (Action.BROWSE, lambda e, i: e.secrets.get(i)),
    "find": (Action.BROWSE, lambda e, _: e.secrets.find("work/GitHub")),
    "versions": (Action.BROWSE, lambda e, i: e.secrets.versions(i)),
    "reveal": (Action.READ, lambda e, i: e.secrets.reveal(i, "password", Use.SHOW)),
    "reveal for export": (Action.EXPORT, lambda e, i: e.secrets.reveal(i, "password", Use.EXPORT)),
    "code": (Action.CODE, lambda e, i: e.secrets.code(i, "otp")),
    "create": (Action.WRITE, lambda e, _: e.secrets.create(login("new", "work"))),
    "update": (Action.WRITE, lambda e, i: e.secrets.update(i, 1, login(namespace="work"))),
    "favourite": (Action.WRITE, lambda e, i: e.secrets.favourite(i, on=True)),
    "move": (Action.WRITE, lambda e, i: e.secrets.move([i], "work/deep")),
    "trash": (Action.WRITE, lambda e, i: e.secrets.trash([i])),
    "restore": (Action.WRITE, lambda e, i: e.secrets.restore([i])),
    "revert": (Action.WRITE, lambda e, i: e.secrets.revert(i, 1)),
    "delete": (Action.DELETE, lambda e, i: e.secrets.delete([i + 1])),
    "namespace create": (Action.WRITE, lambda e, _: e.namespaces.create("work/new")),
    "namespace rename": (Action.WRITE, lambda e, _: e.namespaces.rename(2, "renamed")),
    "namespace move": (Action.WRITE, lambda e, _: e.namespaces.move(3, 2)),
    "namespace remove": (Action.WRITE, lambda e, _: e.namespaces.remove(3)),
    "draft save": (Action.WRITE, lambda e, _: e.drafts.save(Draft(None, 0, login()))),
    "draft list": (Action.WRITE, lambda e, _: e.drafts.all()),
    "draft discard": (Action.WRITE, lambda e, _: e.drafts.discard(None)),
    "audit page": (Action.LOG, lambda e, _: e.audit.page(AuditFilter(), None)),
    "audit summary": (Action.LOG, lambda e, _: e.audit.summary()),
    "audit verify": (Action.LOG, lambda e, _: finish(e.audit.verify())),
    "check": (Action.LOG, lambda e, _: finish(e.vaults.check())),
    "slots": (Action.MANAGE, lambda e, _: e.slots.all()),
}
ALLOWED = {
    Role.OWNER: set(Action),
    Role.READER: {Action.BROWSE, Action.READ, Action.CODE, Action.LOG},
    Role.AGENT: set(),
}


def filled(desk: Desk) -> int:
    """An entry in "work" (id 2), one in the trash, an empty namespace "empty" (id 3)."""
    given = login(namespace="work", tags=["ci"])
    given.fields.append(field("otp", SEED, FieldType.OTP))
    entry = desk.engine.secrets.create(given)
    thrown = desk.engine.secrets.create(login("thrown", "work"))
    desk.engine.secrets.trash([thrown])
    desk.engine.namespaces.create("empty")
    return entry


def become(desk: Desk, role: Role, *scopes: Scope, **more: object) -> Session:
    """Work on as another principal of that role."""
    vault = desk.engine.vault
    with vault.change("principal.created", category=Category.TRUST) as work:
        values = {"uid": bytes(16), "name": str(role), "role": role.value, "created": 0, **more}
        number = work.tx.insert(PRINCIPAL, values)
    vault.session = Session(number, str(role), role, scopes, last_use=desk.clock.now)
    return vault.session


def grant(desk: Desk, allowed: Action, **more: object) -> int:
    vault = desk.engine.vault
    with vault.change("grant.given", category=Category.TRUST) as work:
        values = {"subject": vault.session.principal, "action": allowed.name.lower(), "created": 0, **more}
        return work.tx.insert(GRANT, values)


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_what_the_table_says_and_nothing_else(desk: Desk, role: Role, name: str) -> None:
    entry = filled(desk)
    action, act = ACTS[name]
    if role is not Role.OWNER:
        become(desk, role)
    before = desk.engine.vault.store.record_number
    if action in ALLOWED[role]:
        act(desk.engine, entry)
        return
    with pytest.raises(NotPermittedError) as caught:
        act(desk.engine, entry)
    assert caught.value.fields == {"who": str(role), "act": action.value}
    records = desk.engine.vault.log.read(before + 1, 10)
    assert [(record.action, record.outcome, record.who) for record in records] == [
        ("access.refused", "refused", str(role))
    ]


def test_exports_are_refused_without_the_right_before_anything_is_asked(desk: Desk) -> None:
    become(desk, Role.READER)
    with pytest.raises(NotPermittedError):
        finish(desk.engine.formats.save("/nowhere", SourceFormat.CSV, None))
    assert desk.person.asked == []


def test_without_the_user_key_the_vault_is_browsable_and_no_more(desk: Desk) -> None:
    entry = filled(desk)
    desk.engine.vault.keys.drop_user_key()
    secrets = desk.engine.secrets
    assert secrets.get(entry).title == "GitHub"
    assert [row.id for row in secrets.search("git", View())] == [entry]
    assert finish(desk.engine.audit.verify()).broken is None
    assert finish(desk.engine.vaults.check()).values == 0
    for act in (ACTS["reveal"], ACTS["code"], ACTS["create"], ACTS["update"], ACTS["draft list"]):
        with pytest.raises(NotPermittedError):
            act[1](desk.engine, entry)


@pytest.mark.parametrize(
    ("scope", "sees"),
    [
        (Scope(namespace=2), True),
        (Scope(tag="ci"), True),
        (Scope(namespace=2, tag="ci"), True),
        (Scope(namespace=3), False),
        (Scope(tag="other"), False),
        (Scope(namespace=2, tag="other"), False),
    ],
)
def test_a_scope_narrows_a_role(desk: Desk, scope: Scope, sees: bool) -> None:  # noqa: FBT001
    entry = filled(desk)
    become(desk, Role.READER, scope)
    if sees:
        assert desk.engine.secrets.reveal(entry, "password", Use.SHOW).text() == "hunter2"
    else:
        with pytest.raises(NotPermittedError):
            desk.engine.secrets.reveal(entry, "password", Use.SHOW)
    with pytest.raises(NotPermittedError):
        desk.engine.secrets.page(View(), None)  # the whole vault is out of scope


def test_a_scope_includes_what_is_below(desk: Desk) -> None:
    entry = desk.engine.secrets.create(login(namespace="work/infra"))
    become(desk, Role.READER, Scope(namespace=2))
    assert desk.engine.secrets.get(entry).path == "work/infra"
    assert len(desk.engine.secrets.page(View(namespace=2), None)) == 1


def test_a_grant_allows_its_act_only_as_often_as_it_says(desk: Desk) -> None:
    entry = filled(desk)
    become(desk, Role.AGENT)
    grant(desk, Action.READ, namespace=2, remaining=2)
    for _ in range(2):
        desk.engine.secrets.reveal(entry, "password", Use.READ)
    with pytest.raises(NotPermittedError):
        desk.engine.secrets.reveal(entry, "password", Use.READ)
    with pytest.raises(NotPermittedError):
        desk.engine.secrets.get(entry)


@pytest.mark.parametrize(
    "limits",
    [
        {"expires": to_micros(START)},
        {"remaining": 0},
        {"namespace": 3},
        {"tag": "other"},
        {"action": "browse"},
        {"subject": 1},
    ],
)
def test_a_grant_that_does_not_fit_allows_nothing(desk: Desk, limits: dict[str, object]) -> None:
    entry = filled(desk)
    become(desk, Role.AGENT)
    grant(desk, Action.READ, **limits)
    with pytest.raises(NotPermittedError):
        desk.engine.secrets.reveal(entry, "password", Use.READ)


def test_one_call_on_many_entries_counts_as_many_uses(desk: Desk) -> None:
    ids = [desk.engine.secrets.create(login(f"e{number}")) for number in range(3)]
    become(desk, Role.AGENT)
    grant(desk, Action.WRITE, remaining=2)
    with pytest.raises(NotPermittedError):
        desk.engine.secrets.trash(ids)
    desk.engine.secrets.trash(ids[:2])
    with pytest.raises(NotPermittedError):
        desk.engine.secrets.trash(ids[2:])


def test_a_role_that_was_taken_away_ends_at_once(desk: Desk) -> None:
    entry = filled(desk)
    session = become(desk, Role.READER)
    desk.engine.secrets.reveal(entry, "password", Use.SHOW)
    with desk.engine.vault.change("principal.changed", category=Category.TRUST) as work:
        work.tx.update(PRINCIPAL, session.principal, {"role": Role.AGENT.value})
    with pytest.raises(NotPermittedError):
        desk.engine.secrets.reveal(entry, "password", Use.SHOW)


def test_principals_and_sessions_end_in_time(desk: Desk) -> None:
    entry = filled(desk)
    become(desk, Role.READER, expires=to_micros(START + 10))
    desk.engine.secrets.get(entry)
    desk.clock.now += 10
    with pytest.raises(NotPermittedError):
        desk.engine.secrets.get(entry)
    session = become(desk, Role.READER)
    session.idle = 60
    desk.clock.now += 59
    desk.engine.secrets.get(entry)
    desk.clock.now += 60
    with pytest.raises(SessionEndedError):
        desk.engine.secrets.get(entry)
    desk.clock.now -= 1000  # turning back the clock brings nothing back
    with pytest.raises(SessionEndedError):
        desk.engine.secrets.get(entry)
