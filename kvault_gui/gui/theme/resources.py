"""The files that come with kvault: one way to read them, in a checkout and in an installed wheel."""

from pathlib import Path


def _root() -> Path:
    package = Path(__file__).resolve().parent.parent.parent
    installed = package / "resources"
    return installed if installed.is_dir() else package.parent / "resources"


ROOT = _root()


def read(name: str) -> bytes:
    """The bytes of resource ``name``, such as "icons/lock.svg". Raises FileNotFoundError."""
    return (ROOT / name).read_bytes()
