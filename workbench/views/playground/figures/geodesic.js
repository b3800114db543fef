// The shortest path between two points, beside the path that is straight on the picture.
function figure(surface, given) {
  const state = {a: [-1.6, -0.5], b: [1.1, -1.5], ...given}
  const straight = () => {
    // The length of the straight line of the picture, from many short pieces.
    const [p, q] = [plane.toDisk(state.a), plane.toDisk(state.b)]
    const at = Array.from({length: 201}, (_, i) =>
      plane.fromDisk(plane.plus(plane.times(1 - i / 200, p), plane.times(i / 200, q))),
    )
    return at.slice(1).reduce((sum, u, i) => sum + plane.distance(at[i], u), 0)
  }
  surface.predict({
    question: "which way from A to B is the shorter one?",
    choices: ["The dashed straight one", "The blue arc"],
    right: 1,
    because:
      "Near the rim every step on the picture is long, so the shortest path bends towards the middle: along a circle that meets the rim at right angles.",
  })
  let whole = false
  surface.picture(charts.disk, {label: "Poincaré disk", caption: "Drag A and B", drags: true}, (pen) => {
    pen.rim()
    if (whole) pen.line(state.a, state.b, "faint")
    const [p, q] = [state.a, state.b].map((u) => plane.toDisk(u))
    pen.path(
      Array.from({length: 41}, (_, i) =>
        plane.fromDisk(plane.plus(plane.times(1 - i / 40, p), plane.times(i / 40, q))),
      ),
      "orange dashed",
    )
    pen.segment(state.a, state.b, "blue thick")
    if (plane.distance(state.a, state.b) > 0.5) {
      pen.label(
        plane.midpoint(state.a, state.b),
        surface.revealed ? number(plane.distance(state.a, state.b)) : "",
        "blue centred",
        [0, -10],
      )
    }
  })
  for (const [key, name] of [
    ["a", "A"],
    ["b", "B"],
  ]) {
    surface.point({name, label: `Point ${name}`, look: "blue", get: () => state[key], set: (u) => (state[key] = u)})
  }
  surface.check({label: "the whole line, from rim to rim", value: false, change: (value) => (whole = value)})
  surface.onDrawn(() => {
    const apart = plane.distance(state.a, state.b),
      long = straight()
    const detour = plane.length(state.a) + plane.length(state.b)
    surface.showNumbers([
      ["Along the arc", number(apart), "asked blue"],
      ["Straight on the picture", number(long), "asked orange"],
      ["By way of the middle", number(detour)],
    ])
    surface.describe(
      surface.outside
        ? "The rim is infinitely far away: a point cannot be put there, or outside of it."
        : apart === 0
          ? "A and B are the same point, so there is no path between them."
          : !surface.revealed
            ? "Guess first; then the lengths are shown."
            : `From A to B it is ${number(apart)}; the straight way is ${number(100 * (long / apart - 1), 2)} % longer, and the way through the middle ${number(100 * (detour / apart - 1), 2)} %.`,
    )
  })
  return state
}
