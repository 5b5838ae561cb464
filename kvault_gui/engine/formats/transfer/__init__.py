"""Between foreign files and a vault: preview, import, export. Jobs, sliced, cancelled by closing them."""

from .exporting import save
from .importing import load, preview

__all__ = ["load", "preview", "save"]
