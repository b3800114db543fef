"""Questions and texts that come before the page."""

from collections.abc import Callable

import panel_material_ui as pmui


def confirm(page: pmui.Page, title: str, text: str, label: str, action: Callable[[], None]) -> None:
    """Asks before something is dropped."""
    yes = pmui.Button(label=label, variant="contained", color="warning", margin=8)
    no = pmui.Button(label="Cancel", variant="text", margin=8)
    dialog = pmui.Dialog(
        pmui.Typography(text, margin=8), pmui.Row(yes, no), title=title, open=True, close_on_click=True
    )

    def answered(yes: bool) -> None:
        dialog.open = False
        page.main.remove(dialog)
        if yes:
            action()

    yes.on_click(lambda _: answered(True))
    no.on_click(lambda _: answered(False))
    page.main.append(dialog)


def show_text(page: pmui.Page, title: str, note: str, text: str) -> None:
    """Shows a text with a button that copies it."""
    area = pmui.TextAreaInput(label=title, value=text, rows=12, sizing_mode="stretch_width", margin=8)
    copy = pmui.Button(label="Copy", icon="content_copy", variant="contained", margin=8)
    copy.js_on_click(args={"area": area}, code="navigator.clipboard?.writeText(area.data.value)")
    close = pmui.Button(label="Close", variant="text", margin=8)
    dialog = pmui.Dialog(
        pmui.Typography(note, variant="body2", margin=8),
        area,
        pmui.Row(copy, close),
        title=title,
        open=True,
        width_option="md",
    )

    def closed(_: object) -> None:
        dialog.open = False
        page.main.remove(dialog)

    close.on_click(closed)
    page.main.append(dialog)
