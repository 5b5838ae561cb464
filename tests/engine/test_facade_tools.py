from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvault_gui.engine.api import Recipe, Secret
from kvault_gui.engine.errors import InvalidInputError
from kvault_gui.engine.facade.parts import Tools
from kvault_gui.engine.vault import generate

TOOLS = Tools()


@given(st.integers(4, 60), st.tuples(*[st.booleans()] * 5))
def test_passwords_have_every_chosen_kind_and_nothing_else(length: int, chosen: tuple[bool, ...]) -> None:
    lower, upper, digits, symbols, unlike = chosen
    recipe = Recipe(length, lower, upper, digits, symbols, unlike)
    if not any(chosen[:4]):
        with pytest.raises(InvalidInputError):
            TOOLS.generate(recipe)
        return
    password = TOOLS.generate(recipe).text()
    classes = generate.alphabets(recipe)
    assert len(password) == length
    assert set(password) <= set("".join(classes))
    assert all(set(password) & set(letters) for letters in classes)
    if recipe.unlike:
        assert not set(password) & set("0O1lI|")


def test_characters_are_drawn_evenly() -> None:
    recipe = Recipe(length=1000, lower=False, upper=False, digits=True, symbols=False)
    seen = Counter("".join(TOOLS.generate(recipe).text() for _ in range(20)))
    expected = 2000
    chi = sum((seen[digit] - expected) ** 2 / expected for digit in "0123456789")
    assert chi < 33.7  # 9 degrees of freedom, one in 10,000


def test_passphrases_are_words_of_effs_long_list() -> None:
    words = TOOLS.generate(Recipe(words=7, separator=".")).text().split(".")
    assert len(words) == 7
    assert len(generate.word_list()) == 7776
    assert all(word in generate.word_list() for word in words)


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(length=0),
        Recipe(length=3),
        Recipe(length=1001),
        Recipe(length=-1),
        Recipe(words=101),
        Recipe(words=-1),
        Recipe(words=3, separator="x" * 11),
    ],
)
def test_impossible_recipes_are_refused(recipe: Recipe) -> None:
    with pytest.raises(InvalidInputError):
        TOOLS.generate(recipe)


def test_strength_tells_weak_from_strong() -> None:
    weak = TOOLS.strength(Secret.of("password1"))
    strong = TOOLS.strength(TOOLS.generate(Recipe(length=24)))
    assert weak.score == 0
    assert weak.warning
    assert strong.score == 4
    assert strong.bits > 70
    assert TOOLS.strength(Secret.of("")).score == 0
    assert TOOLS.strength(Secret(bytearray(b"\xff"))).score == 0


@given(st.text(max_size=200))
@settings(max_examples=30, deadline=None)
def test_any_text_has_a_strength(text: str) -> None:
    found = TOOLS.strength(Secret(bytearray(text.encode("utf-8", "surrogatepass"))))
    assert found.score in range(5)
    assert math.isfinite(found.bits)


def test_a_weak_text_does_not_become_strong_by_its_length() -> None:
    assert TOOLS.strength(Secret.of("t" * 2_000)).bits < 20


def test_long_secrets_are_estimated_quickly() -> None:
    assert TOOLS.strength(Secret.of("x" * 1_000_000)).bits > 0


def test_the_self_test_runs_every_known_answer() -> None:
    results = TOOLS.selftest()
    assert len(results) > 10
    assert all(result.passed for result in results)
