"""The Secrets pane: places, list, and one entry with every field visible at once."""

from .pane import SecretsPane

__all__ = ["SecretsPane"]
