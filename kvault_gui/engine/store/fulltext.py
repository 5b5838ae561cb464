"""Reading a full-text index itself, to compare it with what it was made from (SQLite's fts5vocab)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .database import Database

_AT_ONCE = 50_000  # rows


def words(database: Database, table: str, *, verify: bool) -> Iterator[list[tuple[str, int]]]:
    """Every (word, document) of an FTS5 table without columns (detail=none), some at a time. Raises apsw.Error."""
    if verify:  # also that its prefixes are those of its words
        database.run(f"insert into {table}({table}, rank) values('integrity-check', 0)")
    vocabulary = f"{table}_words"
    # In memory alone: the vault's file is not touched.
    database.run(f"create virtual table if not exists temp.{vocabulary} using fts5vocab(main, {table}, instance)")
    word, document = "", 0
    while True:
        # The vocabulary is read in the order of words, and of documents within a word.
        rows = database.run(
            f"select term, doc from temp.{vocabulary} where term >= ? and (term > ? or doc > ?) limit ?",  # noqa: S608 our own name
            (word, word, document, _AT_ONCE),
        )
        if not rows:
            return
        found = [(str(term), int(doc)) for term, doc in rows]  # type: ignore[arg-type]  # the vocabulary's types
        yield found
        word, document = found[-1]
