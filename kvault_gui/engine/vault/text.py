"""Text of a vault: sort keys, search words, titles, paths and references. Pure functions."""

from __future__ import annotations

import re
import unicodedata

from ..api import MAX_TITLE
from ..errors import InvalidInputError

MAX_NAME = 200  # characters of a namespace's name
MAX_DEPTH = 32  # namespaces in a path
MAX_TAG = 100  # characters
_ASCII_WORDS = re.compile(r"[a-z0-9]+")
_PERCENT = re.compile(r"%(2[Ff]|25)")
_WORD_CATEGORIES = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Nd", "Nl", "No", "Co"})


def fold(text: str) -> str:
    """Decomposed, marks removed, case folded: equal for what a person takes for the same letters."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in decomposed if unicodedata.category(letter) != "Mn")
    return unicodedata.normalize("NFKD", bare.casefold())


def sort_key(title: str) -> bytes:
    """The stored key by which titles are ordered; UTF-8 of the folded title, so bytes compare like code points."""
    return fold(title).encode("utf-8", "surrogatepass")


def words(text: str) -> list[str]:
    """The words under which text is found: runs of letters and digits, folded, in ASCII.

    Other letters than ASCII's are written as their code points: SQLite's tokenizer knows Unicode 6.1 alone and would
    split words at letters that came later. The beginning of a word stays the beginning of its spelling.
    """
    if not text:
        return []
    folded = fold(text)
    if not folded.isascii():
        folded = "".join(map(_spell, folded))
    return _ASCII_WORDS.findall(folded)


def _spell(letter: str) -> str:
    if letter.isascii():
        return letter
    return f"u{ord(letter):05x}" if unicodedata.category(letter) in _WORD_CATEGORIES else " "


def check_line(text: str, what: str, limit: int) -> str:
    """One line of text as people write it. Raises InvalidInputError naming ``what``.

    Control characters would break lists, logs and the terminal; right-to-left marks and zero-width characters are
    data (names in many scripts need them).
    """
    if not text.strip():
        raise InvalidInputError(reason=f"{what} is empty", field=what)
    if len(text) > limit:
        raise InvalidInputError(reason=f"{what} is longer than {limit} characters", field=what)
    if text.isascii() and text.isprintable():
        return text
    for letter in text:
        if unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"}:
            raise InvalidInputError(reason=f"{what} contains a control character (U+{ord(letter):04X})", field=what)
    return text


def check_title(title: str) -> str:
    """A title. Raises InvalidInputError."""
    return check_line(title, "The title", MAX_TITLE)


def check_name(name: str) -> str:
    """A namespace's name. Raises InvalidInputError."""
    return check_line(name, "The name of the namespace", MAX_NAME)


def encode_part(part: str) -> str:
    """Write one name so that it can stand in a path: "/" as %2F, and "%" as %25 where it would be misread."""
    return re.sub(r"%(?=2[Ff]|25)", "%25", part).replace("/", "%2F")


def decode_part(part: str) -> str:
    """Inverse of ``encode_part``."""
    return _PERCENT.sub(lambda found: "%" if found.group(1) == "25" else "/", part)


def split_path(path: str) -> list[str]:
    """The names of a namespace path, checked; "" is the top. Raises InvalidInputError."""
    if not path:
        return []
    parts = [check_name(decode_part(part)) for part in path.split("/")]
    if len(parts) > MAX_DEPTH:
        raise InvalidInputError(reason=f"A namespace path has at most {MAX_DEPTH} names", field="namespace")
    return parts


def join_path(parts: list[str]) -> str:
    """The path of names."""
    return "/".join(encode_part(part) for part in parts)


def split_ref(ref: str) -> tuple[list[str], str, int | None]:
    """Take "namespace/title#ID" apart: namespace names, title, id or None."""
    *above, last = ref.split("/")
    title, mark, number = last.rpartition("#")
    if mark and number.isascii() and number.isdigit() and len(number) < 19:  # noqa: PLR2004 digits of a row id
        return [decode_part(part) for part in above], decode_part(title), int(number)
    return [decode_part(part) for part in above], decode_part(last), None
