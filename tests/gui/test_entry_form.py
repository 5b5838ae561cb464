"""What the form sends: only what was changed, nothing that does not fit."""

from __future__ import annotations

import pytest

from kvault_gui.engine.api import Entry, Field, FieldType, Kind, Secret
from kvault_gui.gui.models import entry_form as form


def entry(**more: object) -> Entry:
    values: dict[str, object] = {
        "id": 1,
        "uid": "00" * 16,
        "kind": Kind.CREDENTIAL,
        "title": "GitHub",
        "namespace": 1,
        "path": "work",
        "fields": [
            Field("username", FieldType.TEXT, protected=False, value="octocat", size=7),
            Field("password", FieldType.SECRET, protected=True, value=None, size=12),
            Field("PIN", FieldType.SECRET, protected=True, value=None, size=4),
        ],
        "tags": [],
        "scope": [],
        "favourite": False,
        "created": 0.0,
        "changed": 0.0,
        "expires": None,
        "trashed": False,
        "version": 3,
        "versions": 3,
    }
    return Entry(**{**values, **more})  # type: ignore[arg-type]


def test_a_protected_value_that_was_not_touched_is_not_sent() -> None:
    fields = form.fields_for(Kind.CREDENTIAL, entry())
    sent = {field.name: field.value for field in form.inputs(fields)}
    assert sent["password"] is None
    assert sent["PIN"] is None
    assert sent["username"] == Secret.of("octocat")
    assert "url" not in sent  # offered, but empty


def test_a_kept_value_under_another_name_has_to_be_read_once() -> None:
    field = next(field for field in form.fields_for(Kind.CREDENTIAL, entry()) if field.name == "PIN")
    assert not field.must_be_read
    field.name = "door"
    assert field.must_be_read


def test_another_kind_loses_nothing_that_has_a_value() -> None:
    fields = form.change_kind(form.fields_for(Kind.CREDENTIAL, entry()), Kind.API_KEY)
    assert {"username", "password", "PIN", "key", "service"} <= {field.name for field in fields}
    assert "otp" not in {field.name for field in fields}


def test_a_copy_keeps_no_protected_value_and_no_tie_to_the_original() -> None:
    begun = form.Begin.copy_of(entry(), "GitHub, copy")
    assert begun.entry is None
    assert {field.name for field in form.inputs(begun.fields)} == {"username"}


@pytest.mark.parametrize(
    ("form_type", "text", "fits"),
    [
        (FieldType.OTP, "JBSW Y3DP EHPK 3PXP", True),
        (FieldType.OTP, "otpauth://totp/a?secret=JBSWY3DPEHPK3PXP", True),
        (FieldType.OTP, "otpauth://totp/a", False),
        (FieldType.OTP, "otpauth://yaotp/a?secret=JBSWY3DPEHPK3PXP", False),
        (FieldType.OTP, "0189", False),
        (FieldType.DATE, "2026-12-31", True),
        (FieldType.DATE, "31.12.2026", False),
        (FieldType.EMAIL, "user@example.org", True),
        (FieldType.EMAIL, "user", False),
        (FieldType.PEM, "-----BEGIN X-----", True),
        (FieldType.PEM, "hello", False),
        (FieldType.TEXT, "anything", True),
    ],
)
def test_values_have_the_form_that_their_type_asks_for(form_type: FieldType, text: str, *, fits: bool) -> None:
    field = form.FormField("x", form_type, protected=False, value=Secret.of(text))
    assert (form.value_problem(field) == "") is fits


def test_names_are_needed_and_used_once() -> None:
    one = form.FormField("a", FieldType.TEXT, protected=False, value=Secret.of("1"), custom=True)
    same = form.FormField("a", FieldType.TEXT, protected=False, value=Secret.of("2"), custom=True)
    nameless = form.FormField("", FieldType.TEXT, protected=False, value=Secret.of("3"), custom=True)
    untouched = form.FormField("", FieldType.TEXT, protected=False, value=None, custom=True)
    assert set(form.name_problems([one, same, nameless, untouched])) == {1, 2}


def test_tags_are_parted_by_commas_and_named_once() -> None:
    assert form.split_words(" work, #finance ,, work") == ["work", "finance"]
    assert form.scope_problem(["agent:x", "service:mail"]) == ""
    assert form.scope_problem(["agent:"])
    assert form.free_name("a.txt", {"a.txt", "a (2).txt"}) == "a (3).txt"
