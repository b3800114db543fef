"""Views draw real and synthetic images in the hyperbolic plane; see `hdd.projection.views.base.View`.

Each has its own file. The first one is the default.
"""

from hdd.projection.views.base import View
from hdd.projection.views.classes import Classes
from hdd.projection.views.neighbourhoods import Neighbourhoods
from hdd.projection.views.plane import Plane

__all__ = ["VIEWS", "View"]

VIEWS: dict[str, type[View]] = {"neighbourhoods": Neighbourhoods, "plane": Plane, "classes": Classes}
"""All views by name."""
