"""What an audit found about the whole set, in words and as a table."""

from html import escape
from typing import Any

from workbench.core.audit_table import AuditTable

_CELL = "border:0;text-align:left;padding:2px 0;vertical-align:top"
_NUMBER = f"{_CELL};width:1%;text-align:right;white-space:nowrap;padding-left:12px"
_WORDS = "font-size:12px;opacity:0.75"


def verdict_text(table: AuditTable, step: int | None) -> str:
    """What is most important, as one line; `step` is None for a set without steps."""
    problems, warnings = table.count("problem"), table.count("warning")
    found = [f"{problems} with problems"] if problems else []
    found += [f"{warnings} to look into"] if warnings else []
    looked = "" if len(table.images) == table.of else f", of which {len(table.images)} were looked at"
    when = "" if step is None else f"Step {step}, "
    return f"{when}{table.of} images{looked}: {', '.join(found) if found else 'none stands out'}."


def figures_html(table: AuditTable) -> str:
    """The figures beside those of unseen real images, and below what the checks of the set found; names are escaped."""
    rows = [
        f"<tr><td style='{_CELL};width:99%'>{escape(figure['name'])}</td>"
        f"<td style='{_NUMBER}'>{_value(figure)}</td><td style='{_NUMBER}'>{_number(figure['control'])}</td></tr>"
        f"<tr><td colspan='3' style='{_CELL};{_WORDS};padding-bottom:10px'>{escape(figure['words'])}</td></tr>"
        for figure in table.figures
    ]
    titles = ("figure", _CELL), ("set", _NUMBER), ("unseen real", _NUMBER)
    head = "".join(f"<th scope='col' style='{style};font-weight:500'>{title}</th>" for title, style in titles)
    checks = "".join(
        f"<p style='margin:6px 0'><b>{escape(each['check'])}</b>: {escape(each['words'])}</p>"
        for each in table.preflight
        if each["severity"] != "note"
    )
    return (
        f"<div>{checks}<table style='width:100%;border:0;font-size:13px'><tr>{head}</tr>{''.join(rows)}</table></div>"
    )


def _value(figure: dict[str, Any]) -> str:
    value = _number(figure["value"])
    if figure["interval"] is None:
        return value
    low, high = (_number(each) for each in figure["interval"])
    return f"{value}<br><span style='{_WORDS}'>{low} to {high}</span>"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}".replace("-", "−")
