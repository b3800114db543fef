"""The cells that show a single view."""

from typing import Any

import panel_material_ui as pmui
from panel.viewable import Viewable

from workbench.component import Component
from workbench.core.frame import View
from workbench.notebook.cell import Cell
from workbench.session import Session
from workbench.theme import THEME
from workbench.views.curves import Curves
from workbench.views.disk import Disk
from workbench.views.image_wall import ImageWall


def card(view: Component, height: int, **size: Any) -> pmui.Paper:
    """A sheet of paper in Material's style, with a view on it."""
    return pmui.Paper(view, height=height, margin=4, **{"sizing_mode": "stretch_width", **size})


class ImageWallCell(Cell):
    """The synthetic images."""

    def _build(self, session: Session) -> tuple[list[View], Viewable]:
        wall = ImageWall(session)
        return [wall], card(wall, 460, theme_config=THEME)


class DiskCell(Cell):
    """Real and synthetic features in the hyperbolic plane."""

    def _build(self, session: Session) -> tuple[list[View], Viewable]:
        view = Disk(session)
        return [view], card(view, 560, theme_config=THEME)


class CurvesCell(Cell):
    """Curves over the steps: the loss, the radii, and in percent the clamped features and the accuracy."""

    def _build(self, session: Session) -> tuple[list[View], Viewable]:
        view = Curves(session)
        return [view], card(view, 300, theme_config=THEME)
