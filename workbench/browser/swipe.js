// Two pictures, one on top of the other, with a handle between them: left of it is the one before, right of it the one after.

const STYLE = `
  :host { display: block }
  .frame { position: relative; line-height: 0; border-radius: 4px; overflow: hidden; touch-action: none }
  img { width: 100%; image-rendering: pixelated; user-select: none }
  .after { position: absolute; inset: 0 }
  .line { position: absolute; top: 0; bottom: 0; width: 2px; margin-left: -1px; background: #fff;
    box-shadow: 0 0 0 1px #0008; pointer-events: none }
  input { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; opacity: 0; cursor: ew-resize }
  .frame:focus-within { outline: 2px solid #2f88d6; outline-offset: 2px }
  .words { display: flex; justify-content: space-between; font: 12px/1.6 Roboto, sans-serif; opacity: 0.8 }
`

export function render({model, el}) {
  const before = element("img", {alt: "", draggable: false}), after = element("img", {alt: "", className: "after", draggable: false})
  const line = element("div", {className: "line"})
  const handle = element("input", {type: "range", min: 0, max: 100, value: 50})
  const left = element("span"), right = element("span")
  const place = () => {
    const share = Number(handle.value)
    after.style.clipPath = `inset(0 0 0 ${share}%)`
    line.style.left = `${share}%`
    handle.ariaValueText = `${share} % ${model.before_name}, ${100 - share} % ${model.after_name}`
  }
  const draw = () => {
    before.src = model.before
    after.src = model.after
    setText(left, model.before_name)
    setText(right, model.after_name)
    handle.ariaLabel = `Where ${model.before_name} ends and ${model.after_name} begins`
    place()
  }
  handle.addEventListener("input", place)
  el.append(
    element("style", {textContent: STYLE}),
    element("div", {className: "frame"}, before, after, line, handle),
    element("div", {className: "words"}, left, right),
  )
  model.on(["before", "after", "before_name", "after_name"], draw)
  draw()
}
