"""Random passwords and passphrases: every character and word drawn evenly."""

from __future__ import annotations

import functools
import secrets
import unicodedata

from ..api import Recipe, Secret
from ..errors import InvalidInputError

MAX_LENGTH = 1_000
MAX_WORDS = 100
MAX_SEPARATOR = 10
_LOWER = "abcdefghijklmnopqrstuvwxyz"
_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = "0123456789"
_SYMBOLS = "!#$%&()*+,-./:;<=>?@[]^_{|}~"
_ALIKE = frozenset("0O1lI|5S8B2Z")
_EFF_WORDS = 7_776  # EFF's long list, 2016: 12.9 bits a word


@functools.cache
def word_list() -> tuple[str, ...]:
    """The EFF long word list, as the library xkcdpass carries it."""
    import importlib.resources  # noqa: PLC0415 a session that makes no passphrase starts without

    text = importlib.resources.files("xkcdpass").joinpath("static/eff-long").read_text("utf-8")
    found = tuple(text.split())
    if len(set(found)) != _EFF_WORDS:
        raise AssertionError("the word list is not EFF's long list")
    return found


def alphabets(recipe: Recipe) -> list[str]:
    """The chosen classes of characters."""
    chosen = []
    for wanted, letters in (
        (recipe.lower, _LOWER),
        (recipe.upper, _UPPER),
        (recipe.digits, _DIGITS),
        (recipe.symbols, _SYMBOLS),
    ):
        if wanted:
            chosen.append("".join(letter for letter in letters if not (recipe.unlike and letter in _ALIKE)))
    return chosen


def generate(recipe: Recipe) -> Secret:
    """A password or passphrase. Raises InvalidInputError for an impossible recipe."""
    if recipe.words:
        return _passphrase(recipe)
    classes = alphabets(recipe)
    if not classes:
        raise InvalidInputError(reason="Choose at least one kind of characters", field="recipe")
    if not len(classes) <= recipe.length <= MAX_LENGTH:
        raise InvalidInputError(reason=f"The length is {len(classes)} to {MAX_LENGTH} characters", field="length")
    letters = "".join(classes)
    while True:
        # Drawn again as a whole until every class is there: each password that has them all is equally likely.
        drawn = bytearray(secrets.choice(letters).encode()[0] for _ in range(recipe.length))
        if all(any(chr(letter) in chosen for letter in drawn) for chosen in classes):
            return Secret(drawn)


def _passphrase(recipe: Recipe) -> Secret:
    if not 0 < recipe.words <= MAX_WORDS:
        raise InvalidInputError(reason=f"A passphrase has 1 to {MAX_WORDS} words", field="words")
    if len(recipe.separator) > MAX_SEPARATOR:
        raise InvalidInputError(reason=f"The separator has at most {MAX_SEPARATOR} characters", field="separator")
    if any(unicodedata.category(letter) == "Cs" for letter in recipe.separator):
        raise InvalidInputError(reason="The separator is not valid Unicode (UTF-8)", field="separator")
    words = word_list()
    return Secret.of(recipe.separator.join(secrets.choice(words) for _ in range(recipe.words)))
