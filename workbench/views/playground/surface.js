// What a figure draws on: linked pictures of the plane with points that are dragged, or moved by the arrow keys, and
// beside them controls, numbers and a question to answer first.
//
// A figure calls picture, point, slider, … once, and is asked to draw whenever something has changed.

const STEP = 0.1, LEAP = 0.5
const GRIP = 26
const FARTHEST = 7
const FARTHEST_VIEW = 24
const QUIET_MILLISECONDS = 350

function make(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties)
  made.append(...children)
  return made
}

const raised = (power) => [...String(power)].map((sign) => "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"["0123456789-".indexOf(sign)]).join("")

// A number in words that fit on a page: never NaN, never 17 digits.
function number(x, digits = 3) {
  if (Number.isNaN(x)) return "undefined"
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞"
  const size = Math.abs(x)
  if (size > 0 && (size >= 1e6 || size < 1e-4)) {
    const [mantissa, exponent] = x.toExponential(1).split("e")
    return `${mantissa}·10${raised(Number(exponent))}`.replace("-", "−")
  }
  return (size >= 1000 ? x.toFixed(0) : Number(x.toPrecision(digits)).toString()).replace("-", "−")
}
const degrees = (angle) => `${((180 / Math.PI) * angle).toFixed(1).replace("-", "−")}°`

function makeSurface(root, words) {
  const pictures = make("div", {className: "pictures"})
  const tools = make("div", {className: "tools"})
  const numbers = make("dl", {className: "numbers"})
  const caption = make("p", {className: "caption", ariaHidden: "true"})
  const spoken = make("p", {className: "spoken", ariaLive: "polite"})
  const aside = make("aside", {}, tools, numbers, caption)
  root.append(
    make("h2", {textContent: words.title}),
    make("p", {className: "notice", textContent: words.notice}),
    make("div", {className: "body"}, pictures, aside), spoken)

  const panels = [], points = []
  let frame = 0, quiet = 0, lastSaid = "", painters = []

  const surface = {
    view: plane.IDENTITY,
    revealed: true,
    // Something has changed: everything is drawn before the next picture of the screen, once.
    change: () => {
      if (!frame) frame = requestAnimationFrame(draw)
    },
    // Called after the pictures are drawn, to say what they show.
    after: (paint) => painters.push(paint),
    tools,
    aside,
    pictures,
    ended: false,
    destroy: () => {
      surface.ended = true
      cancelAnimationFrame(frame)
      clearTimeout(quiet)
    },
  }

  function draw() {
    frame = 0
    for (const panel of panels) {
      panel.pen.start(panel.view ?? surface.view)
      panel.draw(panel.pen)
      panel.pen.end()
    }
    for (const point of points) point.put()
    for (const paint of painters) paint()
  }

  // Numbers, as [name, value, look]; those that a question asks for stay hidden until it is answered.
  surface.tell = (rows) => {
    rows.forEach(([name, value, look = ""], i) => {
      let [term, figure] = [numbers.children[2 * i], numbers.children[2 * i + 1]]
      if (!term) {
        term = numbers.appendChild(make("dt", {}))
        figure = numbers.appendChild(make("dd", {}))
      }
      const shown = look.includes("asked") && !surface.revealed ? "?" : value
      if (term.textContent !== name) term.textContent = name
      if (figure.textContent !== shown) figure.textContent = shown
      if (figure.className !== look) figure.className = term.className = look
    })
    while (numbers.children.length > 2 * rows.length) numbers.lastChild.remove()
  }

  // A sentence on what is shown; read out once things stand still.
  surface.say = (text) => {
    if (text === lastSaid) return
    lastSaid = caption.textContent = text
    clearTimeout(quiet)
    quiet = setTimeout(() => (spoken.textContent = text), QUIET_MILLISECONDS)
  }

  // Pictures

  surface.picture = (chart, options, paint) => {
    const svg = document.createElementNS(SVG, "svg")
    const [width, height] = chart.box
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`)
    svg.setAttribute("role", "group")
    svg.setAttribute("aria-label", options.label ?? chart.name)
    const layer = svg.appendChild(document.createElementNS(SVG, "g"))
    const grips = svg.appendChild(document.createElementNS(SVG, "g"))
    const figure = make("figure", {className: `picture ${options.size ?? ""}`}, svg)
    if (options.caption ?? options.label) figure.append(make("figcaption", {textContent: options.caption ?? options.label}))
    pictures.append(figure)
    const panel = {chart, svg, grips, pen: makePen(layer, chart), draw: paint, ...options}
    panels.push(panel)
    listen(panel)
    surface.change()
    return panel
  }
  surface.repaint = (panel, chart) => {
    panel.chart = chart
    panel.svg.setAttribute("viewBox", `0 0 ${chart.box.join(" ")}`)
    panel.pen = makePen(panel.svg.firstChild, chart)
    surface.change()
  }

  const viewOf = (panel) => panel.view ?? surface.view
  const pixelsOf = (panel, event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(panel.svg.getScreenCTM().inverse())
    return [at.x, at.y]
  }
  // The point under the pointer as the view shows it; outside of the picture, the last point that is inside.
  const seenAt = (panel, pixels, near) => {
    const [width, height] = panel.chart.box
    const inside = (t) => {
      const from = panel.chart.from([width / 2 + t * (pixels[0] - width / 2), height / 2 + t * (pixels[1] - height / 2)], near)
      return from && plane.length(from) <= FARTHEST ? from : null
    }
    const whole = inside(1)
    if (whole) return {point: whole, outside: false}
    let [low, high] = [0, 1]
    for (let i = 0; i < 30; i++) {
      const middle = (low + high) / 2
      if (inside(middle)) low = middle
      else high = middle
    }
    return {point: inside(low), outside: true}
  }
  surface.at = (panel, event, near) => {
    const found = seenAt(panel, pixelsOf(panel, event), near && plane.apply(viewOf(panel), near))
    return found.point && {...found, point: plane.apply(plane.inverse(viewOf(panel)), found.point)}
  }

  function listen(panel) {
    const {svg} = panel
    let dragged = null, from = null
    svg.addEventListener("pointerdown", (event) => {
      const grip = nearest(panel, event)
      if (!grip && !panel.drags && !panel.tap) return
      event.preventDefault()
      svg.setPointerCapture(event.pointerId)
      if (grip) {
        dragged = grip
        grip.grips.get(panel).focus({preventScroll: true})
      } else if (panel.drags) {
        from = seenAt(panel, pixelsOf(panel, event)).point
        svg.classList.add("moving")
      }
      panel.tap?.(event, grip)
    })
    svg.addEventListener("pointermove", (event) => {
      if (!svg.hasPointerCapture(event.pointerId)) {
        svg.classList.toggle("grabs", Boolean(nearest(panel, event)))
        return
      }
      if (dragged) {
        const found = surface.at(panel, event, dragged.get())
        if (!found) return
        dragged.set(found.point)
        surface.outside = found.outside
      } else if (from) {
        const {point} = seenAt(panel, pixelsOf(panel, event), from)
        if (!point) return
        move(panel, plane.carry(from, point))
        from = point
      }
      surface.change()
    })
    const stop = () => {
      dragged = from = null
      surface.outside = false
      svg.classList.remove("moving")
      surface.change()
    }
    svg.addEventListener("pointerup", stop)
    svg.addEventListener("pointercancel", stop)
    if (!panel.drags) return
    svg.tabIndex = 0
    svg.setAttribute("aria-label", `${svg.getAttribute("aria-label")}: the arrow keys move the plane, Home centres it`)
    svg.addEventListener("keydown", (event) => {
      if (event.target !== svg) return
      if (panel.keys?.(event, arrow(event))) {
        event.preventDefault()
        event.stopPropagation()
        return
      }
      const way = arrow(event)
      if (way) move(panel, {by: way, turn: 0})
      else if (event.key === "Home") surface.view = plane.IDENTITY
      else return
      event.preventDefault()
      event.stopPropagation()
      surface.change()
    })
  }
  function move(panel, by) {
    const next = plane.compose(by, viewOf(panel))
    if (plane.length(next.by) > FARTHEST_VIEW) return
    surface.view = next
    surface.moved?.()
  }
  surface.centre = (point) => {
    surface.view = {by: plane.rotate(plane.times(-1, point), surface.view.turn), turn: surface.view.turn}
    surface.moved?.()
    surface.change()
  }

  const arrow = (event) => {
    const way = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]}[event.key]
    return way && plane.times(event.shiftKey ? LEAP : STEP, way)
  }

  // Points that are moved

  // A point with {label, get, set, in}: `in` lists the pictures that show it, all if it is left out.
  surface.point = (options) => {
    const point = {look: "", ...options, grips: new Map(), places: new Map()}
    for (const panel of options.in ?? panels) point.grips.set(panel, grip(point, panel))
    point.put = () => {
      const at = point.get(), isMoved = !point.last || point.last[0] !== at[0] || point.last[1] !== at[1]
      point.last = at
      for (const [panel, node] of point.grips) {
        const [x, y] = panel.chart.to(plane.apply(viewOf(panel), at))
        point.places.set(panel, [x, y])
        node.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`)
        if (!isMoved) continue
        const far = number(plane.length(at))
        node.setAttribute("aria-label", `${point.label}, at distance ${far} from the middle; the arrow keys move it`)
      }
    }
    point.remove = () => {
      for (const node of point.grips.values()) node.remove()
      points.splice(points.indexOf(point), 1)
    }
    points.push(point)
    surface.change()
    return point
  }

  function grip(point, panel) {
    const node = document.createElementNS(SVG, "g")
    node.setAttribute("class", `grip ${point.look}`)
    node.setAttribute("tabindex", "0")
    node.setAttribute("role", "button")
    node.setAttribute("aria-roledescription", "movable point")
    const ring = node.appendChild(document.createElementNS(SVG, "circle"))
    ring.setAttribute("r", 12)
    ring.setAttribute("class", "ring")
    node.appendChild(document.createElementNS(SVG, "circle")).setAttribute("r", point.small ? 4.5 : 6.5)
    if (point.name) {
      const text = node.appendChild(document.createElementNS(SVG, "text"))
      text.setAttribute("x", 11)
      text.setAttribute("y", -9)
      text.setAttribute("class", "label")
      text.textContent = point.name
    }
    node.addEventListener("keydown", (event) => {
      const way = arrow(event)
      if (!way) {
        if (event.key === "Delete" || event.key === "Backspace") point.delete?.()
        return
      }
      event.preventDefault()
      event.stopPropagation()
      const view = viewOf(panel), next = plane.exp(plane.apply(view, point.get()), way)
      surface.outside = plane.length(next) > FARTHEST
      if (!surface.outside) point.set(plane.apply(plane.inverse(view), next))
      surface.change()
    })
    return panel.grips.appendChild(node)
  }

  function nearest(panel, event) {
    const [x, y] = pixelsOf(panel, event)
    // The reach is in pixels of the screen, so that fingers find points in small pictures too.
    const reach = GRIP / (panel.svg.getScreenCTM().a || 1)
    // Of points in one place, the first, so that the edge of a circle of radius 0 can be drawn out again.
    let best = null, closest = Math.min(reach, GRIP)
    for (const point of points) {
      const at = point.places.get(panel)
      const far = at ? Math.hypot(at[0] - x, at[1] - y) : Infinity
      if (far < closest) [best, closest] = [point, far]
    }
    return best
  }

  // Controls

  surface.slider = ({label, min, max, step, value, text = number, change}) => {
    const shown = make("b", {textContent: text(value)})
    const input = make("input", {type: "range", min, max, step, ariaLabel: label})
    input.value = value
    const tell = () => {
      shown.textContent = text(Number(input.value))
      input.setAttribute("aria-valuetext", shown.textContent)
    }
    tell()
    input.addEventListener("input", () => {
      tell()
      change(Number(input.value))
      surface.change()
    })
    tools.append(make("label", {className: "slider"}, make("span", {textContent: label}), shown, input))
    return {
      set: (next) => {
        input.value = next
        tell()
      },
    }
  }
  surface.select = ({label, options, value, change}) => {
    const input = make("select", {ariaLabel: label}, ...options.map(([key, text]) => make("option", {value: key, textContent: text})))
    input.value = value
    input.addEventListener("change", () => {
      change(input.value)
      surface.change()
    })
    tools.append(make("label", {className: "select"}, make("span", {textContent: label}), input))
    return input
  }
  surface.check = ({label, value, change}) => {
    const input = make("input", {type: "checkbox", checked: value})
    input.addEventListener("change", () => {
      change(input.checked)
      surface.change()
    })
    tools.append(make("label", {className: "check"}, input, make("span", {textContent: label})))
  }
  surface.button = ({label, press}) => {
    const button = make("button", {type: "button", textContent: label})
    button.addEventListener("click", () => {
      press()
      surface.change()
    })
    tools.append(button)
    return button
  }

  // A question whose answer is guessed before the numbers are shown: {question, choices, right, because}.
  surface.predict = ({question, choices, right, because}) => {
    surface.revealed = false
    const answer = make("p", {className: "answer", role: "status"})
    const buttons = choices.map((choice, i) => {
      const button = make("button", {type: "button", textContent: choice})
      button.addEventListener("click", () => {
        surface.revealed = true
        buttons.forEach((each, j) => {
          each.setAttribute("aria-pressed", i === j)
          each.classList.toggle("right", j === right)
        })
        answer.textContent = `${i === right ? "Yes." : "Not quite."} ${because}`
        surface.change()
      })
      return button
    })
    const ask = make("div", {className: "choices", role: "group", ariaLabel: question}, ...buttons)
    aside.prepend(make("section", {className: "question"},
      make("p", {}, make("b", {textContent: "Guess first: "}), question), ask, answer))
  }

  return surface
}
