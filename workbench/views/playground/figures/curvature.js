// The same lengths in planes of different curvature, from strongly curved to flat.
function figure(surface, given) {
  const state = {curvature: -1, a: [0, 1.3], b: [-1.15, -0.7], c: [1.15, -0.7], ...given}
  const RADIUS = 2,
    SCALE = 72
  // The flat plane is the limit: at this curvature nothing on the picture differs from it.
  const root = () => Math.sqrt(Math.max(-state.curvature, 1e-8))
  const isFlat = () => state.curvature > -1e-6
  const scaled = (u) => plane.times(root(), u)
  surface.predict({
    question: "lengths stay as they are, and the curvature goes to 0. What becomes of the sum of the angles?",
    choices: ["It goes to 0°", "It goes to 180°", "It stays"],
    right: 1,
    because:
      "Where a figure is small against 1/√|K|, the plane looks flat. So features whose √|K|·radius is small live in a nearly flat space, whatever K is.",
  })
  const panel = surface.picture(
    charts.curved(root(), SCALE),
    {label: "Disk of that curvature", caption: "Lengths near the middle are true; drag the corners"},
    (pen) => {
      pen.rim()
      pen.circle([0, 0], root() * RADIUS, "orange dashed")
      pen.polygon([state.a, state.b, state.c].map(scaled), "blue filled thick")
      pen.label([0, 0], "circle of radius 2", "orange tiny centred", [
        0,
        -SCALE * (2 / root()) * Math.tanh((root() * RADIUS) / 2) - 6,
      ])
    },
  )
  const repaint = () => surface.setChart(panel, charts.curved(root(), SCALE))
  surface.slider({
    label: "Curvature K",
    min: -4,
    max: 0,
    step: 0.05,
    value: state.curvature,
    text: (value) => number(value),
    change: (value) => {
      state.curvature = value
      repaint()
    },
  })
  for (const [key, name] of [
    ["a", "A"],
    ["b", "B"],
    ["c", "C"],
  ]) {
    surface.point({
      name,
      label: `Corner ${name}`,
      look: "blue",
      get: () => scaled(state[key]),
      set: (u) => (state[key] = plane.times(1 / root(), u)),
    })
  }
  surface.onDrawn(() => {
    const [a, b, c] = [state.a, state.b, state.c].map(scaled),
      area = plane.area(a, b, c)
    const around = (2 * Math.PI * Math.sinh(root() * RADIUS)) / root()
    surface.showNumbers([
      ["Curvature radius 1/√|K|", isFlat() ? "∞" : number(1 / root())],
      ["Sum of the angles", degrees(Math.PI - area), "asked blue"],
      ["Area of the triangle", number(area / root() ** 2), "blue"],
      ["Circle of radius 2", number(around), "orange"],
      ["… in the flat plane", number(2 * Math.PI * RADIUS)],
    ])
    surface.describe(
      isFlat()
        ? `K = 0 is the flat plane: the angles add up to 180°, and the circle is ${number(around)} long.`
        : `At K = ${number(state.curvature)} the circle of radius 2 is ${number(around / (2 * Math.PI * RADIUS))} times as long as in the flat plane` +
            (surface.revealed ? `, and the angles add up to ${degrees(Math.PI - area)}.` : "."),
    )
  })
  return state
}
