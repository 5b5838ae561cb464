"""Frames: everything comes back as it was sent, and nothing else is taken."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvault_gui.engine import api
from kvault_gui.engine.errors import InvalidInputError, TooLargeError
from kvault_gui.runtime import frames, shapes
from tests.runtime.strategies import STRUCTS, values

FRAMES = st.one_of(
    st.builds(frames.Cancel, values(int)),
    st.builds(frames.Answer, values(int), values(api.Secret | None)),
    st.builds(frames.Failed, values(int), values(str), values(dict[str, str | int])),
    st.builds(frames.Step, values(int), values(api.Progress)),
    st.builds(frames.Question, values(int), values(int), values(api.Question)),
    st.builds(frames.Event, values(api.Event)),
    st.builds(frames.Ready, values(str)),
    st.builds(frames.Withdrawn, values(int)),
)


def unpack(packed: bytes | bytearray, pieces: int = 1 << 20) -> list[bytearray]:
    """What an assembler makes of bytes that arrive ``pieces`` at a time."""
    assembler, bodies, rest = frames.Assembler(), [], memoryview(packed)
    while rest:
        room = assembler.room()[:pieces]
        count = min(len(room), len(rest))
        room[:count] = rest[:count]
        rest = rest[count:]
        body = assembler.took(count)
        if body is not None:
            bodies.append(body)
    return bodies


@pytest.mark.parametrize("kind", STRUCTS, ids=lambda kind: kind.__name__)
def test_every_struct_of_the_border_comes_back_as_it_was_sent(kind: type[msgspec.Struct]) -> None:
    @given(values(kind))
    def comes_back(value: msgspec.Struct) -> None:
        (body,) = unpack(frames.pack_result(7, value))
        frame = frames.read_for_window(body)
        assert isinstance(frame, frames.Result)
        assert frame.id == 7
        assert msgspec.msgpack.decode(frame.value, type=kind) == value

    comes_back()


@pytest.mark.parametrize("name", shapes.methods())
def test_the_arguments_of_every_method_come_back_as_they_were_sent(name: str) -> None:
    form = shapes.shape(name)

    @given(values(form.arguments))
    def come_back(arguments: msgspec.Struct) -> None:
        (body,) = unpack(frames.pack_call(3, name, arguments))
        frame = frames.read_for_engine(body)
        assert isinstance(frame, frames.Call)
        assert (frame.id, frame.method) == (3, name)
        assert msgspec.msgpack.decode(frame.arguments, type=form.arguments) == arguments

    come_back()


@given(st.lists(FRAMES, max_size=5), st.integers(1, 9))
def test_frames_come_back_however_the_bytes_are_cut(sent: list[frames.ToWindow], pieces: int) -> None:
    bodies = unpack(b"".join(frames.pack(each) for each in sent), pieces)
    decode = msgspec.msgpack.Decoder(
        frames.Cancel
        | frames.Answer
        | frames.Failed
        | frames.Step
        | frames.Question
        | frames.Event
        | frames.Ready
        | frames.Withdrawn
    ).decode
    assert [decode(body) for body in bodies] == sent


@given(st.binary(max_size=200))
def test_any_other_bytes_are_no_frame(body: bytes) -> None:
    for read in (frames.read_for_engine, frames.read_for_window):
        try:
            frame = read(bytearray(body))
        except frames.FrameError:
            continue
        assert isinstance(frame, msgspec.Struct)


@given(FRAMES, st.data())
def test_a_frame_that_was_cut_or_lengthened_is_no_frame(frame: frames.ToWindow, data: st.DataObject) -> None:
    body = frames.pack(frame)[frames.HEAD :]
    end = data.draw(st.integers(0, len(body) - 1))
    read = frames.read_for_engine if isinstance(frame, frames.Cancel | frames.Answer) else frames.read_for_window
    for broken in (body[:end], body + b"\x00"):
        with pytest.raises(frames.FrameError):
            read(broken)


def test_deep_nesting_is_no_frame_and_no_crash() -> None:
    for byte in (b"\x91", b"\x81\x00"):
        body = b"\x94\x00\x01\xa1m" + byte * 200_000
        with pytest.raises(frames.FrameError):
            frames.read_for_engine(bytearray(body))


def test_an_error_about_a_frame_quotes_nothing_of_it() -> None:
    with pytest.raises(frames.FrameError) as caught:
        frames.read_for_engine(bytearray(b"\x93\x02\x01\xa7hunter2"))
    assert str(caught.value) == ""
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("length", [0, frames.MAX_LARGE_FRAME + 1, 0xFFFF_FFFF])
def test_an_impossible_length_ends_the_connection(length: int) -> None:
    with pytest.raises(frames.FrameError):
        unpack(length.to_bytes(4, "big"))


def test_only_calls_and_results_may_be_large() -> None:
    size = (frames.MAX_FRAME + 1).to_bytes(4, "big")
    for begin in (b"\x94\x00", b"\x93\x03"):
        assert unpack(size + begin) == []
    for begin in (b"\x93\x02", b"\x94\x04", b"\xdc\x00", b"\x93\x05"):
        with pytest.raises(frames.FrameError):
            unpack(size + begin)


def test_the_largest_attached_file_fits_in_one_frame() -> None:
    secret = api.Secret(bytearray(api.MAX_FILE))
    field = api.FieldInput("file", api.FieldType.FILE, protected=True, value=secret)
    entry = api.EntryInput(api.Kind.NOTE, "t", "", [field])
    assert len(unpack(frames.pack_call(1, "secrets.create", shapes.shape("secrets.create").arguments(entry)))) == 1
    assert len(unpack(frames.pack_result(1, secret))) == 1


def test_a_step_for_a_token_is_in_no_frame() -> None:
    step = api.OnToken("hid:1", int)
    with pytest.raises(TypeError):
        frames.pack(frames.Step(1, step))  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        frames.pack_result(1, step)


def test_what_is_too_large_is_refused_before_it_is_sent() -> None:
    secret = api.Secret(bytearray(frames.MAX_LARGE_FRAME))
    with pytest.raises(TooLargeError) as caught:
        frames.pack_result(1, secret)
    assert caught.value.fields == {"size": 97, "limit": 96}
    with pytest.raises(TooLargeError):
        frames.pack(frames.Answer(1, api.Secret(bytearray(frames.MAX_FRAME))))


def test_text_that_is_no_unicode_is_refused_without_quoting_it() -> None:
    with pytest.raises(InvalidInputError) as caught:
        frames.pack_call(1, "vaults.probe", shapes.shape("vaults.probe").arguments("caf\udce9"))
    assert "caf" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_wiped_buffer_holds_zeros_and_its_views_stay_valid() -> None:
    buffer = bytearray(b"hunter2") * 300_000
    view = memoryview(buffer)
    frames.wipe(buffer)
    assert bytes(view) == bytes(len(view))


@given(st.integers(0, (1 << 63) - 1))
def test_a_large_secret_is_taken_out_of_its_frame(number: int) -> None:
    value = bytearray(b"hunter2") * 10_000
    body = frames.pack_result(number, api.Secret(value))[frames.HEAD :]
    assert frames.take_large_secret(body) == (number, api.Secret(value))


def test_anything_but_a_large_secret_is_left_as_it_is() -> None:
    large = bytes(frames.WORKSPACE)
    whole = frames.pack_result(7, api.Secret(bytearray(large)))[frames.HEAD :]
    for body in (
        frames.pack_result(7, api.Secret.of("short"))[frames.HEAD :],
        frames.pack_result(7, [api.Secret(bytearray(large))])[frames.HEAD :],
        frames.pack_call(7, "tools.strength", shapes.shape("tools.strength").arguments(api.Secret(bytearray(large))))[
            4:
        ],
        whole[:-1],
        whole + b"x",
        whole.replace(b"\x07", b"\xa1a", 1),
    ):
        before = bytes(body)
        assert frames.take_large_secret(body) is None
        assert body == before
