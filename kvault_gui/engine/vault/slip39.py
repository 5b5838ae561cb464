"""Recovery shares (SLIP-0039): reading what a person typed or scanned, naming what is wrong with it, putting together.

The scheme itself is shamir-mnemonic's; here is what it leaves open: abbreviated words, the nearest word, the one word
whose change mends the checksum, limits, and a mute repr.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ..errors import (
    LibraryMissingError,
    ShareChecksumError,
    ShareError,
    ShareGarbledError,
    ShareOtherError,
    SharesTooFewError,
    ShareTwiceError,
    ShareWordError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shamir_mnemonic import Share as LibraryShare

    from ..api import Secret

MAX_SHARE = 2_000  # bytes of one share: 59 words of at most 8 letters, numbered
MAX_SHARES = 256  # 16 groups of 16
MAX_EXPONENT = 6  # 10,000 * 2**6 iterations of PBKDF2: 0.5 s; a hostile share may say 2**15
LEAST_WORDS, MOST_WORDS = 20, 59  # 128 to 512 bits
KVAULT_WORDS = 33  # 256 bits
PREFIX = 4  # letters that tell every word from every other
_SHOWN = 20  # characters of a wrong word that are repeated to the person
_META = 7  # words that are no secret: identifier, parameters, checksum
_NUMBER = re.compile(r"\d{1,2}[.):]?")
_GENERATOR = (
    0xE0E040, 0x1C1C080, 0x3838100, 0x7070200, 0xE0E0009, 0x1C0C2412, 0x38086C24, 0x3090FC48, 0x21B1F890, 0x3F3F120,
)  # fmt: skip
_CUSTOM = {False: b"shamir", True: b"shamir_extendable"}
_EXTENDABLE = 16  # the bit of the second word


class Share(NamedTuple):
    """One share. Numbers count from 0, as in the standard."""

    set: int  # 15 bits, the same on all shares of a set
    exponent: int
    group: int
    groups_needed: int
    groups: int
    member: int
    needed: int  # members of its group that are needed
    library: LibraryShare

    def __repr__(self) -> str:
        return f"Share({self.set:05d}, {self.group + 1}, {self.member + 1})"


def number(identifier: int) -> str:
    """A set's number as it is printed."""
    return f"{identifier:05d}"


def words() -> list[str]:
    """The 1,024 words, in order. Raises LibraryMissingError."""
    try:
        from shamir_mnemonic.wordlist import WORDLIST  # noqa: PLC0415 few sessions use shares
    except ImportError:
        raise LibraryMissingError(needed="Recovery shares", package="shamir-mnemonic") from None
    return list(WORDLIST)


def words_beginning(prefix: str) -> list[str]:
    """The words that begin so, in order."""
    start = prefix.strip().lower()
    return [word for word in words() if word.startswith(start)]


# --- reading one share -----------------------------------------------------------------------------------------------


def read(secret: Secret) -> Share:
    """One share, as printed, typed or scanned: words of at least four letters, in any case, numbered or not.

    Raises:
        ShareWordError: a word that is in no list.
        ShareChecksumError: one word is wrong; the error names it.
        ShareGarbledError: several are.
        ShareError: it cannot be a share for another reason.
    """
    indices = _indices(_split(secret))
    found = _correct(indices)
    if found is None:
        raise _mended(indices)
    return found


def _split(secret: Secret) -> list[str]:
    if len(secret.value) > MAX_SHARE:
        raise ShareError(reason="it is too long")
    try:
        text = secret.value.decode()
    except UnicodeDecodeError:
        raise ShareError(reason="it is no text") from None
    typed = [word for word in re.split(r"[\s,;]+", text.lower()) if word and not _NUMBER.fullmatch(word)]
    if not typed:
        raise ShareError(reason="it has no words")
    return typed


def _indices(typed: list[str]) -> list[int]:
    listed = words()
    by_prefix = {word[:PREFIX]: place for place, word in enumerate(listed)}
    found = []
    for place, word in enumerate(typed, 1):
        index = by_prefix.get(word[:PREFIX]) if len(word) >= PREFIX else None
        if index is None or not listed[index].startswith(word):
            shown = "".join(letter for letter in word[:_SHOWN] if letter.isprintable())
            raise ShareWordError(number=place, word=shown, near=nearest(word))
        found.append(index)
    count = len(found)
    if not LEAST_WORDS <= count <= MOST_WORDS or (count - _META) * 10 % 16 > 8:  # noqa: PLR2004 SLIP-0039: padding bits
        raise ShareError(reason=f"it has {count} words, and kvault's shares have {KVAULT_WORDS}")
    return found


def nearest(typed: str) -> str:
    """The word of the list that is most like ``typed``: fewest changes, then the same beginning."""
    word = typed[:_SHOWN].lower()

    def unlike(candidate: str) -> tuple[int, bool, str]:
        return _distance(word, candidate), candidate[:PREFIX] != word[:PREFIX], candidate

    return min(words(), key=unlike)


def _distance(one: str, other: str) -> int:
    """Edits between two words: letters put in, left out, replaced, or swapped with their neighbour."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for column, against in enumerate(other, 1):
            best = min(last[column] + 1, line[-1] + 1, last[column - 1] + (letter != against))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == against:
                best = min(best, before[column - 2] + 1)
            line.append(best)
        before, last = last, line
    return last[-1]


def _correct(indices: Sequence[int]) -> Share | None:
    """The share of these words, or None if the checksum does not fit."""
    if _checksum(indices, _CUSTOM[bool(indices[1] & _EXTENDABLE)]) != 1:
        return None
    import shamir_mnemonic  # noqa: PLC0415 few sessions use shares

    listed = words()
    try:
        share = shamir_mnemonic.Share.from_mnemonic(" ".join(listed[index] for index in indices))
    except shamir_mnemonic.MnemonicError:
        raise ShareError(reason="its words contradict each other") from None
    if share.iteration_exponent > MAX_EXPONENT:
        raise ShareError(reason="it asks for more work than is acceptable")
    return Share(
        share.identifier, share.iteration_exponent, share.group_index, share.group_threshold, share.group_count,
        share.index, share.member_threshold, share,
    )  # fmt: skip


# --- the checksum ----------------------------------------------------------------------------------------------------


def _step(state: int, value: int) -> int:
    """One symbol into RS1024's remainder (SLIP-0039, "Checksum")."""
    top = state >> 20
    state = (state & 0xFFFFF) << 10 ^ value
    for bit, generator in enumerate(_GENERATOR):
        if top >> bit & 1:
            state ^= generator
    return state


def _checksum(indices: Iterable[int], custom: bytes) -> int:
    state = 1
    for value in (*custom, *indices):
        state = _step(state, value)
    return state


def _mended(indices: Sequence[int]) -> ShareChecksumError | ShareGarbledError:
    """The error for a share whose checksum does not fit: it names the one word whose change would mend it.

    The remainder is linear: a change ``d`` of one word adds to it what ``d`` alone, followed by zeros, would leave. So
    each place needs a table of 1,024 sums and one search, not 1,024 checksums. Words that differ in the extendable
    flag are checked under another customisation; both are looked at.
    """
    places: set[tuple[int, int]] = set()
    for extendable, custom in _CUSTOM.items():
        syndrome = _checksum(indices, custom) ^ 1
        basis = [1 << bit for bit in range(10)]
        for place in reversed(range(len(indices))):
            sums = [0]
            for vector in basis:
                sums += [known ^ vector for known in sums]
            basis = [_step(vector, 0) for vector in basis]
            if syndrome not in sums:
                continue
            changed = [*indices]
            changed[place] ^= sums.index(syndrome)
            if bool(changed[1] & _EXTENDABLE) == extendable and _possible(changed):
                places.add((place, changed[place]))
    if len(places) != 1:
        return ShareGarbledError()
    ((place, right),) = places
    listed = words()
    return ShareChecksumError(number=place + 1, word=listed[indices[place]], near=listed[right])


def _possible(indices: Sequence[int]) -> bool:
    try:
        return _correct(indices) is not None
    except ShareError:
        return False


# --- a set -----------------------------------------------------------------------------------------------------------


class Collected:
    """Shares of one set. ``set`` is None before the first."""

    def __init__(self) -> None:
        self.shares: list[Share] = []

    @property
    def set(self) -> int | None:
        """The set's identifier."""
        return self.shares[0].set if self.shares else None

    def add(self, share: Share) -> None:
        """Raises ShareOtherError, ShareTwiceError, ShareError for a share that does not fit those before it."""
        if self.shares:
            first = self.shares[0]
            if share.set != first.set:
                raise ShareOtherError(set=number(share.set), wanted=number(first.set))
            if share in self.shares:
                raise ShareTwiceError
            same = share.library.common_parameters() == first.library.common_parameters()
            if not same or len(share.library.value) != len(first.library.value):
                raise ShareError(reason="it bears the set's number, but describes another set")
            for other in self.of_group(share.group):
                if other.needed != share.needed:
                    raise ShareError(reason="it asks for another number of shares than the others of its group")
                if other.member == share.member:
                    raise ShareError(reason="another share with its number was given, so one of them is wrong")
        self.shares.append(share)

    def of_group(self, group: int) -> list[Share]:
        """The shares of one group."""
        return [share for share in self.shares if share.group == group]

    def complete(self) -> list[int]:
        """The groups of which there are enough shares."""
        groups = sorted({share.group for share in self.shares})
        return [group for group in groups if self.lacking(group) == 0]

    def lacking(self, group: int) -> int:
        """How many shares of a group are missing, of which there is at least one."""
        there = self.of_group(group)
        return max(0, there[0].needed - len(there))

    def missing(self) -> int:
        """How many more shares are needed at the least; of a group without a share only one is counted."""
        if not self.shares:
            return 1
        first = self.shares[0]
        begun = {share.group for share in self.shares}
        costs = [self.lacking(group) for group in begun] + [1] * (first.groups - len(begun))
        return sum(sorted(costs)[: first.groups_needed])

    def combine(self, passphrase: bytes = b"") -> bytes:
        """The secret that was split; kvault's own sets have no passphrase.

        Raises SharesTooFewError, ShareError for shares that do not belong together.
        """
        if count := self.missing():
            raise SharesTooFewError(count=count, given=len(self.shares))
        from shamir_mnemonic import MnemonicError, recover_ems  # noqa: PLC0415 few sessions use shares
        from shamir_mnemonic.shamir import ShareGroup  # noqa: PLC0415 as above

        groups = {}
        for group in self.complete()[: self.shares[0].groups_needed]:
            groups[group] = ShareGroup()
            there = self.of_group(group)
            for share in there[: there[0].needed]:
                groups[group].add(share.library)
        try:
            return bytes(recover_ems(groups).decrypt(passphrase))
        except MnemonicError:
            raise ShareError(reason="each is whole, but together they give nothing: one is of another set") from None


def split(secret: bytes, groups: Sequence[tuple[int, int]], needed: int) -> list[list[str]]:
    """Split ``secret`` into groups of (needed, count) shares; ``needed`` groups give it back.

    Extendable, without a passphrase, and with the least key stretching, as the secret has full entropy.
    """
    words()  # says what to install
    from shamir_mnemonic import generate_mnemonics  # noqa: PLC0415 few sessions use shares

    made: list[list[str]] = generate_mnemonics(needed, list(groups), secret, iteration_exponent=0)
    return made
