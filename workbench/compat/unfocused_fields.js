// A dialog that asks for a text has the cursor in its field.
//
// Cause: a dialog takes the focus when it opens, and the components in it are drawn later. A field cannot ask for the
//   focus when it is drawn: its component leaves out autoFocus, and listens for the message "focus" only from then on.
// Upstream: not reported; `TextField` is
//   https://github.com/panel-extensions/panel-material-ui/blob/v0.16.6/src/panel_material_ui/widgets/TextField.jsx
// Needed for: panel-material-ui >=0.16.6,<=0.16.6
// Without it: who renames a run by keys must press Tab before typing.
{
  const WAIT_MS = 5000
  const focused = (root) => {
    const element = root.activeElement
    return (element?.shadowRoot && focused(element.shadowRoot)) ?? element
  }
  const field = (root) => {
    for (const element of root.querySelectorAll("*")) {
      const found = element.matches("input[type=text]") ? element : element.shadowRoot && field(element.shadowRoot)
      if (found) return found
    }
    return null
  }
  const look = (until) => {
    const dialog = focused(document)
    // Whoever has moved the focus into the dialog keeps it there.
    const found = dialog?.matches("[role=dialog]") && field(dialog)
    if (found) {
      found.focus()
      found.setSelectionRange(found.value.length, found.value.length)
    } else if (performance.now() < until) requestAnimationFrame(() => look(until))
  }
  if (!document.looksForFields) {
    document.addEventListener("click", () => look(performance.now() + WAIT_MS))
    document.looksForFields = true
  }
}
