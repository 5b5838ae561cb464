"""The words of the log: a sentence for every act, however it ended."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QDate

from kvault_gui.engine.api import Category, Outcome, Record
from kvault_gui.engine.audit.actions import CATEGORIES
from kvault_gui.gui.models import audit_days as days
from kvault_gui.gui.models import audit_words as words
from kvault_gui.gui.models.audit_sentences import ICONS, ONE, SENTENCES
from kvault_gui.gui.theme import resources

DETAILS: dict[str, str | int] = {
    "field": "password",
    "fields": "password, tags",
    "version": 3,
    "method": "recovery_code",
    "to": "work/new",
    "entries": 12,
    "added": 12,
    "replaced": 2,
    "records": 12_418,
    "problems": 2,
    "act": "export the vault",
    "what": "a page is damaged",
    "number": 7,
    "format": "kdbx",
    "namespace": "work",
    "namespaces": 2,
}


FAILED_BEFORE: dict[str, str | int] = {"method": "password", "failed before, unverified": 2}


def record(action: str, outcome: Outcome = Outcome.DONE, name: str = "GitHub", **details: str | int) -> Record:
    category = CATEGORIES.get(action, Category.SYSTEM)
    return Record(
        5, time.time(), category, action, outcome, "owner", "s", name, "window", details, "ab" * 32, "cd" * 32
    )


@pytest.mark.parametrize("action", sorted(CATEGORIES))
@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_act_has_a_sentence_however_it_ended(action: str, outcome: Outcome) -> None:
    assert action in SENTENCES
    for made in (record(action, outcome), record(action, outcome, "", **DETAILS), record(action, outcome, "")):
        said = words.text(made)
        assert said[0].isupper(), said
        assert not set("{}!") & set(said), said
        assert "Did “" not in said  # the words for an act that is not known
        sign = words.sign(made)
        assert resources.read(f"icons/{sign.icon}.svg")


def test_the_sentences_for_one_stand_in_for_sentences_that_there_are() -> None:
    told = {template for by_outcome in SENTENCES.values() for many in by_outcome.values() for template in many}
    assert set(ONE) <= told
    assert all(f"{{{name}" in template for template, (name, _) in ONE.items())


def test_an_opening_with_an_accepted_loss_is_marked() -> None:
    lost: dict[str, str | int] = {"method": "password", "accepted missing": 3}
    assert words.sign(record("vault.unlocked", Outcome.DONE, "Personal", **lost)).icon == "warning-filled"


def test_no_sentence_or_icon_is_left_of_an_act_that_is_gone() -> None:
    assert set(SENTENCES) == set(CATEGORIES)
    assert set(ICONS) <= set(CATEGORIES)


def test_the_last_words_of_every_act_need_no_details() -> None:
    wrong = [
        (action, outcome)
        for action, told in SENTENCES.items()
        for outcome, templates in told.items()
        if "{" in templates[-1]
    ]
    assert not wrong


def test_what_it_was_done_to_is_strong_and_nothing_else() -> None:
    parts = words.sentence(record("secret.copied", field="password"))
    assert [(part.text, part.strong) for part in parts] == [
        ("Copied ", False),
        ("the password", False),
        (" of ", False),
        ("GitHub", True),
    ]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (record("secret.revealed", field="PIN"), "Showed “PIN” of GitHub"),
        (record("secret.moved", name="3 entries", to="work"), "Moved 3 entries to work"),
        (record("vault.unlocked", name="Personal", method="password"), "Unlocked Personal with the password"),
        (
            record("vault.unlocked", Outcome.DONE, "Personal", **FAILED_BEFORE),
            "Unlocked Personal with the password, after 2 failed tries",
        ),
        (record("access.refused", Outcome.REFUSED, "", act="export the vault"), "Refused to export the vault"),
        (
            record("vault.unlocked", Outcome.DONE, "Personal", **{**FAILED_BEFORE, "failed before, unverified": 1}),
            "Unlocked Personal with the password, after 1 failed try",
        ),
        (
            record("vault.unlocked", Outcome.DONE, "Personal", **{**FAILED_BEFORE, "accepted missing": 1}),
            "Opened Personal although 1 acknowledged change was missing",
        ),
        (
            record("vault.unlocked", Outcome.DONE, "Personal", **{**FAILED_BEFORE, "accepted head": "yes"}),
            "Opened Personal although its file head did not verify",
        ),
        (record("export.done", name="/home/me/all.csv", entries=1), "Exported 1 entry to all.csv"),
        (record("import.done", name="old.kdbx", added=1, replaced=3), "Imported old.kdbx: 1 entry new, 3 replaced"),
        (record("import.undone", name="old.kdbx", entries=1), "Took back the import of old.kdbx: 1 entry"),
        (record("secrets.imported", name="old.kdbx", entries=1), "Stored 1 entry of old.kdbx"),
        (record("secrets.imported", name="old.kdbx", namespaces=1), "Made 1 namespace of old.kdbx"),
        (record("vault.checked", name="", problems=1), "Checked the whole vault and found 1 problem"),
        (record("export.done", name="/home/me/all.csv", entries=1_204), "Exported 1,204 entries to all.csv"),
        (record("import.done", name="old.kdbx", added=12, replaced=0), "Imported old.kdbx: 12 entries"),
        (record("audit.verified", records=12_418), "Checked this log: 12,418 records fit together"),
        (record("vault.checked", values=9, problems=0), "Checked the whole vault: everything fits"),
        (record("vault.checked", values=9, problems=2), "Checked the whole vault and found 2 problems"),
        (record("secret.trashed", Outcome.FAILED), "Moved GitHub to the trash, failed"),
        (record("agent.signed"), "Did “agent.signed” to GitHub"),
    ],
)
def test_sentences_say_what_happened(made: Record, said: str) -> None:
    assert words.text(made) == said


def test_text_of_the_vault_cannot_reorder_or_break_the_line() -> None:
    said = words.text(record("secret.trashed", name="a\u202etxt\nb\u2066"))
    assert said == "Moved a txt b  to the trash"


def test_refusals_and_failures_have_the_red_cross_and_values_the_amber_eye() -> None:
    assert words.sign(record("access.refused", Outcome.REFUSED)).tone == "bad"
    assert words.sign(record("export.done", Outcome.FAILED)) == ("cross-circle-filled", "bad")
    assert words.sign(record("secret.revealed")) == ("eye-filled", "wait")
    assert words.sign(record("secret.copied")) == ("copy", "text2")


def test_a_hash_is_shown_by_its_ends_and_whole_in_groups() -> None:
    digits = "7b1e40c9" + "0" * 52 + "a2f8"
    assert words.short_hash(digits) == "7b1e 40c9 … a2f8"
    assert words.whole_hash(digits).replace(" ", "") == digits


def test_details_have_labels_and_values_in_words() -> None:
    facts = words.facts(record("vault.unlocked", method="recovery_code", version=1_000, own="x"))
    assert facts == [("With", "recovery code"), ("Version", "1,000"), ("Own", "x")]


def test_days_are_named_and_spans_begin_at_midnight() -> None:
    today = QDate.currentDate()
    assert days.day_words(today.toJulianDay())[0] == "Today"
    assert days.day_words(today.addDays(-1).toJulianDay())[0] == "Yesterday"
    assert days.day_words(today.addDays(-9).toJulianDay())[1] == ""
    yesterday = days.between(days.Span.YESTERDAY)
    assert yesterday.since is not None
    assert yesterday.until is not None
    assert days.clock(yesterday.since) == "00:00:00"
    assert days.clock(yesterday.until) == "23:59:59"
    assert days.between(days.Span.ANY) == (None, None)
    week = days.between(days.Span.WEEK)
    assert week.since is not None
    assert days.day_of(week.since) == today.addDays(-6).toJulianDay()
