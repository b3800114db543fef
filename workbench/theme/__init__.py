"""How everything looks: colours that tell classes apart, and the page's palette."""

from typing import Any

import colorcet
import numpy as np
from panel_material_ui.base import MaterialComponent

from workbench.compat.echoed_text import ToldText
from workbench.compat.plain_text import PlainAlert, PlainTypography

# Petroff (2021), "Accessible color sequences for data visualization": ten colours that stay apart for colour-blind
# eyes too.
_TEN = ("#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd")

REAL = "#7a869a"
SYNTHETIC = "#d55e00"
EDIT = "#8e44ad"

_BOTH = {
    "typography": {"fontSize": 13},
    "shape": {"borderRadius": 6},
    "components": {
        "MuiToggleButton": {"styleOverrides": {"root": {"textTransform": "none", "padding": "6px 10px"}}},
        # A button's tooltip lies over the next button, which must hear its clicks.
        "MuiTooltip": {"defaultProps": {"disableInteractive": True}},
        "MuiAlert": {"styleOverrides": {"message": {"& p": {"margin": 0}}}},
        # All inputs are small, and so must labels be that stand in empty ones. MultiChoice puts plain paper behind
        # them, which is darker than the raised paper of a dark page.
        "MuiInputLabel": {
            "styleOverrides": {
                "outlined": {
                    '&[data-shrink="false"]': {"transform": "translate(14px, 8px)"},
                    "backgroundColor": "transparent !important",
                }
            }
        },
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
        # White on the light blue of dark buttons would be hard to read.
        "components": {
            **_BOTH["components"],
            "MuiAppBar": {"styleOverrides": {"root": {"backgroundColor": _BAR["dark"], "color": "#ffffff"}}},
        },
    },
}
"""Of Material UI, as `theme_config` of a panel-material-ui page takes it."""

_ON_BAR = {
    "components": {
        "MuiInputLabel": {"styleOverrides": {"root": {"color": "inherit", "&.Mui-focused": {"color": "inherit"}}}},
        # With the focus its outline would be of the primary colour, which is the bar's.
        "MuiOutlinedInput": {
            "styleOverrides": {"notchedOutline": {"borderColor": "currentColor !important", "opacity": 0.5}}
        },
    }
}
ON_BAR = {
    mode: {"palette": {"primary": {"main": color}, "background": {"paper": color}}, **_ON_BAR}
    for mode, color in _BAR.items()
}
"""`theme_config` of a select in the app bar: its colours, and those of its menu, are the bar's."""

SMALL_CHOICE = {"& .MuiSelect-multiple": {"paddingTop": "8px", "paddingBottom": "8px"}}
"""Style that makes a MultiChoice as high as the other small controls."""

HIDDEN = {"display": "none"}


class Text(ToldText, PlainTypography):
    """Words as they are: what a class, a run or an error is called is never read as HTML or Markdown."""


class Notice(ToldText, PlainAlert):
    """An alert whose words are shown as they are."""


def show(component: MaterialComponent, shown: bool, **sx: Any) -> None:
    """Shows or hides a component, with `sx` as its style.

    Not by `visible`: a page waits until all of it is rendered, which an invisible Material component never is.
    """
    style = sx if shown else HIDDEN
    if component.sx != style:
        component.sx = style


def class_colors(count: int) -> list[str]:
    """A colour for each of `count` classes; beyond ten no palette is safe for all eyes, so views also name classes."""
    if count <= len(_TEN):
        return list(_TEN[:count])
    return [colorcet.b_glasbey_category10[label % 256] for label in range(count)]


def to_rgba(pixels: np.ndarray) -> np.ndarray:
    """uint8 images (…, 1 or 3, H, W) as (…, H, W, 4) uint8, opaque."""
    channels_last = np.moveaxis(pixels, -3, -1)
    rgba = np.full((*channels_last.shape[:-1], 4), 255, np.uint8)
    rgba[..., :3] = channels_last
    return rgba


def difference(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """What has changed between uint8 images of equal shape, as one: grey is no change."""
    return (128 + (after.astype(np.int16) - before) // 2).astype(np.uint8)


def tile(images: np.ndarray, gap: int = 1, there: np.ndarray | None = None) -> np.ndarray:
    """Images in rows as one picture for Bokeh, which draws from the bottom up.

    Args:
        images: uint8 (rows, columns, 1 or 3, H, W).
        gap: transparent pixels to the right of and below each.
        there: (rows, columns) bool, False where the picture is to be transparent; None for all.

    Returns:
        (rows·(H + gap), columns·(W + gap)) uint32 RGBA.
    """
    rows, columns, _, height, width = images.shape
    sheet = np.zeros((rows, height + gap, columns, width + gap, 4), np.uint8)
    sheet[:, :height, :, :width] = to_rgba(images).swapaxes(1, 2)
    if there is not None:
        sheet.swapaxes(1, 2)[~there] = 0
    flat = sheet.reshape(rows * (height + gap), columns * (width + gap), 4)
    return np.ascontiguousarray(flat[::-1]).view(np.uint32)[..., 0]
