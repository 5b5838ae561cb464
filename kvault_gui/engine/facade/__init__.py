"""The one implementation of the facade: ``Engine`` with its parts. Only runtime and cli may import it."""

from .engine import Engine

__all__ = ["Engine"]
