"""A table of facts."""

from collections.abc import Iterable
from html import escape


def facts(rows: Iterable[tuple[str, ...]], heading: tuple[str, ...] = ()) -> str:
    """A table in HTML: in each row a name and values."""
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in heading)
    body = "".join(
        f"<tr><th scope='row'>{escape(name)}</th>{''.join(f'<td>{escape(value)}</td>' for value in values)}</tr>"
        for name, *values in rows
    )
    style = "text-align:left;font-size:13px;border-spacing:10px 2px;margin-left:-10px"
    return f"<table class='facts' style='{style}'>{f'<tr>{head}</tr>' if head else ''}{body}</table>"
