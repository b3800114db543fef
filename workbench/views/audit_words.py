"""What an audit found about the whole set, in words and as a table."""

from collections.abc import Mapping
from html import escape
from typing import Any

from workbench.core.audit_table import AuditTable

_ROW = "display:flex;gap:12px;align-items:baseline"
_NUMBER = "width:66px;text-align:right;white-space:nowrap"
_WORDS = "font-size:12px;opacity:0.75"


def verdict_text(table: AuditTable, step: int | None) -> str:
    """What is most important, as one line; `step` is None for a set without steps."""
    problems, warnings = table.count("problem"), table.count("warning")
    found = [f"{problems} with problems"] if problems else []
    found += [f"{warnings} to look into"] if warnings else []
    looked = "" if len(table.images) == table.of else f", of which {len(table.images)} were looked at"
    when = "" if step is None else f"Step {step}, "
    return f"{when}{table.of} images{looked}: {', '.join(found) if found else 'none stands out'}."


def figures_html(table: AuditTable, beside: tuple[str, Mapping[str, float | None]] | None = None) -> str:
    """The figures beside those of unseen real images, and below what the checks of the set found; names are escaped.

    Args:
        table: of the audit.
        beside: what another audit is of, and its figures by name; None shows no other.
    """
    name, others = beside or ("", {})

    def other_value(figure: str) -> str:
        return f"<span style='{_NUMBER}'>{_number(others.get(figure))}</span>" if beside else ""

    rows = [
        f"<div style='{_ROW}'><span style='flex:1'>{escape(figure['name'])}</span>"
        f"<span style='{_NUMBER}'>{_value(figure)}</span>"
        f"<span style='{_NUMBER}'>{_number(figure['control'])}</span>{other_value(figure['name'])}</div>"
        f"<div style='{_WORDS};margin-bottom:10px'>{escape(figure['words'])}</div>"
        for figure in table.figures
    ]
    other = f"<span style='{_NUMBER};white-space:normal;overflow-wrap:anywhere'>{escape(name)}</span>" if beside else ""
    head = (
        f"<div style='{_ROW};font-weight:500;margin-bottom:4px'><span style='flex:1'>figure</span>"
        f"<span style='{_NUMBER}'>set</span><span style='{_NUMBER}'>unseen real</span>{other}</div>"
    )
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
