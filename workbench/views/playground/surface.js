// What a figure draws on: linked pictures of the plane, with points that are dragged, or moved by the arrow keys.
//
// A figure calls picture, point, slider, … once, and is asked to draw whenever something has changed.

// How far an arrow key moves a point, and with the shift key.
const STEP = 0.1
const LEAP = 0.5
// Pixels from a point within which the pointer takes hold of it.
const REACH = 26
// Distance from the middle of the picture to which points can be dragged, and the plane.
const FARTHEST = 7
const FARTHEST_VIEW = 24

function makeSurface(root, words) {
  const pictures = make("div", {className: "pictures"})
  const aside = make("aside", {})
  const notice = make("p", {className: "notice", textContent: words.notice})
  root.append(
    make("h2", {textContent: words.title}),
    notice,
    make("div", {className: "body"}, pictures, aside),
  )

  const panels = []
  const points = []
  let frame = 0
  const listeners = []

  // Something has changed: everything is drawn before the next picture of the screen, once.
  const change = () => {
    if (!frame) frame = requestAnimationFrame(draw)
  }
  const surface = Object.assign(makeControls(aside, change), {
    // An isometry: how the plane is moved before it is drawn.
    view: plane.IDENTITY,
    // Whether the pointer is outside of the plane.
    outside: false,
    // Whether the figure is no longer shown.
    ended: false,
    change,
    // Called when the plane was moved by hand, if a figure sets it.
    moved: null,
    // Calls a function after the pictures are drawn.
    onDrawn: (listener) => listeners.push(listener),
    destroy: () => {
      surface.ended = true
      cancelAnimationFrame(frame)
      surface.end()
    },
  })

  function draw() {
    frame = 0
    // What there is to notice would give the answer away. Its place is kept, so that nothing jumps.
    notice.style.visibility = surface.revealed ? "" : "hidden"
    for (const panel of panels) {
      panel.pen.start(panel.view ?? surface.view)
      panel.draw(panel.pen)
      panel.pen.end()
    }
    for (const point of points) point.put()
    for (const listener of listeners) listener()
  }

  // Pictures

  // A picture through a chart, drawn by `paint`, which is given a pen. Options:
  //   label, caption: for screen readers, and below it; size: "pair", "half", "strip" or "wide", as in the style sheet;
  //   drags: whether its background moves the plane; view: an isometry of its own, instead of that of the surface;
  //   tap(event, point): called when it is pressed, with the point that is there;
  //   keys(event, way): called when it has the focus, with the way of an arrow key; true if it has used the key.
  surface.picture = (chart, options, paint) => {
    const svg = document.createElementNS(SVG, "svg")
    const [width, height] = chart.box
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`)
    svg.setAttribute("role", "group")
    svg.setAttribute("aria-label", options.label ?? chart.name)
    const layer = svg.appendChild(document.createElementNS(SVG, "g"))
    const handles = svg.appendChild(document.createElementNS(SVG, "g"))
    const figure = make("figure", {className: `picture ${options.size ?? ""}`}, svg)
    if (options.caption ?? options.label)
      figure.append(make("figcaption", {textContent: options.caption ?? options.label}))
    pictures.append(figure)
    const panel = {chart, svg, handles, pen: makePen(layer, chart), draw: paint, ...options}
    panels.push(panel)
    followPointer(panel)
    surface.change()
    return panel
  }
  surface.setChart = (panel, chart) => {
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
      const from = panel.chart.from(
        [width / 2 + t * (pixels[0] - width / 2), height / 2 + t * (pixels[1] - height / 2)],
        near,
      )
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
  // The point of the plane under the pointer, and whether the pointer is outside; null if there is none.
  surface.at = (panel, event, near) => {
    const found = seenAt(panel, pixelsOf(panel, event), near && plane.apply(viewOf(panel), near))
    return found.point && {...found, point: plane.apply(plane.inverse(viewOf(panel)), found.point)}
  }

  function followPointer(panel) {
    const {svg} = panel
    let dragged = null,
      from = null
    svg.addEventListener("pointerdown", (event) => {
      // Neither a second finger nor another button of the mouse drags.
      if (!event.isPrimary || event.button) return
      const point = nearest(panel, event)
      if (!point && !panel.drags && !panel.tap) return
      event.preventDefault()
      svg.setPointerCapture(event.pointerId)
      if (point) {
        dragged = point
        point.handles.get(panel).focus({preventScroll: true})
      } else if (panel.drags) {
        from = seenAt(panel, pixelsOf(panel, event)).point
        svg.classList.add("moving")
      }
      panel.tap?.(event, point)
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
  // Moves the plane so that a point is in the middle.
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

  // A point that get() gives and set(u) moves. `label` is for screen readers, `name` stands beside it, `look` is its colour,
  // `in` lists the pictures that show it, all if it is left out, and delete() is called for the key of that name.
  surface.point = (options) => {
    const point = {look: "", ...options, handles: new Map(), places: new Map()}
    for (const panel of options.in ?? panels) point.handles.set(panel, handle(point, panel))
    point.put = () => {
      const at = point.get(),
        isMoved = !point.last || point.last[0] !== at[0] || point.last[1] !== at[1]
      point.last = at
      for (const [panel, node] of point.handles) {
        const [x, y] = panel.chart.to(plane.apply(viewOf(panel), at))
        point.places.set(panel, [x, y])
        node.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`)
        if (!isMoved) continue
        const far = number(plane.length(at))
        node.setAttribute("aria-label", `${point.label}, at distance ${far} from the middle; the arrow keys move it`)
      }
    }
    point.remove = () => {
      for (const node of point.handles.values()) node.remove()
      points.splice(points.indexOf(point), 1)
    }
    points.push(point)
    surface.change()
    return point
  }

  function handle(point, panel) {
    const node = document.createElementNS(SVG, "g")
    node.setAttribute("class", `handle ${point.look}`)
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
      const view = viewOf(panel),
        next = plane.exp(plane.apply(view, point.get()), way)
      surface.outside = plane.length(next) > FARTHEST
      if (!surface.outside) point.set(plane.apply(plane.inverse(view), next))
      surface.change()
    })
    return panel.handles.appendChild(node)
  }

  function nearest(panel, event) {
    const [x, y] = pixelsOf(panel, event)
    // The reach is in pixels of the screen, so that fingers find points in small pictures too.
    const reach = REACH / (panel.svg.getScreenCTM().a || 1)
    // Of points in one place, the first, so that the edge of a circle of radius 0 can be drawn out again.
    let best = null,
      closest = Math.min(reach, REACH)
    for (const point of points) {
      const at = point.places.get(panel)
      const far = at ? Math.hypot(at[0] - x, at[1] - y) : Infinity
      if (far < closest) [best, closest] = [point, far]
    }
    return best
  }

  return surface
}
