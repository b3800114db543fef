// The legend of the classes: a button for each, which shows only that class, and highlights it under the pointer.
//
// model: classes, colors, markers; chosen: labels of the classes that are shown, none for all; colored: whether colours
// are those of the classes; groups: [colour, name] of other groups of points; scale: title, low, high and colours of a
// palette, null if there is none.
const HOVER_MILLISECONDS = 60
const NS = "http://www.w3.org/2000/svg"
const PATHS = {
  circle: "M8 3.2a4.8 4.8 0 1 0 .001 0z",
  triangle: "M8 2.6 13.2 12.4H2.8z",
  inverted_triangle: "M8 13.4 13.2 3.6H2.8z",
  diamond: "M8 2 12.6 8 8 14 3.4 8z",
  plus: "M6.2 2.5h3.6v3.7h3.7v3.6H9.8v3.7H6.2V9.8H2.5V6.2h3.7z",
}
const STYLE = `
  :host {display: block; height: 100%; min-height: 0; container-type: size}
  .legend {display: flex; flex-direction: column; height: 100%; min-height: 0; font: 12px/1.3 Roboto, sans-serif}
  .classes {overflow-y: auto; min-height: 40px; flex: 0 1 auto}
  @container (max-height: 200px) {.classes {display: grid; grid-template-columns: repeat(2, minmax(0, 1fr))}}
  button {display: flex; align-items: center; gap: 5px; width: 100%; padding: 1px 4px; border: 0; border-radius: 4px;
    background: none; color: inherit; font: inherit; text-align: left; cursor: pointer}
  button:hover, button:focus-visible {background: #8089902e}
  button:focus-visible {outline: 2px solid #2f88d6; outline-offset: -2px}
  button span {overflow: hidden; text-overflow: ellipsis; white-space: nowrap}
  .off {opacity: .4}
  .all {justify-content: center; text-decoration: underline}
  svg {flex: none; width: 16px; height: 16px}
  .scale {padding: 4px}
  .bar {height: 10px; border-radius: 2px; margin: 3px 0}
  .ends {display: flex; justify-content: space-between}
  .group {display: flex; gap: 5px; padding: 1px 4px; align-items: center}
  .swatch {width: 10px; height: 10px; border-radius: 2px; margin: 0 3px}
`

const shape = (marker, color) => {
  const svg = document.createElementNS(NS, "svg")
  svg.setAttribute("viewBox", "0 0 16 16")
  svg.setAttribute("aria-hidden", "true")
  const path = document.createElementNS(NS, "path")
  path.setAttribute("d", PATHS[marker] ?? PATHS.circle)
  path.setAttribute("fill", color)
  svg.append(path)
  return svg
}

function scaleOf({title, low, high, colors}) {
  const bar = element("div", {className: "bar"})
  bar.style.background = `linear-gradient(to right, ${colors.join(",")})`
  const ends = element("div", {className: "ends"}, element("span", {}, low), element("span", {}, high))
  const scale = element("div", {className: "scale"}, element("div", {}, title), bar, ends)
  scale.setAttribute("role", "img")
  scale.setAttribute("aria-label", `Colours: ${title}, from ${low} (dark) to ${high} (light)`)
  return scale
}

export function render({model, el}) {
  const list = element("div", {className: "classes"})
  list.setAttribute("role", "group")
  list.setAttribute("aria-label", "Classes: press one to show only it, and others to add them")
  const extra = element("div", {})
  const legend = element("div", {className: "legend"}, extra, list)
  el.append(element("style", {}, STYLE), legend)
  let timer = 0
  const over = (label) => {
    clearTimeout(timer)
    timer = setTimeout(() => model.send_msg({over: label}), HOVER_MILLISECONDS)
  }
  const buttons = model.classes.map((name, label) => {
    const button = element("button", {type: "button", title: name})
    button.addEventListener("click", () => model.send_msg({click: label}))
    for (const event of ["pointerenter", "focus"]) button.addEventListener(event, () => over(label))
    for (const event of ["pointerleave", "blur"]) button.addEventListener(event, () => over(-1))
    return button
  })
  const all = element("button", {type: "button", className: "all"}, "Show all classes")
  all.addEventListener("click", () => model.send_msg({click: -1}))
  list.append(...buttons)
  legend.append(all)
  const update = () => {
    const {classes, colors, markers, chosen, colored, groups, scale} = model
    buttons.forEach((button, label) => {
      const on = chosen.includes(label)
      const color = colored ? colors[label] : "#808890"
      button.replaceChildren(shape(markers[label], color), element("span", {}, classes[label]))
      button.setAttribute("aria-pressed", on)
      button.classList.toggle("off", chosen.length > 0 && !on)
    })
    all.style.display = chosen.length ? "flex" : "none"
    extra.replaceChildren(...(scale ? [scaleOf(scale)] : []), ...groups.map(([color, name]) => {
      const swatch = element("div", {className: "swatch"})
      swatch.style.background = color
      return element("div", {className: "group"}, swatch, element("span", {}, name))
    }))
  }
  for (const name of ["chosen", "colored", "groups", "scale"]) model.on(name, update)
  update()
}
