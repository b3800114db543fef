// The keys that the page answers to, and those that it leaves to a control.

const KEYS = {" ": "space", ArrowLeft: "left", ArrowRight: "right", Home: "home", End: "end", l: "live"}

// Whether a key is not for the page: a focused control needs it, or it is a shortcut of the browser.
function taken(event) {
  const target = event.composedPath()[0]
  if (event.ctrlKey || event.metaKey || event.altKey || !target.matches) return true
  if (target.matches("input, textarea, select, [contenteditable=true]")) return true
  const role = target.getAttribute("role") || target.tagName.toLowerCase()
  // The arrows go from button to button of a group.
  if (event.key !== " " && target.closest("[role=group]")) return true
  return ["slider", "combobox", "listbox", "option", "menuitem", "tab", "radio", "switch"].includes(role)
    || (event.key === " " && ["button", "checkbox", "a", "summary"].includes(role))
}
