// A bar between the panes of a row or column, which is dragged, or moved by the arrow keys, to give one of them more
// room. Twice clicked, or with Home, it goes back. The browser keeps where each bar was put.

const LEAST_PIXELS = 200, STEP_PERCENT = 2

export function render({model, view, el}) {
  const isColumn = model.direction === "column"
  const bar = Object.assign(document.createElement("div"), {
    className: "bar", role: "separator", tabIndex: 0, ariaLabel: model.label, title: model.label,
    ariaOrientation: isColumn ? "horizontal" : "vertical", ariaValueMin: 0, ariaValueMax: 100,
  })
  el.append(bar)
  const key = `hdd-divider ${model.label}`
  const before = () => view.el.previousElementSibling
  const after = () => view.el.nextElementSibling
  const extent = (pane) => pane.getBoundingClientRect()[isColumn ? "height" : "width"]
  const whole = () => extent(before()) + extent(after())
  const share = () => 100 * extent(before()) / whole()
  const show = (first, second) => {
    before().style.flex = first
    after().style.flex = second
    for (const pane of [before(), after()]) pane.style[isColumn ? "minHeight" : "minWidth"] = "0"
    bar.ariaValueNow = Math.round(share())
  }
  const put = (percent) => {
    const least = Math.min(50, 100 * LEAST_PIXELS / whole())
    const bounded = Math.min(Math.max(percent, least), 100 - least)
    localStorage.setItem(key, bounded)
    show(`${bounded} 1 0px`, `${100 - bounded} 1 0px`)
  }
  const restore = () => {
    localStorage.removeItem(key)
    show("1 1 0px", model.after ? `0 0 ${model.after}px` : "1 1 0px")
  }
  bar.addEventListener("pointerdown", (event) => {
    event.preventDefault()
    bar.focus()
    bar.setPointerCapture(event.pointerId)
  })
  bar.addEventListener("pointermove", (event) => {
    if (!bar.hasPointerCapture(event.pointerId)) return
    const start = before().getBoundingClientRect()
    put(100 * (isColumn ? event.clientY - start.top : event.clientX - start.left) / whole())
  })
  bar.addEventListener("dblclick", restore)
  bar.addEventListener("keydown", (event) => {
    const [less, more] = isColumn ? ["ArrowUp", "ArrowDown"] : ["ArrowLeft", "ArrowRight"]
    if (event.key === less) put(share() - STEP_PERCENT)
    else if (event.key === more) put(share() + STEP_PERCENT)
    else if (event.key === "Home") restore()
    else return
    event.preventDefault()
    event.stopPropagation()
  })
  let isPlaced = false
  model.on("after_layout", () => {
    if (isPlaced || !before() || !after()) return
    isPlaced = true
    const kept = Number(localStorage.getItem(key))
    if (kept) put(kept)
    else restore()
  })
}
