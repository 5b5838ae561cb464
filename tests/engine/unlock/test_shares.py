"""Recovery shares: enrolling, unlocking, and every way in which typed shares can be wrong."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvault_gui.engine.api import AskShares, Given, Method, NewFactor, Secret, ShareGroup
from kvault_gui.engine.errors import (
    HeaderDamagedError,
    InvalidInputError,
    ShareChecksumError,
    ShareError,
    ShareGarbledError,
    ShareOtherError,
    SharesTooFewError,
    ShareTwiceError,
    ShareWordError,
)
from kvault_gui.engine.facade.parts import Tools
from kvault_gui.engine.unlock import shares as method
from kvault_gui.engine.unlock.shares import Shares
from kvault_gui.engine.vault import slip39
from kvault_gui.engine.vault.methods import Desk, Enrolled
from tests.engine.unlock.contract import VAULT, MethodContract, Person
from tests.engine.unlock.script import ScriptedPrompter

if TYPE_CHECKING:
    import random

    from kvault_gui.engine.api import Added
    from kvault_gui.engine.vault.methods import Params

TWO_OF_THREE = [ShareGroup(2, 3)]


def desk(*typed: str) -> Desk:
    return Desk(ScriptedPrompter({AskShares: "\n".join(typed)}), VAULT, "Personal", "Sheets", 0)


def enrol(groups: list[ShareGroup] | None = None, needed: int = 1) -> tuple[Enrolled, list[list[str]]]:
    wanted = NewFactor(Method.SHARES, groups=groups or TWO_OF_THREE, groups_needed=needed)
    made = Shares().enrol(wanted, desk())
    return made, [[share.text() for share in group] for group in made.shares]


class TestContract(MethodContract):
    method = Shares()
    module = "kvault_gui.engine.unlock.shares"

    @pytest.fixture(autouse=True)
    def _sheets(self) -> None:
        self.kept: list[Secret] = []

    def mine(self) -> Person:
        typed = Secret.of("\n".join(share.text() for share in self.kept[1:]))
        wanted = NewFactor(Method.SHARES, groups=TWO_OF_THREE)
        return Person(wanted, given=Given(Method.SHARES, secret=typed if self.kept else None))

    def enrolled(self, made: Enrolled | Added) -> None:
        self.kept = list(made.shares[0])

    def other(self) -> Person:
        _, ((first, second, _),) = enrol()
        return Person(
            NewFactor(Method.SHARES, groups=TWO_OF_THREE),
            given=Given(Method.SHARES, secret=Secret.of(f"{first}\n{second}")),
        )


@pytest.mark.parametrize("pair", [(0, 1), (1, 2), (2, 0)])
def test_any_two_of_three_open(pair: tuple[int, int]) -> None:
    made, (group,) = enrol()
    assert Shares().unlock(made.params, desk(group[pair[0]], "", group[pair[1]])) == made.output
    assert Shares().unlock(made.params, desk(*group)) == made.output


def test_groups_open_with_enough_of_each() -> None:
    made, (family, friends, safe) = enrol([ShareGroup(2, 3), ShareGroup(3, 5), ShareGroup(1, 1)], needed=2)
    assert Shares().unlock(made.params, desk(safe[0], family[2], family[0])) == made.output
    assert Shares().unlock(made.params, desk(*friends[2:], *family[:2])) == made.output
    with pytest.raises(SharesTooFewError) as caught:
        Shares().unlock(made.params, desk(*friends))
    assert caught.value.fields["count"] == 1
    described = Shares().describe(made.params)
    assert described == f"2 of 3 groups (2 of 3, 3 of 5, 1 of 1 shares), set {made.set}"


def test_what_is_printed_is_a_set_of_33_words_each_with_its_number() -> None:
    made, (group,) = enrol()
    assert [len(share.split()) for share in group] == [33, 33, 33]
    assert len(made.set) == 5
    assert int(made.set) == made.params["set"]
    assert Shares().describe(made.params) == f"2 of 3 shares, set {made.set}"
    assert Shares().need(made.params) == 2


def test_the_question_says_what_is_needed() -> None:
    made, (group,) = enrol()
    at = desk(*group)
    Shares().unlock(made.params, at)
    assert isinstance(at.prompter, ScriptedPrompter)
    (question,) = at.prompter.asked
    assert isinstance(question, AskShares)
    assert (question.set, question.need, question.groups_needed) == (made.set, "2 of 3 shares", 1)
    assert question.groups == TWO_OF_THREE


@pytest.mark.parametrize(
    ("groups", "needed"),
    [
        ([], 1),
        ([ShareGroup(2, 3)], 2),
        ([ShareGroup(2, 3)], 0),
        ([ShareGroup(4, 3)], 1),
        ([ShareGroup(0, 3)], 1),
        ([ShareGroup(2, 17)], 1),
        ([ShareGroup(1, 2)], 1),
        ([ShareGroup(1, 1)] * 17, 1),
    ],
)
def test_an_impossible_set_is_refused_in_words(groups: list[ShareGroup], needed: int) -> None:
    with pytest.raises(InvalidInputError):
        Shares().enrol(NewFactor(Method.SHARES, groups=groups, groups_needed=needed), desk())


def test_the_largest_set_works() -> None:
    made, groups = enrol([ShareGroup(16, 16)] * 2, needed=2)
    assert Shares().unlock(made.params, desk(*groups[0], *groups[1])) == made.output


# --- wrong shares ----------------------------------------------------------------------------------------------------


def test_a_word_that_is_no_word_is_named_with_the_nearest() -> None:
    made, ((share, other, _),) = enrol()
    typed = share.split()
    typed[6] = "acedemic"
    with pytest.raises(ShareWordError) as caught:
        Shares().unlock(made.params, desk(other, " ".join(typed)))
    assert caught.value.fields == {"number": 7, "word": "acedemic", "near": "academic"}


@pytest.mark.parametrize(
    ("typed", "near"),
    [("acadmeic", "academic"), ("strategey", "strategy"), ("moutain", "mountain"), ("x", "axis"), ("yoga", "yoga")],
)
def test_the_nearest_word_is_what_was_meant(typed: str, near: str) -> None:
    if near in slip39.words():
        assert slip39.nearest(typed) == near
    else:
        assert slip39.nearest(typed) in slip39.words()


@given(st.integers(0, 32), st.integers(1, 1023), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_one_wrong_word_is_named_and_what_would_fit(place: int, change: int, chance: random.Random) -> None:
    _, (group,) = enrol()
    listed = slip39.words()
    typed = chance.choice(group).split()
    right = typed[place]
    typed[place] = listed[listed.index(right) ^ change]
    with pytest.raises((ShareChecksumError, ShareGarbledError)) as caught:
        slip39.read(Secret.of(" ".join(typed)))
    if isinstance(caught.value, ShareChecksumError):
        assert caught.value.fields == {"number": place + 1, "word": typed[place], "near": right}
    else:  # the wrong word hides which checksum applies, and both can be mended
        assert place == 1 or change & 16


def test_two_wrong_words_or_swapped_ones_are_garbled() -> None:
    _, (group,) = enrol()
    listed = slip39.words()
    typed = group[0].split()
    for place in (9, 20):
        typed[place] = listed[listed.index(typed[place]) ^ 5]
    with pytest.raises(ShareGarbledError):
        slip39.read(Secret.of(" ".join(typed)))
    typed = group[1].split()
    places = next(n for n in range(8, 32) if typed[n] != typed[n + 1])
    typed[places], typed[places + 1] = typed[places + 1], typed[places]
    with pytest.raises(ShareGarbledError):
        slip39.read(Secret.of(" ".join(typed)))


def test_a_share_of_another_set_names_both_sets() -> None:
    made, (group,) = enrol()
    other, (foreign,) = enrol()
    with pytest.raises(ShareOtherError) as caught:
        Shares().unlock(made.params, desk(group[0], foreign[1]))
    assert caught.value.fields == {"set": other.set, "wanted": made.set}


def test_a_share_twice_counts_for_nothing() -> None:
    made, (group,) = enrol()
    with pytest.raises(ShareTwiceError):
        Shares().unlock(made.params, desk(group[0], group[0].upper()))


def test_too_few_shares_say_how_many_are_missing() -> None:
    made, (group,) = enrol([ShareGroup(4, 5)])
    with pytest.raises(SharesTooFewError) as caught:
        Shares().unlock(made.params, desk(*group[:2]))
    assert caught.value.fields == {"count": 2, "given": 2}
    assert str(caught.value) == "2 more shares are needed"


def test_two_sets_that_bear_one_number_are_told_apart() -> None:
    """By the digest inside, when the sheets say the same of themselves."""
    from shamir_mnemonic import EncryptedMasterSecret, split_ems  # noqa: PLC0415 the standard's own scheme, forged

    def forged(secret: bytes) -> list[str]:
        whole = EncryptedMasterSecret(77, True, 0, secret)  # noqa: FBT003 the library's order
        return [share.mnemonic() for share in split_ems(1, [(2, 3)], whole)[0]]

    one, two = forged(b"a" * 32), forged(b"b" * 32)
    params: Params = {"set": 77, "groups": "2/3", "groups_needed": 1, "extendable": 1, "bits": 256}
    assert len(Shares().unlock(params, desk(one[0], one[1]))) == 32
    with pytest.raises(ShareError, match="together they give nothing"):
        Shares().unlock(params, desk(one[0], two[1]))
    with pytest.raises(ShareError, match="one of them is wrong"):
        Shares().unlock(params, desk(one[0], two[0]))


def test_a_slot_that_describes_another_set_than_its_sheets_is_damage() -> None:
    made, (group,) = enrol()
    for wrong in ({"groups": "2/2"}, {"groups": "3/3"}, {"bits": 128}, {"extendable": 0}):
        with pytest.raises(HeaderDamagedError):
            Shares().unlock({**made.params, **wrong}, desk(*group))


def test_a_share_that_asks_for_hours_of_work_is_refused_at_once() -> None:
    from shamir_mnemonic import Share  # noqa: PLC0415 a hostile share is made with it

    hostile = Share(1, True, 15, 0, 1, 1, 0, 1, bytes(32)).mnemonic()  # noqa: FBT003 the library's order
    began = time.perf_counter()
    with pytest.raises(ShareError, match="more work"):
        slip39.read(Secret.of(hostile))
    assert time.perf_counter() - began < 1


# --- typing ----------------------------------------------------------------------------------------------------------


def test_abbreviated_numbered_and_shouted_words_are_completed() -> None:
    made, (group,) = enrol()
    short = " ".join(f"{n}. {word[:4].upper()}" for n, word in enumerate(group[0].split(), 1))
    assert Shares().unlock(made.params, desk(short, group[1].replace(" ", ", "))) == made.output


def test_words_are_offered_while_typing() -> None:
    assert slip39.words_beginning("aca") == ["academic"]
    assert slip39.words_beginning(" ACI ") == ["acid"]
    assert len(slip39.words_beginning("")) == 1024
    assert slip39.words_beginning("zzz") == []


def test_checking_one_share_after_another_tells_how_the_set_stands() -> None:
    made, (group,) = enrol()
    first = method.check(Secret.of(group[0]), [])
    assert (first.set, first.group, first.number, first.missing) == (made.set, 1, 1, 1)
    assert first.words == f"1 of 2 shares of set {made.set}; one more is needed."
    second = method.check(Secret.of(group[2]), [Secret.of(group[0])])
    assert (second.number, second.missing) == (3, 0)
    assert second.words == f"2 of 2 shares of set {made.set}; that is enough."
    with pytest.raises(ShareTwiceError):
        method.check(Secret.of(group[0]), [Secret.of(group[0])])
    with pytest.raises(ShareOtherError):
        method.check(Secret.of(enrol()[1][0][0]), [Secret.of(group[0])])


def test_checking_shares_of_groups_counts_both() -> None:
    made, (family, _, safe) = enrol([ShareGroup(2, 3), ShareGroup(3, 5), ShareGroup(1, 1)], needed=2)
    state = method.check(Secret.of(family[0]), [])
    assert state.missing == 2
    number = made.set
    assert state.words == (
        f"1 of 2 shares of group 1; 0 of 2 groups of set {number} are complete; at least 2 more are needed."
    )
    state = method.check(Secret.of(safe[0]), [Secret.of(family[0]), Secret.of(family[1])])
    assert state.missing == 0
    assert state.words.endswith("2 of 2 groups of set " + number + " are complete; that is enough.")


def test_the_facade_offers_both_without_a_vault() -> None:
    tools = Tools()
    assert tools.share_words("aci") == ["acid"]
    _, (group,) = enrol()
    assert tools.check_share(Secret.of(group[1]), [Secret.of(group[0])]).missing == 0


# --- any input -------------------------------------------------------------------------------------------------------

WORD = st.sampled_from(slip39.words()) | st.text(max_size=9)


@given(st.binary(max_size=300) | st.lists(WORD, max_size=62).map(lambda words: " ".join(words).encode()))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_share_or_an_error_in_words(typed: bytes) -> None:
    try:
        found = slip39.read(Secret(bytearray(typed)))
    except ShareError as error:
        said = [error.say(template) for template in (error.headline, error.meaning, error.advice)]
        assert all(said)
    else:
        assert 0 <= found.set < 1 << 15


def test_a_whole_book_is_refused_at_once() -> None:
    began = time.perf_counter()
    with pytest.raises(ShareError, match="too long"):
        slip39.read(Secret(bytearray(b"academic " * 100_000)))
    made, _ = enrol()
    with pytest.raises(ShareError, match="too long"):
        Shares().unlock(made.params, desk("academic " * 100_000))
    with pytest.raises(ShareError, match="more shares"):
        Shares().unlock(made.params, desk(*(["a"] * 300)))
    assert time.perf_counter() - began < 1


def test_nothing_of_a_share_is_in_its_repr() -> None:
    _, (group,) = enrol()
    share = slip39.read(Secret.of(group[0]))
    assert not any(word in repr(share) for word in group[0].split())
    assert share.library.value.hex() not in repr(share)
