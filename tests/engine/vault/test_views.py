"""Lists against the same entries sorted and filtered in Python."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.api import FieldType, Kind, Order, Row, View
from kvault_gui.engine.errors import NamespaceNotFoundError
from kvault_gui.engine.vault import bulk, text
from kvault_gui.engine.vault.bulk import NewEntry
from tests.engine.vault.kit import START, Desk, desk, field, login
from tests.jobs import finish

if TYPE_CHECKING:
    from collections.abc import Iterator

SPACES = ["", "a", "a/b", "a/b/c", "d", *(f"many/n{number}" for number in range(30))]
SIZE = 600
DAY = 86_400


@pytest.fixture(name="filled", scope="module")
def _filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    made = desk(tmp_path_factory.mktemp("views"))
    dice = random.Random(7)
    batch = bulk.begin(made.engine.vault, "filling")
    items = []
    for _ in range(SIZE):
        given = login(f"{dice.choice(['Alpha', 'beta', 'Gämma', 'delta'])} {dice.randrange(200)}", dice.choice(SPACES))
        given.kind = dice.choice([Kind.CREDENTIAL, Kind.NOTE, Kind.SIGNING_KEY])
        given.tags = dice.sample(["red", "blue", "green"], dice.randrange(3))
        given.favourite = dice.random() < 0.2
        given.expires = dice.choice([None, None, START - DAY, START + 5 * DAY, START + 60 * DAY])
        # Several entries share a time and a title: the id decides then.
        changed = START - dice.randrange(50)
        items.append(NewEntry(given, created=START - 100, changed=changed, trashed=dice.random() < 0.15))
    finish(bulk.add_many(made.engine.vault, batch, items))
    bulk.finish(made.engine.vault, batch)
    yield made
    made.engine.vaults.close()


def expected(desk: Desk, view: View) -> list[int]:
    """Ids in the view's order, the slow way."""
    found = []
    spaces = {space.path: space.id for space in desk.engine.secrets.overview().namespaces}
    wanted = next((path for path, number in spaces.items() if number == view.namespace), None)
    for number in range(1, SIZE + 1):
        entry = desk.engine.secrets.get(number)
        fits = entry.trashed == view.trash
        fits &= wanted is None or entry.path == wanted or entry.path.startswith(wanted + "/")
        fits &= view.tag is None or view.tag in entry.tags
        fits &= view.kind is None or entry.kind is view.kind
        fits &= not view.favourites or entry.favourite
        fits &= not view.expiring or (entry.expires is not None and entry.expires <= START + 30 * DAY)
        if fits:
            found.append(entry)
    if view.order is Order.TITLE:
        found.sort(key=lambda entry: (text.sort_key(entry.title), entry.id))
    else:
        found.sort(key=lambda entry: (-entry.changed, -entry.id))
    return [entry.id for entry in found]


def space(desk: Desk, path: str) -> int:
    return next(found.id for found in desk.engine.secrets.overview().namespaces if found.path == path)


def views(desk: Desk) -> list[View]:
    made = []
    for order, trash in itertools.product(Order, (False, True)):
        for path in (None, "a", "a/b/c", "many"):
            number = None if path is None else space(desk, path)
            made.append(View(namespace=number, order=order, trash=trash))
            made.append(View(namespace=number, order=order, trash=trash, kind=Kind.NOTE))
            made.append(View(namespace=number, order=order, trash=trash, tag="red"))
            made.append(View(namespace=number, order=order, trash=trash, favourites=True))
            made.append(View(namespace=number, order=order, trash=trash, expiring=True))
        made.append(View(order=order, trash=trash, kind=Kind.NOTE, tag="blue", favourites=True))
    return made


def test_every_view_has_its_entries_in_order_page_by_page(filled: Desk) -> None:
    secrets = filled.engine.secrets
    for view in views(filled):
        wanted = expected(filled, view)
        assert secrets.count(view) == len(wanted), view
        places = secrets.places(view, 7)
        assert [place.id for place in places] == wanted[::7], view
        rows = [row for place in places for row in secrets.page(view, place, 7)]
        assert [row.id for row in rows] == wanted, view
        assert [row.id for row in secrets.page(view, None, 10)] == wanted[:10], view


def test_rows_carry_what_is_painted(filled: Desk) -> None:
    row = filled.engine.secrets.page(View(), None, 1)[0]
    entry = filled.engine.secrets.get(row.id)
    assert isinstance(row, Row)
    assert (row.kind, row.title, row.detail) == (entry.kind, entry.title, "" if entry.kind is Kind.NOTE else "octocat")
    assert (row.namespace, row.changed, row.expires) == (entry.namespace, entry.changed, entry.expires)
    assert (row.favourite, row.files, row.trashed) == (entry.favourite, False, False)
    assert row.key == text.sort_key(entry.title)


def test_search_finds_by_the_beginnings_of_words_within_the_view(filled: Desk) -> None:
    secrets = filled.engine.secrets
    everything = {number: secrets.get(number) for number in range(1, SIZE + 1)}
    for query, prefixes in (
        ("gam", ["gam"]),
        ("GÄM 1", ["gam", "1"]),
        ("red be", ["red", "be"]),
        ("octo 7", ["octo", "7"]),
    ):
        for view in (
            View(),
            View(trash=True),
            View(namespace=space(filled, "many")),
            View(tag="blue"),
            View(favourites=True),
        ):
            found = [row.id for row in secrets.search(query, view, 5_000)]
            inside = set(expected(filled, view))
            wanted = {
                number
                for number, entry in everything.items()
                if number in inside
                and all(
                    any(word.startswith(prefix) for word in text.words(f"{entry.title} octocat {' '.join(entry.tags)}"))
                    for prefix in prefixes
                )
            }
            assert set(found) == wanted, (query, view)
            assert len(found) == len(set(found))


def test_titles_that_begin_with_the_query_come_first(desk: Desk) -> None:
    secrets = desk.engine.secrets
    late = secrets.create(login("my bank"))
    early = secrets.create(login("Bank of nowhere"))
    assert [row.id for row in secrets.search("bank", View())] == [early, late]
    assert [row.id for row in secrets.search("bank", View(), 1)] == [early]


@pytest.mark.parametrize(
    ("title", "query"),
    [
        ("Crème brûlée", "creme bru"),
        ("Straße", "strasse"),
        ("привет мир", "при ми"),
        ("日本語", "日本"),
        ("हिन्दी", "हि"),
        ("\U00010428eseret", "\U00010428es"),  # letters of later Unicodes
        ("\U0001e900dlam", "\U0001e922dl"),  # Adlam, Unicode 9
        ("github.com/login", "login"),
        ("O'Brien", "brien"),
        ("C++ build", "c bui"),
        ("ﬁle", "file"),
    ],
)
def test_any_script_is_found(desk: Desk, title: str, query: str) -> None:
    entry = desk.engine.secrets.create(login(title))
    desk.engine.secrets.create(login("decoy"))
    assert [row.id for row in desk.engine.secrets.search(query, View())] == [entry]


@pytest.mark.parametrize(
    "query", ["", "  ", "***", '"', "a AND b", "title:x", "NEAR(a b)", "\x00", "-" * 5000, "a" * 5000, "^", "x'--"]
)
def test_no_query_breaks_the_search(desk: Desk, query: str) -> None:
    desk.engine.secrets.create(login("something"))
    assert isinstance(desk.engine.secrets.search(query, View()), list)


def test_protected_values_are_not_searched(desk: Desk) -> None:
    given = login("x", secret="hunter2")
    given.fields += [
        field("email", "secretive@example.org", FieldType.EMAIL, protected=True),
        field("notes", "wonderland", FieldType.LONG),
        field("url", "https://example.org/login", FieldType.URL),
    ]
    desk.engine.secrets.create(given)
    for word in ("hunter2", "secretive", "wonderland"):
        assert desk.engine.secrets.search(word, View()) == []
    assert len(desk.engine.secrets.search("example", View())) == 1


def test_changes_are_found_at_once_and_old_words_are_not(desk: Desk) -> None:
    secrets = desk.engine.secrets
    entry = secrets.create(login("before", tags=["old"]))
    secrets.update(entry, 1, login("after", tags=["new"]))
    assert [row.id for row in secrets.search("after new", View())] == [entry]
    assert secrets.search("before", View()) == []
    assert secrets.search("old", View()) == []
    secrets.trash([entry])
    assert secrets.search("after", View()) == []
    assert [row.id for row in secrets.search("after", View(trash=True))] == [entry]


def test_an_unknown_namespace_is_named(desk: Desk) -> None:
    for act in (desk.engine.secrets.count, desk.engine.secrets.places):
        with pytest.raises(NamespaceNotFoundError):
            act(View(namespace=99))


def test_an_unknown_tag_has_nothing(desk: Desk) -> None:
    desk.engine.secrets.create(login())
    assert desk.engine.secrets.page(View(tag="nothing"), None) == []
    assert desk.engine.secrets.count(View(tag="nothing")) == 0
