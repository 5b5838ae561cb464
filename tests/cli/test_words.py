"""References and text for terminals, without starting a command."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvault_gui.cli import kinds, main, refs, terminal
from kvault_gui.engine.errors import UsageError


@given(st.text(), st.text())
def test_a_title_in_a_reference_is_one_part_and_comes_back(namespace: str, title: str) -> None:
    ref = refs.join(refs.encode(namespace), title)
    assert refs.encode(title).count("/") == 0
    if title and namespace:
        path, found = refs.split(ref)
        assert found == title
        assert refs.decode(path) == namespace


@given(st.text(min_size=1), st.text(min_size=1))
def test_an_address_names_a_reference_and_a_field(title: str, field: str) -> None:
    ref, name = refs.split_value(f"kv://{refs.encode(title)}/{refs.encode(field)}")
    assert (refs.decode(ref), name) == (title, field)


@pytest.mark.parametrize("address", ["", "kv://", "kv://a", "kv://a/", "kv:///a", "https://a/b"])
def test_what_is_no_address_is_wrong_usage(address: str) -> None:
    with pytest.raises(UsageError):
        refs.split_value(address)


@given(st.text())
def test_safe_text_holds_nothing_that_drives_a_terminal(text: str) -> None:
    shown = terminal.safe(text)
    assert not any(unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} for letter in shown)
    assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\ufeff") & set(shown)
    harmless = "".join(letter for letter in text if unicodedata.category(letter)[0] in "LMNPS")
    assert terminal.safe(harmless) == harmless


def test_joiners_of_scripts_and_pictures_stay() -> None:
    text = "👩\u200d👩\u200d👧 \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
    assert terminal.safe(text) == text


def test_the_window_and_the_command_line_know_the_same_fields() -> None:
    window = pytest.importorskip("kvault_gui.gui.models.kinds")
    assert set(window.KINDS) == set(kinds.USUAL)
    for kind, form in window.KINDS.items():
        assert {field.name: (field.type, field.protected) for field in form.fields} == kinds.USUAL[kind]


@pytest.mark.parametrize(("file", "names"), main.FILES.items())
def test_each_command_is_in_the_file_that_is_loaded_for_it(file: str, names: tuple[str, ...]) -> None:
    alone = main.parser([file]).format_help()
    for name in {name for all_names in main.FILES.values() for name in all_names}:
        assert (f"\n    {name} " in alone) == (name in names), alone


def test_a_mistyped_command_is_answered_with_all_the_choices() -> None:
    with pytest.raises(UsageError) as found:
        main.parse(["gte", "ls"])
    assert "generate" in str(found.value)
