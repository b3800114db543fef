// One figure in four pictures, which move together.
function figure(surface, given) {
  const state = {a: [-0.9, -0.5], b: [1.1, -0.4], c: [0.1, 1.1], d: [-0.3, 0.2], ...given}
  const RADIUS = 0.5
  const draw = (pen) => {
    pen.rim()
    pen.line(state.a, state.b, "faint")
    pen.circle(state.d, RADIUS, "orange filled")
    pen.polygon([state.a, state.b, state.c], "blue filled thick")
  }
  const options = {size: "half", drags: true}
  surface.picture(
    charts.disk,
    {...options, label: "Poincaré disk", caption: "Poincaré disk: angles and circles are true"},
    draw,
  )
  surface.picture(
    charts.klein,
    {...options, label: "Klein disk", caption: "Klein disk: lines are straight, angles are not true"},
    draw,
  )
  surface.picture(
    charts.half,
    {...options, label: "Upper half-plane", caption: "Half-plane: the line below is infinitely far away"},
    draw,
  )
  const {seen} = charts.hyperboloid
  const ring = (radius, height) =>
    Array.from({length: 49}, (_, i) => {
      const [x, y] = plane.polar(radius, (2 * Math.PI * i) / 48)
      return seen([x, y, height])
    })
  surface.picture(
    charts.hyperboloid,
    {...options, label: "Hyperboloid", caption: "Hyperboloid, and the disk as its shadow seen from below"},
    (pen) => {
      // The sheet itself stays where it is.
      const meridian = (angle) =>
        [0, 0.3, 0.6, 0.9, 1.2, 1.5].map((r) => seen(plane.toHyperboloid(plane.polar(r, angle))))
      pen.polylines([ring(1, 0)], "rim")
      pen.polylines(
        [0.5, 1, 1.5].map((r) => ring(Math.sinh(r), Math.cosh(r))),
        "faint",
      )
      pen.polylines(
        Array.from({length: 8}, (_, k) => meridian((Math.PI * k) / 4)),
        "faint",
      )
      const below = seen([0, 0, -1])
      const moved = [state.a, state.b, state.c, state.d].map((u) => plane.apply(surface.view, u))
      const inDisk = moved.map((u) => seen([...plane.toDisk(u), 0]))
      pen.polylines(
        moved.map((u, i) => [below, inDisk[i], seen(plane.toHyperboloid(u))]),
        "soft thin dashed",
      )
      pen.spots(inDisk, "ink")
      pen.circle(state.d, RADIUS, "orange filled")
      pen.polygon([state.a, state.b, state.c], "blue filled thick")
      pen.text(plane.plus(below, [8, 4]), "(0, 0, −1)", "tiny")
    },
  )
  for (const [key, label] of [
    ["a", "Corner A"],
    ["b", "Corner B"],
    ["c", "Corner C"],
    ["d", "Centre of the circle"],
  ]) {
    surface.point({
      label,
      small: true,
      look: key === "d" ? "orange" : "blue",
      get: () => state[key],
      set: (u) => (state[key] = u),
    })
  }
  surface.button({label: "Back to the middle", press: () => (surface.view = plane.IDENTITY)})
  surface.onDrawn(() => {
    const at = plane.apply(surface.view, state.a)
    const text = (values) => `(${values.map((x) => number(x, 2)).join(", ")})`
    surface.showNumbers([
      ["Corner A, from the middle", number(plane.length(at)), "blue"],
      ["… in the Poincaré disk", text(plane.toDisk(at))],
      ["… in the Klein disk", text(plane.toKlein(at))],
      ["… in the half-plane", text(plane.toHalfPlane(at))],
      ["… on the hyperboloid", text(plane.toHyperboloid(at))],
      ["Area of the triangle", number(plane.area(state.a, state.b, state.c))],
    ])
    surface.describe(
      `Four pictures of one plane: corner A is ${number(plane.length(at))} from the middle in all of them, and the triangle has the area ${number(plane.area(state.a, state.b, state.c))}.`,
    )
  })
  return state
}
