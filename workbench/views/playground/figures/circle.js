// A circle: its circumference grows as e^r, and nearly all of its area lies close to its edge.
function figure(surface, given) {
  const state = {centre: [0, 0], edge: [1.6, 0], ...given}
  const radius = () => plane.distance(state.centre, state.edge)
  surface.predict({
    question: "in the flat plane, a circle of twice the radius is twice as long. From radius 2 to 4, it is here …",
    choices: ["twice as long", "4 times", "more than 7 times"],
    right: 2,
    because:
      "The circumference is 2π·sinh r, which is nearly π·eʳ: each further unit of radius multiplies it by 2.7. There is room for a tree.",
  })
  const disk = surface.picture(
    charts.disk,
    {label: "Poincaré disk", caption: "Drag the centre, or the edge", drags: true},
    (pen) => {
      pen.rim()
      const r = radius()
      for (let ring = 1; ring < Math.min(r, 8); ring++) pen.circle(state.centre, ring, "faint")
      pen.circle(state.centre, r, "blue filled thick")
      pen.segment(state.centre, state.edge, "orange")
    },
  )
  // Lengths over the radius, on a scale of powers of ten.
  const LONGEST = 7,
    LEFT = 44,
    WIDE = 340,
    LOW = 152,
    TALL = 136
  const across = (r) => LEFT + (WIDE * r) / LONGEST
  const up = (size) => LOW - (TALL * (Math.log10(Math.max(size, 0.1)) + 1)) / 5
  const radii = Array.from({length: 141}, (_, i) => LONGEST * (i / 140) ** 2)
  const curve = (length) => [radii.map((r) => [across(r), up(length(r))])]
  const around = (r) => 2 * Math.PI * Math.sinh(r)
  surface.picture(charts.plot(400, 180), {label: "Circumference over the radius", size: "strip"}, (pen) => {
    for (const size of [0.1, 1, 10, 100, 1000, 10000]) {
      pen.polylines([[LEFT, LEFT + WIDE].map((x) => [x, up(size)])], "faint")
      pen.text([LEFT - 6, up(size) + 4], size > 10 ? `10${raised(Math.log10(size))}` : String(size), "tiny end")
    }
    for (const r of [0, 1, 2, 3, 4, 5, 6, 7]) pen.text([across(r), LOW + 16], String(r), "tiny centred")
    pen.polylines(
      curve((r) => 2 * Math.PI * r),
      "soft dashed",
    )
    pen.text([across(6.9), up(2 * Math.PI * 6.9) - 7], "flat: 2π·r", "tiny end")
    // What is asked for is shown after the guess.
    if (!surface.revealed) return
    pen.polylines(curve(around), "blue thick")
    pen.polylines(
      curve((r) => Math.PI * Math.exp(r)),
      "orange dashed",
    )
    pen.text([across(5.6), up(around(5.6)) - 8], "2π·sinh r", "blue end tiny")
    pen.text([across(0.1), up(Math.PI) - 8], "π·eʳ", "orange tiny")
    const shown = Math.min(radius(), LONGEST)
    if (shown > 0) pen.spots([[across(shown), up(around(shown))]], "large ink")
  })
  surface.point({
    name: "",
    label: "Edge of the circle",
    look: "orange",
    in: [disk],
    get: () => state.edge,
    set: (u) => (state.edge = u),
  })
  surface.point({
    name: "",
    label: "Centre",
    look: "blue",
    in: [disk],
    get: () => state.centre,
    set: (u) => {
      // The circle goes with its centre.
      const r = radius(),
        angle = plane.angleOf(plane.log(state.centre, state.edge))
      state.centre = u
      state.edge = plane.exp(u, plane.polar(r, angle))
    },
  })
  surface.onDrawn(() => {
    const r = radius(),
      length = around(r),
      area = 4 * Math.PI * Math.sinh(r / 2) ** 2
    const inner = 4 * Math.PI * Math.sinh(Math.max(r - 1, 0) / 2) ** 2
    surface.showNumbers([
      ["Radius r", number(r), "orange"],
      ["Circumference", number(length), "asked blue"],
      ["… of a flat circle", number(2 * Math.PI * r)],
      ["Area within 1 of the edge", area > 0 ? `${number(100 * (1 - inner / area), 3)} %` : "–", "asked"],
    ])
    surface.describe(
      r === 0
        ? "A circle of radius 0 is a point. Drag its edge away from the centre."
        : surface.outside
          ? "The rim is infinitely far away: a circle cannot reach it."
          : !surface.revealed
            ? "Guess first; then the lengths are shown."
            : `The circle of radius ${number(r)} is ${number(length)} long, ${number(Math.sinh(r) / r)} times as long as in the flat plane.`,
    )
  })
  return state
}
