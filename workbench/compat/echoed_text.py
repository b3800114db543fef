"""A text shows what it was last told, whatever a browser gives back.

Cause: the effect in Panel's `useState` writes each value that was drawn back to the model. If the server has sent the
    next one meanwhile, the older one replaces it, in the browser and on the server, as if the user had chosen it.
Upstream: not reported; `useState` in https://github.com/holoviz/panel/blob/v1.9.4/panel/models/react_component.ts
Needed for: panel >=1.9.4,<=1.9.4; panel-material-ui >=0.16.6,<=0.16.6
Without it: the words on the page fall back to an earlier state of the run, and stay there.
"""

from typing import Any

from panel.pane import PaneBase


class ToldText:
    """Mixed into a component whose `object` only the server changes."""

    def _process_property_change(self: PaneBase, props: dict[str, Any]) -> dict[str, Any]:
        if "object" in props:
            del props["object"]
            # Sends it again where a browser now has another.
            self.param.trigger("object")
        return super()._process_property_change(props)
