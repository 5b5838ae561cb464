"""Where the engine process begins: run by its path, as ``python -I start_child.py WHERE``.

``-I`` ignores PYTHONPATH and the working folder, so this file finds the package it belongs to by itself, be it a source
tree or installed; nothing else can be imported in its stead. Hardening comes before every other import.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Harden the process, then become the engine."""
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120 before imports
    sys.path.insert(0, root)
    import kvault_gui  # noqa: F401, PLC0415 found now; its modules are then looked for in its own folder alone

    # The folder around it must not hide anything of the standard library.
    sys.path.remove(root)
    from kvault_gui.runtime import hardening  # noqa: PLC0415 found only now

    hardening.harden(die_with_parent=True)
    from kvault_gui.runtime import child  # noqa: PLC0415 after hardening

    child.main(sys.argv)


if __name__ == "__main__":
    main()
