"""How Sphinx makes the documentation site: `make docs` writes it to build/docs.

The source folder is the whole repository, so that a link between pages, notebooks and pictures works in both places.
`_toc.yml` puts the pages in order. The pages fetch nothing from the network.
"""

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

import hdd.data
from workbench.views.playground import FIGURES, Playground

project = "HDD Workbench"
html_title = project
extensions = ["myst_nb", "sphinx_external_toc", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.napoleon"]
include_patterns = ["*.md", "docs/**", "notebooks/*.ipynb"]
# Sphinx would walk through these folders, which may be large.
exclude_patterns = [".*", "build", "runs"]
external_toc_path = "docs/_toc.yml"
use_multitoc_numbering = False

myst_heading_anchors = 4
nb_execution_mode = "off"
# Nothing in the lessons is a widget, and the scripts for them would come from the network.
nb_ipywidgets_js = {}

# Of the pages that autosummary makes, one for each module, the table of contents knows nothing. The output of a figure
# also asks JupyterLab for a connection to the kernel, in a type that nobody else knows.
suppress_warnings = ["etoc.toctree", "mystnb.unknown_mime_type"]
autodoc_default_options = {"members": True, "show-inheritance": True}
napoleon_use_ivar = True
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
default_role = "code"
add_module_names = False

html_theme = "pydata_sphinx_theme"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_context = {"default_mode": "auto"}
html_show_sourcelink = False
html_copy_source = False
html_theme_options: dict[str, Any] = {
    "header_links_before_dropdown": 8,
    "navbar_align": "left",
    "navbar_persistent": [],
    "navbar_end": ["search-button", "theme-switcher"],
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": [],
    "footer_end": [],
    "show_toc_level": 2,
}


def as_restructured_text(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Docstrings are Markdown: escapes what means something in reStructuredText only, and marks blocks of code."""
    # Without an empty line, napoleon takes what stands before a colon for the type of an attribute.
    made = [""] if what in {"attribute", "data", "property"} else []
    in_text = True
    for line in lines:
        if line.startswith("    ") and in_text and made and not made[-1]:
            made += ["::", ""]
        if line:
            in_text = not line.startswith(" ")
        pieces = line.split("`")
        pieces[::2] = [piece.replace("|", "\\|") for piece in pieces[::2]]
        made.append("`".join(pieces))
    lines[:] = made


def without_fields(app: Sphinx, what: str, name: str, thing: Any, skip: bool, options: Any) -> bool | None:
    """The fields of a named tuple have no docstrings of their own."""
    return True if type(thing).__name__ == "_tuplegetter" else None


def move_figures(app: Sphinx, tree: nodes.document) -> None:
    """Puts the figure itself where a page has the picture of a figure of the playground."""
    for image in list(tree.findall(nodes.image)):
        path = Path(image["uri"])
        if "playground" in path.parts and path.stem in FIGURES:
            figure = nodes.raw("", Playground(path.stem)._repr_html_(), format="html")
            image.parent.replace(image, figure)


def setup(app: Sphinx) -> None:
    """See the documentation of Sphinx."""
    # These are imported when they are first asked for, and Sphinx looks at what is there.
    for name in hdd.data.__all__:
        setattr(hdd.data, name, getattr(hdd.data, name))
    # Before napoleon makes reStructuredText of the sections.
    app.connect("autodoc-process-docstring", as_restructured_text, priority=400)
    app.connect("autodoc-skip-member", without_fields)
    app.connect("doctree-read", move_figures)
