// Small plots with the same axes, one for each arm of a study, and under each a button for each of its runs.

const WIDTH = 250, HEIGHT = 150
const FRAME = {left: 34, right: 8, top: 6, bottom: 30}

function shape(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children)
  return made
}

const path = (points) => points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ")

// Where a value of an axis lies on the page, from pixel `first` to pixel `last`.
const scale = ({start, end}, first, last) => (value) => first + (value - start) / (end - start) * (last - first)

export function render({model, el}) {
  const drawn = new Map()
  const place = element("div", {className: "plots"})
  el.append(place)

  const open = (run) => run && model.send_msg({open: run})

  const frame = (axes, x, y) => {
    const parts = []
    const [bottom, right] = [HEIGHT - FRAME.bottom, WIDTH - FRAME.right]
    for (const [value, text] of axes.y.ticks) {
      parts.push(shape("line", {x1: FRAME.left, x2: right, y1: y(value), y2: y(value), class: "grid"}))
      parts.push(shape("text", {x: FRAME.left - 5, y: y(value) + 4, "text-anchor": "end"}, text))
    }
    for (const [value, text] of axes.x.ticks) {
      parts.push(shape("text", {x: x(value), y: bottom + 13, "text-anchor": "middle"}, text))
    }
    parts.push(shape("line", {x1: FRAME.left, x2: right, y1: bottom, y2: bottom, class: "axis"}))
    parts.push(shape("text", {x: (FRAME.left + right) / 2, y: HEIGHT - 4, "text-anchor": "middle"}, axes.x.label))
    return parts
  }

  const curves = (plot, x, y) => {
    const at = ([where, value]) => [x(where), y(value)]
    const {color} = model
    const parts = []
    if (plot.mean.length) {
      const above = plot.mean.map(([where, , , high]) => at([where, high]))
      const below = plot.mean.map(([where, , low]) => at([where, low])).reverse()
      parts.push(shape("polygon", {points: path([...above, ...below]), fill: color, class: "band"}))
    }
    if (plot.control.length) parts.push(shape("polyline", {points: path(plot.control.map(at)), class: "control"}))
    for (const {points} of plot.runs) {
      parts.push(shape("polyline", {points: path(points.map(at)), stroke: color, class: "seed"}))
    }
    if (plot.mean.length) parts.push(shape("polyline", {points: path(plot.mean.map(at)), stroke: color, class: "mean"}))
    for (const {points, about, run} of plot.runs) {
      for (const point of points) {
        const [cx, cy] = at(point)
        const dot = shape("circle", {cx, cy, r: 3.5, fill: color}, shape("title", {}, about))
        dot.addEventListener("click", (event) => {
          event.stopPropagation()
          open(run)
        })
        parts.push(dot)
      }
    }
    return parts
  }

  const make = (label) => {
    const title = element("button", {type: "button", className: "title"})
    const svg = shape("svg", {viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img"})
    const made = {title, svg, about: element("span", {className: "about"}), runs: element("div", {className: "runs"})}
    for (const each of [title, svg]) each.addEventListener("click", () => open(made.run))
    made.root = element("figure", {}, element("figcaption", {}, title, made.about), svg, made.runs)
    return made
  }

  const fill = (made, plot, axes) => {
    made.run = plot.run
    setText(made.title, plot.label)
    made.title.title = plot.run ? `${plot.label}: show the run ${plot.run}` : `${plot.label}: it has no run yet`
    setText(made.about, plot.about)
    const x = scale(axes.x, FRAME.left, WIDTH - FRAME.right)
    const y = scale(axes.y, HEIGHT - FRAME.bottom, FRAME.top)
    made.svg.replaceChildren(...frame(axes, x, y), ...curves(plot, x, y))
    made.svg.setAttribute("aria-label", `Accuracy of ${plot.label}: ${plot.runs.map(({about}) => about).join("; ")}`)
    // Buttons keep their elements while they are updated, so that the focus stays.
    while (made.runs.children.length > plot.runs.length) made.runs.lastChild.remove()
    plot.runs.forEach(({seed, state, about, run}, number) => {
      const known = made.runs.children[number]
      const button = known ?? made.runs.appendChild(element("button", {type: "button"}))
      if (!known) button.addEventListener("click", () => open(button.dataset.run))
      button.dataset.run = run
      button.className = state
      button.disabled = !run
      button.title = button.ariaLabel = about
      setText(button, seed)
    })
  }

  const draw = () => {
    const {plots = [], ...axes} = model.shown
    const labels = new Set(plots.map(({label}) => label))
    for (const [label, made] of drawn) {
      if (!labels.has(label)) {
        made.root.remove()
        drawn.delete(label)
      }
    }
    plots.forEach((plot, number) => {
      if (!drawn.has(plot.label)) drawn.set(plot.label, make(plot.label))
      const made = drawn.get(plot.label)
      fill(made, plot, axes)
      if (place.children[number] !== made.root) place.insertBefore(made.root, place.children[number] ?? null)
    })
  }
  model.on("shown", draw)
  draw()
}
