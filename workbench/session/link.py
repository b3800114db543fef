"""The line to one browser tab: it says which tab it is, acknowledges frames once painted, and passes on keys.

It also names the run in the tab's address; Panel's own way would make an entry of the history that Back does not undo.
"""

from collections.abc import Callable
from typing import Any

import param
from panel.custom import JSComponent


class Link(JSComponent):
    """An invisible component, one a page.

    Attributes:
        listener: gets {"tab": key}, {"painted": frame} and {"key": name}.
        tab: key of the tab, "" until it has said so.
    """

    frame = param.Integer(0, doc="Number of the newest frame that was sent.")
    run = param.String("", doc="Name of the run, which the address tells, so that a reload or a link shows it again.")

    def __init__(self, **params: Any) -> None:
        super().__init__(width=0, height=0, margin=0, **params)
        self.tab = ""
        self.listener: Callable[[dict[str, Any]], None] | None = None
        self.on_msg(self._heard)

    def copy(self, text: str) -> None:
        """Puts a text on the browser's clipboard, if it lets a page do so."""
        self._send_msg({"copy": text})

    def _heard(self, event: Any) -> None:
        message = event.data
        if "tab" in message:
            self.tab = str(message["tab"])[:64]
        if self.listener is not None:
            self.listener(message)

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
      // The arrows go from button to button of a group.
      if (event.key !== " " && target.closest("[role=group]")) return true
      return ["slider", "combobox", "listbox", "option", "menuitem", "tab", "radio", "switch"].includes(role)
        || (event.key === " " && ["button", "checkbox", "a", "summary"].includes(role))
    }

    // A figure measured before it was laid out throws (panel-material-ui issue 548); it is measured again later.
    for (const name of ["Plot", "Figure"]) {
      const view = Bokeh.Models.get(name)?.prototype.default_view?.prototype
      if (!view || view.patient) continue
      for (const method of ["_measure_layout", "_after_layout"]) {
        const original = view[method]
        view[method] = function () { if (this.layout) original.call(this) }
      }
      view.patient = true
    }

    // Bokeh 3.9 writes each renderer's style sheet again at every paint, and the browser then styles all of the page.
    function keepStyles(sheet) {
      const update = sheet._update
      if (sheet.keeps) return
      sheet._update = function (css) { if (this.el.textContent !== css) update.call(this, css) }
      sheet.keeps = true
    }

    // A menu loses the focus with the entry that was chosen, if that goes away, and hears no Escape any more.
    function closeMenus(root) {
      for (const element of root.querySelectorAll("*")) {
        if (element.matches(".MuiModal-backdrop.MuiBackdrop-invisible")) element.click()
        if (element.shadowRoot) closeMenus(element.shadowRoot)
      }
    }

    export function render({model, view}) {
      keepStyles(Object.getPrototypeOf(view.style))
      const tell = () => requestAnimationFrame(() => model.send_msg({painted: model.frame}))
      model.on("frame", tell)
      const nameRun = () => {
        if (!model.run) return
        const address = new URL(window.location)
        address.searchParams.set("run", model.run)
        history.replaceState(history.state, "", address)
      }
      model.on("run", nameRun)
      nameRun()
      // What changes before all of the page is there, React components miss.
      const begin = () => {
        model.send_msg({tab: tabKey()})
        tell()
      }
      const page = view.model.document
      page.is_idle ? begin() : page.idle.connect(begin)
      model.on("msg:custom", (message) => navigator.clipboard?.writeText(message.copy).catch(() => {}))
      const press = (event) => {
        if (event.key === "Escape" && event.target === document.body) closeMenus(document)
        const key = KEYS[event.key]
        if (!key || taken(event)) return
        event.preventDefault()
        model.send_msg({key})
      }
      document.addEventListener("keydown", press)
      model.on("remove", () => document.removeEventListener("keydown", press))
    }
    """
