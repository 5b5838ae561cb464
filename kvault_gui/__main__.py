"""``python -m kvault_gui`` and the command ``kvault-gui``."""

import sys

from kvault_gui.app.start import main

if __name__ == "__main__":
    sys.exit(main())
