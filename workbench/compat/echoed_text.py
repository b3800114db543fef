"""A text keeps the value that the server set last, whatever a browser sends back.

Cause: the effect in Panel's `useState` writes each value that was drawn back to the model. If the server has sent a
    newer value meanwhile, the older one replaces it, in the browser and on the server, as if the user had chosen it.
Upstream: not reported; `useState` in https://github.com/holoviz/panel/blob/v1.9.4/panel/models/react_component.ts
Needed for: panel >=1.9.4,<=1.9.4; panel-material-ui >=0.16.6,<=0.16.6
Without it: texts on the page fall back to an earlier state of the run, and stay there.
"""

from typing import Any

from panel.pane import PaneBase


class ServerText:
    """A mixin for a component whose `object` is only changed by the server."""

    def _process_property_change(self: PaneBase, props: dict[str, Any]) -> dict[str, Any]:  # pyright: ignore[reportGeneralTypeIssues]
        if "object" in props:
            del props["object"]
            # This sends the server's value again to a browser that now has another one.
            self.param.trigger("object")
        return super()._process_property_change(props)  # pyright: ignore[reportAttributeAccessIssue]
