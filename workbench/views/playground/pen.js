// Draws points and paths of the plane into an SVG element, through a chart and a view (an isometry).
//
// Elements are kept from one drawing to the next, in the order in which they are drawn, since making them takes time.
const SVG = "http://www.w3.org/2000/svg"

function makePen(layer, chart) {
  let used = 0,
    view = plane.IDENTITY
  const short = (x) => Math.round(10 * Math.min(Math.max(x, -1e5), 1e5)) / 10
  const place = (u) => chart.to(plane.apply(view, u))
  const pathOf = (places, closed) =>
    places.map(([x, y], i) => `${i ? "L" : "M"}${short(x)} ${short(y)}`).join("") + (closed ? "z" : "")
  const element = (tag) => {
    let found = layer.children[used]
    if (found && found.tagName !== tag) {
      const made = document.createElementNS(SVG, tag)
      found.replaceWith(made)
      found = made
    } else if (!found) {
      found = layer.appendChild(document.createElementNS(SVG, tag))
    }
    used++
    return found
  }
  const set = (node, values) => {
    for (const [name, value] of Object.entries(values)) {
      if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value)
    }
  }
  const path = (d, look) => set(element("path"), {d, class: look})
  // Shapes are moved first and sampled then, so that they stay smooth wherever the view is.
  const moved = (u) => plane.apply(view, u)
  const shape = (points, look, closed) => path(pathOf(points.map(chart.to), closed), look)

  const pen = {
    place,
    start: (newView) => {
      used = 0
      view = newView
    },
    end: () => {
      while (layer.children.length > used) layer.lastChild.remove()
    },
    path: (points, look, closed) => path(pathOf(points.map(place), closed), look),
    segment: (u, v, look) => shape(shapes.segment(moved(u), moved(v)), look),
    line: (u, v, look) => shape(shapes.line(moved(u), moved(v)), look),
    circle: (centre, radius, look) => shape(shapes.circle(moved(centre), radius), look, true),
    horocycle: (angle, through, look) => {
      const end = plane.angleOf(moved(plane.polar(40 + plane.length(through), angle)))
      shape(shapes.horocycle(end, moved(through)), look)
    },
    polygon: (corners, look) => {
      const at = corners.map(moved)
      shape(
        at.flatMap((u, i) => shapes.segment(u, at[(i + 1) % at.length])),
        look,
        true,
      )
    },
    // Many segments as one path: pairs of places among the points. Short ones take few steps, and the shortest are left out.
    segments: (points, pairs, look) => {
      const at = [],
        places = []
      const parts = pairs.map(([i, j]) => {
        for (const k of [i, j]) places[k] ??= chart.to((at[k] = moved(points[k])))
        const size = Math.hypot(places[i][0] - places[j][0], places[i][1] - places[j][1])
        if (size < 0.7) return ""
        const steps = Math.min(20, 1 + Math.floor(size / 18))
        return pathOf(steps === 1 ? [places[i], places[j]] : shapes.segment(at[i], at[j], steps).map(chart.to))
      })
      path(parts.join(""), look)
    },
    // What is drawn inside is first moved by an isometry.
    within: (isometry, paint) => {
      const outer = view
      view = plane.compose(view, isometry)
      paint()
      view = outer
    },
    dots: (points, look) => pen.spots(points.map(place), look),
    // In pixels of the picture: lines as one path, dots as one path whose width is their size, and a text.
    polylines: (lines, look) => path(lines.map((places) => pathOf(places)).join(""), look),
    spots: (places, look) => path(places.map(([x, y]) => `M${short(x)} ${short(y)}h0`).join(""), `dots ${look}`),
    text: ([x, y], text, look = "") => {
      const node = element("text")
      set(node, {x: short(x), y: short(y), class: `label ${look}`})
      if (node.textContent !== text) node.textContent = text
    },
    // From u in direction and distance w, with a head.
    arrow: (u, w, look) => {
      const from = moved(u),
        to = moved(plane.exp(u, w))
      const places = shapes.segment(from, to, 12).map(chart.to)
      const [tip, before] = [places.at(-1), places.at(-2)]
      const angle = Math.atan2(tip[1] - before[1], tip[0] - before[0])
      const size = Math.min(9, Math.hypot(tip[0] - places[0][0], tip[1] - places[0][1]))
      const barb = (turn) => [tip[0] - size * Math.cos(angle + turn), tip[1] - size * Math.sin(angle + turn)]
      path(pathOf(places) + pathOf([barb(0.45), tip, barb(-0.45)]), look)
    },
    // The sector of the angle at a corner between the directions to two points.
    sector: (at, u, v, look) => {
      const [p, q, r] = [at, u, v].map(moved)
      const from = plane.side(p, q).direction,
        to = plane.side(p, r).direction
      const turn = Math.atan2(plane.cross(from, to), plane.dot(from, to))
      const radius = Math.min(0.35, 0.45 * Math.min(plane.distance(p, q), plane.distance(p, r)))
      const arc = Array.from({length: 17}, (_, i) =>
        plane.exp(p, plane.times(radius, plane.rotate(from, (turn * i) / 16))),
      )
      shape([p, ...arc], look, true)
    },
    label: (u, text, look, [dx, dy] = [0, 0]) => {
      const [x, y] = place(u)
      pen.text([x + dx, y + dy], text, look)
    },
    rim: () => {
      if (chart.rim) path(chart.rim, "rim")
    },
  }
  return pen
}
