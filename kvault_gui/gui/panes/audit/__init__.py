"""The Audit pane: what happened in this vault, and whether the log of it is whole."""

from .pane import AuditPane

__all__ = ["AuditPane"]
