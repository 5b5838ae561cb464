from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from kvault_gui.engine.errors import InvalidInputError
from kvault_gui.engine.vault import text

NAMES = st.text(st.sampled_from("ab/%25F2f é#"), min_size=1, max_size=12)


@given(st.lists(NAMES, min_size=1, max_size=4))
def test_paths_come_back(names: list[str]) -> None:
    try:
        expected = [text.check_name(name) for name in names]
    except InvalidInputError:
        return
    assert text.split_path(text.join_path(names)) == expected


@given(NAMES)
def test_a_part_of_a_path_holds_no_slash_and_is_written_plainly_where_it_can_be(name: str) -> None:
    written = text.encode_part(name)
    assert "/" not in written
    assert text.decode_part(written) == name
    if "/" not in name and "%" not in name:
        assert written == name


@given(st.text(max_size=30))
def test_sort_keys_do_not_tell_forms_cases_and_marks_apart(title: str) -> None:
    assert text.sort_key(title) == text.sort_key(unicodedata.normalize("NFD", title))
    assert text.sort_key("Ébène") == text.sort_key("ebene") < text.sort_key("f")


@given(st.text(max_size=60))
def test_words_are_letters_and_digits_of_ascii(sentence: str) -> None:
    for word in text.words(sentence):
        assert word.isascii()
        assert word.isalnum()
    assert text.words(sentence) == text.words(sentence.upper().lower()) or not sentence.isascii()


def test_references_are_taken_apart() -> None:
    assert text.split_ref("a/b/c") == (["a", "b"], "c", None)
    assert text.split_ref("c#12") == ([], "c", 12)
    assert text.split_ref("a%2Fb/c%2Fd#x") == (["a/b"], "c/d#x", None)
    assert text.split_ref("c#" + "9" * 30) == ([], "c#" + "9" * 30, None)
