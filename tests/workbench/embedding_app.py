"""Somebody's own page, with two of our views of the run in ?run=PATH."""

import panel as pn
import panel_material_ui as pmui

from workbench.views.disk import Disk
from workbench.views.image_wall import ImageWall

pn.extension()

run = pn.state.session_args["run"][0].decode()
pn.Column("# Somebody's own page", pmui.TextInput(label="Note"), Disk(run), ImageWall(run)).servable()
