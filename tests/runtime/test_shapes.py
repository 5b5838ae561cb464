"""The generated proxies and the facade's declaration say the same."""

from __future__ import annotations

import inspect

import pytest

from kvault_gui.engine import api
from kvault_gui.runtime import generate_proxy, proxy, shapes


def test_the_committed_proxies_are_what_the_generator_writes() -> None:
    assert generate_proxy.TARGET.read_text() == generate_proxy.generate(), "run generate_proxy and commit proxy.py"


def test_every_method_of_the_facade_has_a_proxy_with_the_same_parameters() -> None:
    for name in shapes.methods():
        part, method = name.split(".")
        shape = shapes.shape(name)
        made = getattr(getattr(proxy, shapes.parts()[part].__name__), method)
        assert inspect.iscoroutinefunction(made)
        expected = ["self", *shape.names, *(["on_progress"] if shape.job else [])]
        assert list(inspect.signature(made).parameters) == expected


def test_jobs_are_told_from_short_methods() -> None:
    assert shapes.shape("formats.load").job
    assert not shapes.shape("secrets.get").job


def test_only_what_the_facade_declares_can_be_called() -> None:
    assert "secrets.get" in shapes.methods()
    for name in ("secrets.__init__", "secrets._stored", "engine.idle", "secrets.wipe"):
        with pytest.raises(KeyError):
            shapes.shape(name)
    with pytest.raises(KeyError):
        shapes.shape_of(api.Secret.text)


def test_defaults_of_the_facade_are_those_of_the_arguments() -> None:
    arguments = shapes.shape("secrets.page").arguments
    assert arguments(api.View(), None) == arguments(api.View(), None, api.PAGE)
