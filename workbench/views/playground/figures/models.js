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
  const path = (places) => places.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("")
  surface.picture(
    charts.hyperboloid,
    {...options, label: "Hyperboloid", caption: "Hyperboloid, and the disk as its shadow seen from below"},
    (pen) => {
      // The sheet itself stays where it is.
      pen.pixels(path(ring(1, 0)), "rim")
      for (const r of [0.5, 1, 1.5]) pen.pixels(path(ring(Math.sinh(r), Math.cosh(r))), "faint")
      for (let k = 0; k < 8; k++) {
        const [x, y] = plane.polar(1, (Math.PI * k) / 4)
        pen.pixels(
          path([0, 0.3, 0.6, 0.9, 1.2, 1.5].map((r) => seen([Math.sinh(r) * x, Math.sinh(r) * y, Math.cosh(r)]))),
          "faint",
        )
      }
      for (const u of [state.a, state.b, state.c, state.d]) {
        const moved = plane.apply(surface.view, u),
          [x, y] = plane.toDisk(moved)
        pen.pixels(path([seen([0, 0, -1]), seen([x, y, 0]), seen(plane.toHyperboloid(moved))]), "soft thin dashed")
        pen.pixels(
          `M${seen([x, y, 0])
            .map((each) => each.toFixed(1))
            .join(" ")}h0`,
          "dots ink",
        )
      }
      pen.circle(state.d, RADIUS, "orange filled")
      pen.polygon([state.a, state.b, state.c], "blue filled thick")
      pen.label([0, 0], "(0, 0, −1)", "tiny", plane.minus(plane.plus(seen([0, 0, -1]), [8, 4]), pen.place([0, 0])))
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
}
