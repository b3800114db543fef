"""The line to one browser tab: it says which tab it is, acknowledges frames once painted, and passes on keys."""

import param
from panel.custom import JSComponent


class Link(JSComponent):
    """An invisible component; `on_msg` gets {"tab": key}, {"painted": frame} and {"key": name}."""

    frame = param.Integer(0, doc="Number of the newest frame that was sent.")

    _esm = """
    const KEYS = {" ": "space", ArrowLeft: "left", ArrowRight: "right", Home: "home", End: "end", l: "live"}

    // A key of this tab that survives a reload. crypto.randomUUID is missing on pages without TLS.
    function tabKey() {
      let key = sessionStorage.getItem("hdd-tab")
      if (!key) {
        key = Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(16)).join("")
        sessionStorage.setItem("hdd-tab", key)
      }
      return key
    }

    // Keys that a focused control needs stay with it.
    function taken(event) {
      const target = event.composedPath()[0]
      if (event.ctrlKey || event.metaKey || event.altKey || !target.matches) return true
      if (target.matches("input, textarea, select, [contenteditable=true]")) return true
      const role = target.getAttribute("role") || target.tagName.toLowerCase()
      return ["slider", "combobox", "listbox", "option", "menuitem", "tab", "radio", "switch"].includes(role)
        || (event.key === " " && ["button", "checkbox", "a", "summary"].includes(role))
    }

    export function render({model}) {
      model.send_msg({tab: tabKey()})
      model.on("frame", () => requestAnimationFrame(() => model.send_msg({painted: model.frame})))
      const press = (event) => {
        const key = KEYS[event.key]
        if (!key || taken(event)) return
        event.preventDefault()
        model.send_msg({key})
      }
      document.addEventListener("keydown", press)
      model.on("remove", () => document.removeEventListener("keydown", press))
    }
    """
