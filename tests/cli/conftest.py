"""Fixtures of the command line's tests."""

from __future__ import annotations

from tests.cli.command import kvault, made

__all__ = ["kvault", "made"]
