"""All patches of Panel, Bokeh, Material UI and Jupyter, one a file. A test makes sure that there are none elsewhere.

Each file says at its top what is wrong upstream (Cause), where that is reported or in which code it is (Upstream), for
which versions the patch was checked (Needed for), and what a user would notice without it (Without it). Each patch has
a test that fails once the library no longer needs the patch. Another test fails when a version is installed for which
the patches have not been checked.

Patches that are applied once are applied here: by `in_process` in the server, and by the files of `PAGE` in a page. The
others are parts that views and notebooks use in place of a library's own.
"""

from pathlib import Path

from workbench.compat.bundle_paths import keep_paths
from workbench.compat.busy_count import count_nothing
from workbench.compat.grown_pages import look_only_at_new
from workbench.compat.message_order import keep_order
from workbench.compat.nagle import send_at_once
from workbench.compat.property_defaults import keep_defaults
from workbench.compat.session_remains import note_components
from workbench.compat.shared_parameters import share_parameters

HERE = Path(__file__).parent

PAGE = tuple(
    HERE / name
    for name in (
        "native_modules.js",
        "unlaid_figures.js",
        "rewritten_styles.js",
        "styled_canvases.js",
        "open_menus.js",
        "unfocused_fields.js",
        "late_children.js",
        "late_columns.js",
        "drawn_values.js",
        "held_drags.js",
    )
)
"""The JavaScript files that patch the libraries of a page, best before it makes its components."""


def in_process() -> None:
    """Patches the libraries of this process; calling it again changes nothing."""
    keep_order()
    send_at_once()
    keep_defaults()
    keep_paths()
    count_nothing()
    note_components()
    share_parameters()
    look_only_at_new()
