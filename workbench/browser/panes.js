// The buttons of a pane, which it shows while the pointer is over it or the focus is in it: they save its figures as PNG
// or SVG, and maximise it. The key m maximises the pane under the pointer, or the one with the focus; m again or Escape
// restores it.

const PANE = "hdd-pane"
const MAXIMISED = {position: "fixed", inset: "72px 4px 4px", width: "auto", height: "auto", margin: "0", zIndex: "1250"}
const BUTTONS = ".pane-buttons"

function paneOf(event) {
  return event.composedPath().find((each) => each.classList?.contains(PANE))
}

function isWithin(element, pane) {
  for (let at = element; at; at = at.parentNode ?? at.host) if (at === pane) return true
  return false
}

// Saves each figure of a pane as a file.
async function saveFigures(pane, type) {
  const models = Bokeh.documents.flatMap((each) => each.roots()).flatMap((root) => [...root.references()])
  for (const model of models.filter((each) => each.type === "Figure")) {
    const view = Bokeh.index.find_one(model)
    if (!view || !isWithin(view.el, pane)) continue
    download(await view.export(type).to_blob(), `${model.name ?? "figure"}.${type}`)
  }
}

function watchPanes() {
  let pointed = null
  let maximised = null
  const restore = () => {
    Object.assign(maximised.pane.style, maximised.styles)
    name(maximised.pane, "⤢", "Maximise (key m)")
    maximised = null
  }
  const toggle = (pane) => {
    const was = maximised?.pane
    if (maximised) restore()
    if (!pane || pane === was) return
    maximised = {pane, styles: Object.fromEntries(Object.keys(MAXIMISED).map((each) => [each, pane.style[each]]))}
    Object.assign(pane.style, MAXIMISED)
    name(pane, "⤡", "Restore (key m)")
  }
  const name = (pane, sign, text) => {
    const button = pane.shadowRoot.querySelector(BUTTONS)?.lastChild
    if (button) Object.assign(button, {textContent: sign, title: text, ariaLabel: text})
  }
  const add = (pane) => {
    const buttons = document.createElement("div")
    buttons.className = BUTTONS.slice(1)
    // There are only texts at the bottom of a pane, and no controls.
    buttons.style.cssText = "position: absolute; right: 6px; bottom: 4px; display: flex; gap: 4px; opacity: 0;"
      + " border-radius: 4px; backdrop-filter: blur(8px)"
    const actions = [
      ["PNG", "Save as PNG", () => saveFigures(pane, "png")],
      ["SVG", "Save as SVG", () => saveFigures(pane, "svg")],
      ["⤢", "Maximise (key m)", () => toggle(pane)],
    ]
    for (const [textContent, title, act] of actions) {
      const button = Object.assign(document.createElement("button"), {textContent, title, ariaLabel: title})
      button.style.cssText = "height: 24px; padding: 0 6px; border: 0; border-radius: 4px; cursor: pointer; color: inherit;"
        + " font: 500 12px Roboto, Helvetica, Arial, sans-serif; background: rgba(127, 127, 127, 0.2)"
      button.addEventListener("click", act)
      button.addEventListener("focus", () => (buttons.style.opacity = "1"))
      button.addEventListener("blur", () => (buttons.style.opacity = "0"))
      buttons.append(button)
    }
    if (!pane.style.position) pane.style.position = "relative"
    pane.shadowRoot.append(buttons)
  }
  const point = (event) => {
    const pane = paneOf(event)
    if (pane === pointed) return
    const shown = pointed?.shadowRoot.querySelector(BUTTONS)
    if (shown) shown.style.opacity = "0"
    pointed = pane?.shadowRoot ? pane : null
    if (!pointed) return
    if (!pointed.shadowRoot.querySelector(BUTTONS)) add(pointed)
    pointed.shadowRoot.querySelector(BUTTONS).style.opacity = "1"
  }
  const press = (event) => {
    if (event.key === "Escape" && maximised) restore()
    if (event.key === "m" && !taken(event)) toggle(paneOf(event) ?? pointed ?? maximised?.pane)
  }
  // A pointerover between two panes does not leave the shadow tree that holds both.
  document.addEventListener("pointermove", point)
  document.addEventListener("keydown", press)
  return () => {
    document.removeEventListener("pointermove", point)
    document.removeEventListener("keydown", press)
  }
}
