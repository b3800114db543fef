"""Writes pages of HTML that need nothing else, from Jinja templates that escape every text."""

import os
from pathlib import Path
from typing import Any

import jinja2

from hdd.errors import StorageError
from hdd.files import replace_file


def write_page(template: Path, path: str | os.PathLike[str], **content: Any) -> int:
    """Fills a template, and writes the page.

    Args:
        template: file of the template.
        path: of the page.
        content: what the template names; texts are escaped, unless they are `markupsafe.Markup`.

    Returns:
        The size of the page in bytes.

    Raises:
        HDDError: the file cannot be written.
    """
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined)
    text = environment.from_string(template.read_text(encoding="utf-8")).render(content)
    # The name of a file in an old encoding has bytes that are no text.
    page = text.encode(errors="backslashreplace")
    try:
        with replace_file(Path(path)) as partial:
            partial.write_bytes(page)
    except OSError as error:
        raise StorageError(f"The page {path} cannot be written ({error.strerror or error}).") from None
    return len(page)
