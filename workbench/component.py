"""What every view and control of the workbench is to Panel."""

import panel as pn
from panel.viewable import Viewable


class Component(pn.viewable.Viewer):
    """Goes wherever Panel takes an object; subclasses set `_layout` to what is shown."""

    _layout: Viewable

    def __panel__(self) -> Viewable:
        """What is shown."""
        return self._layout
