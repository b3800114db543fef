// An arrow is carried round a triangle, always straight on; it comes back turned by the triangle's area.
function figure(surface, given) {
  const state = {a: [-1.3, -0.8], b: [1.4, -0.7], c: [0.1, 1.5], way: 0, ...given}
  const START = [0.55, 0]
  surface.predict({
    question: "the arrow goes round the triangle and never turns. Which way does it point when it is back at A?",
    choices: ["As before", "Turned by the area", "Turned by 180°"],
    right: 1,
    because:
      "Nothing turned it on the way, and yet it points elsewhere. The angle, in radians, is the area that it went round: that is what curvature means.",
  })
  const corners = () => [state.a, state.b, state.c, state.a]
  // Where the arrow is after a part of the way, 0 to 1, and how far it has turned in the frame of the rays.
  const after = (part) => {
    const at = corners(),
      sides = [0, 1, 2].map((i) => plane.distance(at[i], at[i + 1]))
    let left = part * sides.reduce((p, q) => p + q),
      turn = 0
    for (let i = 0; i < 3; i++) {
      if (left <= sides[i] || i === 2) {
        const share = sides[i] > 0 ? Math.min(left / sides[i], 1) : 0
        const place = plane.exp(at[i], plane.times(share, plane.log(at[i], at[i + 1])))
        return {place, turn: turn + plane.turning(at[i], place)}
      }
      left -= sides[i]
      turn += plane.turning(at[i], at[i + 1])
    }
  }
  surface.picture(
    charts.disk,
    {label: "Poincaré disk", caption: "Move the slider to carry the arrow; drag the corners"},
    (pen) => {
      pen.rim()
      pen.polygon([state.a, state.b, state.c], "soft filled")
      const steps = Math.round(24 * state.way)
      for (let i = 1; i < steps; i++) {
        const {place, turn} = after(i / 24)
        pen.arrow(place, plane.rotate(START, turn), "faint")
      }
      pen.arrow(state.a, START, "blue thick")
      const {place, turn} = after(state.way)
      if (state.way === 1)
        pen.sector(state.a, plane.exp(state.a, START), plane.exp(state.a, plane.rotate(START, turn)), "orange solid")
      pen.arrow(place, plane.rotate(START, turn), "orange thick")
    },
  )
  for (const [key, name] of [
    ["a", "A"],
    ["b", "B"],
    ["c", "C"],
  ]) {
    surface.point({name, label: `Corner ${name}`, look: "ink", get: () => state[key], set: (u) => (state[key] = u)})
  }
  const slider = surface.slider({
    label: "Part of the way",
    min: 0,
    max: 1,
    step: 0.01,
    value: state.way,
    text: (part) => `${Math.round(100 * part)} %`,
    change: (part) => (state.way = part),
  })
  const go = () => {
    state.way = Math.min(1, state.way + 1 / 120)
    slider.set(state.way)
    surface.change()
    if (state.way < 1 && !surface.ended) requestAnimationFrame(go)
  }
  surface.button({
    label: "Carry it round",
    press: () => {
      state.way = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1 : 0
      go()
    },
  })
  surface.onDrawn(() => {
    const area = plane.area(state.a, state.b, state.c),
      {turn} = after(state.way),
      whole = after(1).turn
    surface.showNumbers([
      ["Carried", `${Math.round(100 * state.way)} % of the way`],
      ["Turned when back at A", degrees(Math.abs(whole)), "asked orange"],
      ["Area of the triangle", number(area), "blue"],
      ["… as an angle", degrees(area), "blue"],
    ])
    surface.describe(
      area < 1e-9
        ? "The corners lie on one line: the arrow goes there and back, round no area, and does not turn."
        : state.way < 1 || !surface.revealed
          ? `The arrow is ${Math.round(100 * state.way)} % of the way round the area ${number(area)}.`
          : `Back at A, the arrow is turned by ${degrees(Math.abs(turn))}; the area is ${number(area)}, which is ${degrees(area)}.`,
    )
  })
  return state
}
