// The keys that the page uses, and when it leaves them to a control.

const KEYS = {" ": "space", ArrowLeft: "left", ArrowRight: "right", Home: "home", End: "end", l: "live", Escape: "escape"}

// Whether a key is taken, so that the page must not use it: the focused control needs it, it is a browser shortcut, or a
// notice covers the page.
function taken(event) {
  const target = event.composedPath()[0]
  if (document.querySelector("dialog:modal") || event.ctrlKey || event.metaKey || event.altKey || !target.matches) return true
  if (target.matches("input, textarea, select, [contenteditable=true]")) return true
  const role = target.getAttribute("role") || target.tagName.toLowerCase()
  // In a group of buttons, the arrow keys move from one button to the next.
  if (event.key !== " " && target.closest("[role=group]")) return true
  return ["slider", "combobox", "listbox", "option", "menuitem", "tab", "radio", "switch"].includes(role)
    || (event.key === " " && ["button", "checkbox", "a", "summary"].includes(role))
}
