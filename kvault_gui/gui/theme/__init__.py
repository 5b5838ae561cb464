"""Colours, fonts, sizes, icons and the style of the window.

The style reads dynamic properties, so that every module may ask for a look without knowing the widgets:

* ``kind`` of a button: "primary", "secondary" (or none), "ghost", "link", "danger" (outlined), "danger-filled", "live";
* ``tone`` of a label: the name of a colour token; ``font_role``: the name of a text role;
* ``invalid`` of an input: a red frame; ``large``: 38 instead of 32 px; ``small`` of a button: 28 px.
"""

from .colours import Tokens
from .current import FontRole, font, font_pixels, px, restyle, tokens
from .icons import icon, paint, pixmap
from .theme import Scheme, Theme, apply

__all__ = [
    "FontRole",
    "Scheme",
    "Theme",
    "Tokens",
    "apply",
    "font",
    "font_pixels",
    "icon",
    "paint",
    "pixmap",
    "px",
    "restyle",
    "tokens",
]
