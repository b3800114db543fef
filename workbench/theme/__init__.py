"""The look of the page: its palette, the colours of the classes, texts, and images as pixels."""

from typing import Any

import numpy as np
import panel as pn
from panel_material_ui import Typography
from panel_material_ui.base import MaterialComponent

from workbench.compat.echoed_text import ServerText
from workbench.compat.plain_text import PlainAlert, PlainTypography
from workbench.theme.classes import class_colors, class_markers
from workbench.theme.facts import facts

REAL = "#7a869a"
SYNTHETIC = "#d55e00"
EDIT = "#8e44ad"

__all__ = [
    "EDIT",
    "HIDDEN",
    "ON_BAR",
    "REAL",
    "SMALL_CHOICE",
    "SYNTHETIC",
    "THEME",
    "Notice",
    "Text",
    "class_colors",
    "class_markers",
    "difference",
    "facts",
    "paper",
    "show",
    "tile",
    "to_rgba",
]

_BOTH = {
    # All sizes follow the first one; without the others, captions would be smaller than 12 pixels.
    "typography": {"fontSize": 13, "caption": {"fontSize": 12}, "overline": {"fontSize": 12, "lineHeight": 2}},
    "shape": {"borderRadius": 6},
    "components": {
        "MuiToggleButton": {"styleOverrides": {"root": {"textTransform": "none", "padding": "6px 10px"}}},
        # The tooltip of a button can cover the next button, which must still receive clicks.
        # Without a width it would be as narrow as the button that it belongs to.
        "MuiTooltip": {
            "defaultProps": {"disableInteractive": True},
            "styleOverrides": {"tooltip": {"width": "max-content", "maxWidth": 280}},
        },
        "MuiAlert": {"styleOverrides": {"message": {"& p": {"margin": 0}}}},
        # All inputs are small, so the labels inside empty ones must be placed for that size. MultiChoice gives labels
        # the background of plain paper, which is darker than the raised paper of a dark page.
        "MuiInputLabel": {
            "styleOverrides": {
                "outlined": {
                    '&[data-shrink="false"]': {"transform": "translate(14px, 8px)"},
                    "backgroundColor": "transparent !important",
                },
                # A label over its input is scaled to three quarters, that is to 12 pixels.
                "shrink": {"fontSize": 16},
            }
        },
        # The gap in the outline is as wide as the label.
        "MuiOutlinedInput": {"styleOverrides": {"notchedOutline": {"fontSize": 16}}},
    },
}
_BAR = {"light": "#2f6690", "dark": "#22394c"}
THEME = {
    "light": {
        "palette": {"primary": {"main": _BAR["light"]}, "background": {"default": "#f6f7f9", "paper": "#ffffff"}},
        **_BOTH,
    },
    "dark": {
        "palette": {"primary": {"main": "#81b1d6"}, "background": {"default": "#15181c", "paper": "#1c2025"}},
        **_BOTH,
        # Buttons are light blue on a dark page. White text on a bar of that colour would be hard to read.
        "components": {
            **_BOTH["components"],
            "MuiAppBar": {"styleOverrides": {"root": {"backgroundColor": _BAR["dark"], "color": "#ffffff"}}},
        },
    },
}
"""The theme of Material UI, as `theme_config` of a panel-material-ui page takes it."""

_ON_BAR = {
    "components": {
        "MuiInputLabel": {"styleOverrides": {"root": {"color": "inherit", "&.Mui-focused": {"color": "inherit"}}}},
        # While it has the focus, the outline would have the primary colour, and so be invisible on the bar.
        "MuiOutlinedInput": {
            "styleOverrides": {"notchedOutline": {"borderColor": "currentColor !important", "opacity": 0.5}}
        },
    }
}
ON_BAR = {
    mode: {"palette": {"primary": {"main": color}, "background": {"paper": color}}, **_ON_BAR}
    for mode, color in _BAR.items()
}
"""The `theme_config` of a select in the app bar, which gives the select and its menu the colours of the bar."""

SMALL_CHOICE = {"& .MuiSelect-multiple": {"paddingTop": "8px", "paddingBottom": "8px"}}
"""The style that makes a MultiChoice as high as the other small controls."""

HIDDEN = {"display": "none"}

_PAPER = {
    "background": "var(--panel-surface-color)",
    "border-radius": "6px",
    # On a dark page only the first of these is seen.
    "box-shadow": "0 0 0 1px rgba(127, 127, 127, 0.15), 0 1px 3px rgba(0, 0, 0, 0.2)",
}


class Text(ServerText, PlainTypography):
    """A text that is shown as it is, so names of classes and runs, and errors, are never read as HTML or Markdown."""


class Html(ServerText, Typography):
    """A text that is one HTML element; names in it must be escaped. Unlike Panel's pane it needs no style sheet."""


class Notice(ServerText, PlainAlert):
    """An alert whose text is shown as it is."""


def paper(*objects: Any, **options: Any) -> pn.Column:
    """A sheet of paper that lies on the page; it looks like Material UI's, which takes a browser much longer to make.

    Args:
        objects: what is on it.
        options: of the column, such as its size.
    """
    return pn.Column(*objects, **{"margin": 4, "styles": _PAPER, **options})


def show(component: MaterialComponent, shown: bool, **sx: Any) -> None:
    """Shows or hides a component; while it is shown, `sx` is its style.

    This does not set `visible`, because a page waits until all its components are rendered, and a Material component
    that is not visible never is.
    """
    style = sx if shown else HIDDEN
    if component.sx != style:
        component.sx = style


def to_rgba(pixels: np.ndarray) -> np.ndarray:
    """Converts images (…, 1 or 3, H, W) uint8 to opaque RGBA (…, H, W, 4) uint8."""
    channels_last = np.moveaxis(pixels, -3, -1)
    rgba = np.full((*channels_last.shape[:-1], 4), 255, np.uint8)
    rgba[..., :3] = channels_last
    return rgba


def sides(images: np.ndarray, longer: float) -> tuple[float, float]:
    """Width and height at which to draw images (…, H, W) in their own proportions; one of them is `longer`."""
    height, width = images.shape[-2:]
    return longer * min(1.0, width / height), longer * min(1.0, height / width)


def difference(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """The difference between uint8 images of equal shape, as an image: grey where nothing has changed."""
    return (128 + (after.astype(np.int16) - before) // 2).astype(np.uint8)


def tile(images: np.ndarray, gap: int = 1, present: np.ndarray | None = None) -> np.ndarray:
    """Joins rows of images into one picture for Bokeh, which draws from the bottom up.

    Args:
        images: (rows, columns, 1 or 3, H, W) uint8.
        gap: number of transparent pixels to the right of each image, and below it.
        present: (rows, columns) bool, False where there is no image and the picture is transparent; None if all are.

    Returns:
        (rows·(H + gap), columns·(W + gap)) uint32 RGBA.
    """
    rows, columns, _, height, width = images.shape
    sheet = np.zeros((rows, height + gap, columns, width + gap, 4), np.uint8)
    sheet[:, :height, :, :width] = to_rgba(images).swapaxes(1, 2)
    if present is not None:
        sheet.swapaxes(1, 2)[~present] = 0
    flat = sheet.reshape(rows * (height + gap), columns * (width + gap), 4)
    return np.ascontiguousarray(flat[::-1]).view(np.uint32)[..., 0]
