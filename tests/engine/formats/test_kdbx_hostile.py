"""KDBX files that mean harm: each is refused with its reason, in little memory and time, or read exactly."""

from __future__ import annotations

import binascii
import gzip
import hashlib
import resource
import time
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.errors import (
    FormatDamagedError,
    FormatLimitError,
    FormatUnknownError,
    KdfCostError,
    KvaultError,
    WrongSourceCredentialsError,
)
from kvault_gui.engine.formats.kdbx.ciphers import InnerStream
from kvault_gui.engine.formats.kdbx.header import Kdf, KdfParameters
from kvault_gui.engine.formats.kdbx.keys import composite
from kvault_gui.engine.formats.model import Role
from tests.engine.formats.kdbx_build import (
    COST,
    INNER,
    INNER_END,
    STREAM_KEY,
    document,
    dropped,
    entry_xml,
    hashed_block,
    header3,
    header4,
    kdbx3,
    kdbx4,
    read,
    sealed4,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

MIB = 1 << 20


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    """No case may take 5 seconds of processor time or reach 1 GiB."""
    began = time.process_time()
    yield
    assert time.process_time() - began < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 1 << 20  # KiB


def refused(data: bytes, error: type[KvaultError], reason: str) -> None:
    with pytest.raises(error) as caught:
        read(data)
    assert type(caught.value) is error
    assert reason in str(caught.value)


# --- compression, XML ------------------------------------------------------------------------------------------------


def test_a_gzip_bomb_is_refused_before_it_unpacks() -> None:
    tracemalloc.start()
    bomb = gzip.compress(INNER + INNER_END + document(entry_xml("A" * (64 * MIB))), 9)
    tracemalloc.reset_peak()
    refused(sealed4(bomb, packed=True), FormatLimitError, "unpacks to far more")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100 * MIB


def test_a_bomb_of_many_small_elements_is_refused() -> None:
    refused(kdbx4(document("<Entry/>" * MIB)), FormatLimitError, "unpacks to far more")


def test_a_bomb_of_empty_states_in_one_entry_is_refused() -> None:
    more = "<History>" + "<Entry/>" * 20_000 + "</History>"
    refused(kdbx4(document(entry_xml("x", more))), FormatLimitError, "earlier states")


def test_a_bomb_of_empty_fields_in_one_entry_is_refused() -> None:
    refused(kdbx4(document(entry_xml("x", "<String/>" * 20_000))), FormatLimitError, "fields")


def test_entities_that_grow_are_refused_at_their_declaration() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    xml = f'<!DOCTYPE k [<!ENTITY l0 "ha">{laughs}]>'.encode() + document(entry_xml("&l9;"))
    refused(kdbx4(xml), FormatLimitError, "document type")


def test_an_external_entity_is_refused_at_its_declaration() -> None:
    xml = b'<!DOCTYPE k [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + document(entry_xml("&x;"))
    refused(kdbx4(xml), FormatLimitError, "document type")


def test_a_document_type_alone_is_refused() -> None:
    xml = b'<!DOCTYPE k SYSTEM "http://127.0.0.1/x.dtd">' + document("")
    refused(kdbx3(xml), FormatLimitError, "document type")


def test_ten_thousand_groups_inside_each_other_are_refused() -> None:
    refused(kdbx4(document("<Group>" * 10_000 + "</Group>" * 10_000)), FormatLimitError, "nested")


def test_unknown_elements_may_not_nest_without_end_either() -> None:
    refused(kdbx4(document("<a>" * 10_000 + "</a>" * 10_000)), FormatLimitError, "nested")


def test_groups_up_to_the_limit_are_read() -> None:
    found = read(kdbx4(document("<Group>" * 63 + entry_xml("deep") + "</Group>" * 63)))
    assert len(found.entries[0].group.path()) == 63


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        (b"", "not well-formed"),
        (b"<KeePassFile>", "not well-formed"),
        (b"<KeePassFile/>", "no root group"),
        (b"<KeePassFile><Root/></KeePassFile>", "no root group"),
        (b"<KeePassFile><Root><Group/><Group/></Root></KeePassFile>", "two root groups"),
        (b"<KeePassFile><Root><Group/></Root><Root/></KeePassFile>", "two roots"),
        (document("<Entry><UUID>AAAA</UUID></Entry>"), "16 bytes"),
        (document("<Entry><UUID>***</UUID></Entry>"), "base64"),
        (document(entry_xml("x") + "<Name>late</Name>"), "name stands behind"),
        (document("<Entry><String><Value Protected='True'>!</Value></String></Entry>"), "base64"),
        (document("<Entry><String><Value>a<b/>c</Value></String></Entry>"), "another element"),
        (document(entry_xml("\udcff".encode("utf-8", "surrogatepass").decode("latin-1"))) + b"\xff", "not well-formed"),
        (document("") + b"<more/>", "not well-formed"),
    ],
)
def test_a_document_that_is_none_is_damaged(xml: bytes, reason: str) -> None:
    refused(kdbx4(xml), FormatDamagedError, reason)
    refused(kdbx3(xml), FormatDamagedError, reason)


def test_a_protected_value_that_is_no_text_is_damaged() -> None:
    sealed = binascii.b2a_base64(InnerStream(3, STREAM_KEY).apply(b"\xff\xfe"), newline=False).decode()
    xml = document(f"<Entry><String><Key>a</Key><Value Protected='True'>{sealed}</Value></String></Entry>")
    refused(kdbx4(xml), FormatDamagedError, "not UTF-8")


# --- content that must come through exactly --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "title",
    [
        "&lt;img src=file:///etc/passwd&gt;&lt;b&gt;x&lt;/b&gt;",
        "abc\u202egpj.exe",
        "pay\u200bpal\u200d\ufeff",
        "👩\u200d👩\u200d👧",
        "a&#13;b&#9;c",
    ],
)
def test_odd_titles_come_through_exactly(title: str) -> None:
    plain = title.replace("&lt;", "<").replace("&gt;", ">").replace("&#13;", "\r").replace("&#9;", "\t")
    assert read(kdbx4(document(entry_xml(title)))).entries[0].state.title == plain
    assert read(kdbx3(document(entry_xml(title)))).entries[0].state.title == plain


def test_a_password_of_thirty_thousand_bytes_comes_through_exactly() -> None:
    value = ("pä" * 10_000).encode()
    sealed = binascii.b2a_base64(InnerStream(3, STREAM_KEY).apply(value), newline=False).decode()
    xml = document(f"<Entry><String><Key>Password</Key><Value Protected='True'>{sealed}</Value></String></Entry>")
    field = read(kdbx4(xml)).entries[0].state.fields[0]
    assert (field.value, field.protected, field.role) == (value, True, Role.PASSWORD)


def test_a_field_that_stands_twice_is_kept_twice() -> None:
    twice = (
        "<String><Key>Password</Key><Value>one</Value></String><String><Key>Password</Key><Value>two</Value></String>"
    )
    fields = read(kdbx4(document(entry_xml("x", twice)))).entries[0].state.fields
    assert [(field.name, field.value, field.role) for field in fields] == [
        ("Password", b"one", Role.PASSWORD),
        ("Password", b"two", Role.CUSTOM),
    ]


def test_an_attachment_whose_content_is_missing_is_said() -> None:
    xml = document(entry_xml("x", "<Binary><Key>f</Key><Value Ref='7'/></Binary>"))
    assert read(kdbx4(xml)).entries[0].state.files == []
    assert dropped(kdbx4(xml)) == ["Attachments whose content is missing in the file: 1"]


def test_times_that_are_none_are_said() -> None:
    times = "<Times><CreationTime>soon</CreationTime><LastModificationTime>//////////8=</LastModificationTime></Times>"
    xml = document(entry_xml("x", times))
    state = read(kdbx4(xml)).entries[0].state
    assert (state.created, state.changed) == (None, None)
    assert dropped(kdbx4(xml)) == ["Times that are none: 2"]


# --- framing ---------------------------------------------------------------------------------------------------------


def blocks_of(data: bytes) -> tuple[bytes, list[bytes]]:
    """Header with SHA and MAC, and the blocks of a version 4 file."""
    at = data.index(b"\r\n\r\n") + 4 + 64
    head, found = data[:at], []
    while at < len(data):
        size = 36 + int.from_bytes(data[at + 32 : at + 36], "little")
        found.append(data[at : at + size])
        at += size
    return head, found


def big4() -> bytes:
    """A file of several blocks."""
    noise = b"".join(hashlib.sha512(number.to_bytes(4, "big")).digest() for number in range(50_000)).hex()
    return kdbx4(document(entry_xml("x", f"<String><Key>n</Key><Value>{noise}</Value></String>")), packed=False)


def test_blocks_that_are_missing_moved_or_cut_are_damage() -> None:
    head, blocks = blocks_of(big4())
    assert len(blocks) > 4
    read(head + b"".join(blocks))
    for number in range(len(blocks)):
        refused(head + b"".join(blocks[:number] + blocks[number + 1 :]), FormatDamagedError, "")
        refused(head + b"".join(blocks[:number]), FormatDamagedError, "end is missing")
        refused(head + b"".join(blocks[:number]) + blocks[number][:-1], FormatDamagedError, "")
        if number + 2 < len(blocks):
            swapped = [*blocks[:number], blocks[number + 1], blocks[number], *blocks[number + 2 :]]
            refused(head + b"".join(swapped), FormatDamagedError, "altered, missing or out of order")


def test_a_file_cut_anywhere_is_damage() -> None:
    data = kdbx4(document(entry_xml("x")))
    for size in range(1, len(data)):
        with pytest.raises(FormatDamagedError):
            read(data[:size])


def test_a_version_3_file_cut_anywhere_is_refused() -> None:
    data = kdbx3(document(entry_xml("x")))
    start = len(header3())
    for size in range(1, len(data) - 31):
        with pytest.raises((FormatDamagedError, WrongSourceCredentialsError)) as caught:
            read(data[:size])
        # Until the first 32 bytes are there, nothing tells damage from a wrong key.
        assert size < start + 64 or type(caught.value) is FormatDamagedError


def test_blocks_of_version_3_are_verified() -> None:
    xml = document(entry_xml("x"))
    half = len(xml) // 2
    good = [hashed_block(0, xml[:half]), hashed_block(1, xml[half:]), hashed_block(2, b"")]
    assert read(kdbx3(b"", blocks=b"".join(good))).entries
    refused(kdbx3(b"", blocks=good[1] + good[0] + good[2]), FormatDamagedError, "out of order")
    refused(kdbx3(b"", blocks=good[0] + good[2]), FormatDamagedError, "out of order")
    refused(kdbx3(b"", blocks=good[0] + good[1]), FormatDamagedError, "")
    refused(kdbx3(b"", blocks=good[0][:-1] + b"!" + good[1] + good[2]), FormatDamagedError, "altered")


def test_a_block_that_claims_gigabytes_is_refused() -> None:
    huge = (0).to_bytes(4, "little") + bytes(32) + b"\xff\xff\xff\xff"
    refused(kdbx3(b"", blocks=huge), FormatLimitError, "claims")
    head, _ = blocks_of(kdbx4(document("")))
    refused(head + bytes(32) + b"\xff\xff\xff\xff", FormatLimitError, "claims")


def test_an_attachment_that_claims_gigabytes_is_damage() -> None:
    inner = INNER + b"\3" + b"\xff\xff\xff\xff" + b"\0abc"
    refused(kdbx4(b"", inner=inner), FormatDamagedError, "cut")


def test_attachments_over_the_limit_are_left_out_and_said() -> None:
    inner = INNER + b"\3" + (64 * MIB + 2).to_bytes(4, "little") + bytes(64 * MIB + 2) + INNER_END
    xml = document(entry_xml("x", "<Binary><Key>f</Key><Value Ref='0'/></Binary>"))
    data = kdbx4(xml, inner=inner, packed=False)
    assert read(data).entries[0].state.files == []
    assert dropped(data) == ["Attachments over 64 MiB: 1"]


def test_a_compressed_attachment_of_version_3_that_is_a_bomb_is_refused() -> None:
    packed = binascii.b2a_base64(gzip.compress(bytes(80 * MIB), 9), newline=False).decode()
    meta = f"<Binaries><Binary ID='0' Compressed='True'>{packed}</Binary></Binaries>"
    refused(kdbx3(document("", meta)), FormatLimitError, "unpacks to far more")


# --- header, key derivation ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cost",
    [
        KdfParameters(Kdf.ARGON2D, b"s" * 32, 2, (1 << 42) // 1024, 1),
        KdfParameters(Kdf.ARGON2ID, b"s" * 32, 2, 4 * MIB, 1),
        KdfParameters(Kdf.ARGON2ID, b"s" * 32, 1 << 62, 64 << 10, 1),
        KdfParameters(Kdf.ARGON2D, b"s" * 32, 2, 64 << 10, 1 << 24),
        KdfParameters(Kdf.ARGON2D, b"s" * 32, 0, 64 << 10, 1),
        KdfParameters(Kdf.ARGON2D, b"s" * 32, 2, 0, 1),
        KdfParameters(Kdf.AES_KDBX4, b"s" * 32, (1 << 64) - 1),
        KdfParameters(Kdf.AES, b"s" * 32, 1 << 40),
    ],
)
def test_an_absurd_cost_is_refused_before_any_memory_is_taken(cost: KdfParameters) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused(header4(cost), KdfCostError, "")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 << 10


def test_an_absurd_cost_of_version_3_is_refused() -> None:
    raw = header3({6: (1 << 63).to_bytes(8, "little")})
    refused(raw + bytes(64), KdfCostError, "AES-KDF")


def test_a_header_field_that_claims_gigabytes_is_refused() -> None:
    start = header4(COST)[:12]
    refused(start + b"\2\xff\xff\xff\xff" + bytes(100), FormatLimitError, "header is larger")


def test_a_header_field_that_stands_twice_is_damage() -> None:
    start, rest = header4(COST)[:12], header4(COST)[12:]
    refused(start + b"\4" + (32).to_bytes(4, "little") + bytes(32) + rest, FormatDamagedError, "twice")


@pytest.mark.parametrize("number", [2, 3, 4, 5, 6, 7, 9, 10])
def test_a_field_of_the_wrong_size_is_damage(number: int) -> None:
    with pytest.raises((FormatDamagedError, FormatUnknownError)):
        read(header3({number: b"x" * 3}) + bytes(64))


def test_what_this_reader_does_not_know_is_named() -> None:
    refused(header3({2: b"?" * 16}), FormatUnknownError, "cipher of its own")
    refused(header3({3: (2).to_bytes(4, "little")}), FormatUnknownError, "compression of its own")
    refused(bytes.fromhex("03d9a29a67fb4bb500000500"), FormatUnknownError, "KDBX 5.0")
    refused(bytes.fromhex("03d9a29a65fb4bb500000500"), FormatUnknownError, "KeePass 1")
    refused(bytes.fromhex("03d9a29a66fb4bb500000500"), FormatUnknownError, "before its release")
    refused(b"PK\3\4" + bytes(60), FormatDamagedError, "does not begin")


def test_a_flipped_bit_of_a_version_4_header_is_damage_not_a_wrong_password() -> None:
    data = bytearray(kdbx4(document("")))
    data[60] ^= 1
    refused(bytes(data), FormatDamagedError, "header is altered")


def test_a_wrong_password_is_told_from_damage() -> None:
    for data in (kdbx4(document(entry_xml("x"))), kdbx3(document(entry_xml("x")))):
        with pytest.raises(WrongSourceCredentialsError) as caught:
            read(data, key=composite(b"other", None))
        assert "sample.kdbx" in str(caught.value)
