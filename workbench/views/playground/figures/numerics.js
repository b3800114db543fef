// The usual formulas of the distance in float32, beside the one in polar form.
//
// The points lie at radius r, one on the first axis, so that float32 holds their tangent vectors to seven digits however
// near they are. Each formula gets the points in its own coordinates, rounded to float32, and rounds every step.
const F = Math.fround
const FORMULAS = [
  [
    "Lorentz: arcosh(−⟨x, y⟩)",
    "violet",
    (x, y) => {
      const [p, q] = [x, y].map((u) => plane.toHyperboloid(u).map(F))
      return F(Math.acosh(F(F(F(p[2] * q[2]) - F(p[0] * q[0])) - F(p[1] * q[1]))))
    },
  ],
  [
    "Ball: arcosh(1 + 2|x − y|²/…)",
    "orange",
    (x, y) => {
      const [p, q] = [x, y].map((u) => plane.toDisk(u).map(F))
      const square = (u) => F(F(u[0] * u[0]) + F(u[1] * u[1]))
      const apart = square([F(p[0] - q[0]), F(p[1] - q[1])])
      const under = F(F(1 - square(p)) * F(1 - square(q)))
      return F(Math.acosh(F(1 + F(F(2 * apart) / under))))
    },
  ],
  [
    "Ball: 2·artanh|−x ⊕ y|",
    "red",
    (x, y) => {
      const [p, q] = [x, y].map((u) => plane.toDisk(u).map(F))
      const dot = (u, v) => F(F(u[0] * v[0]) + F(u[1] * v[1]))
      const xy = F(-dot(p, q)),
        xx = dot(p, p),
        yy = dot(q, q)
      const left = F(F(1 + F(2 * xy)) + yy),
        right = F(1 - xx)
      const sum = [0, 1].map((i) => F(F(F(left * F(-p[i])) + F(right * q[i])) / F(F(1 + F(2 * xy)) + F(xx * yy))))
      return F(2 * F(Math.atanh(F(Math.hypot(...sum)))))
    },
  ],
  [
    "Polar: half-angle form",
    "green",
    (x, y) => {
      const a = F(Math.hypot(...x)),
        b = F(Math.hypot(...y))
      const w = [F(x[0] - y[0]), F(x[1] - y[1])],
        s = [F(x[0] + y[0]), F(x[1] + y[1])]
      const gap = F(F(F(w[0] * s[0]) + F(w[1] * s[1])) / F(a + b))
      const sine = F(Math.abs(F(F(x[0] * F(y[1] - x[1])) - F(x[1] * F(y[0] - x[0])))) / F(a * b))
      const cosine = F(F(F(x[0] * y[0]) + F(x[1] * y[1])) / F(a * b))
      const half = F(sine / F(2 * F(Math.sqrt(F(F(1 + cosine) / 2)))))
      const radial = F(Math.sinh(F(Math.abs(gap) / 2)))
      const angular = F(F(F(Math.sqrt(F(Math.sinh(a)))) * F(Math.sqrt(F(Math.sinh(b))))) * half)
      return F(2 * F(Math.asinh(F(Math.hypot(radial, angular)))))
    },
  ],
]

function figure(surface, given) {
  const state = {radius: 4, apart: 1, ...given}
  const LEFT = 52,
    WIDE = 480,
    LOW = 318,
    TALL = 270,
    REACH = 40,
    BEST = -8,
    WORST = 1
  surface.predict({
    question:
      "two points at distance 1 move away from the middle. Up to which radius do the usual formulas find their distance in float32?",
    choices: ["9 to 18", "about 90", "any"],
    right: 0,
    because:
      "Near the rim all points round to the same place of the ball, and on the hyperboloid coordinates of size eʳ cancel. The polar form keeps the radius itself, so nothing cancels.",
  })
  const pair = (r) => {
    const half = Math.sinh(state.apart / 2) / Math.sinh(r)
    const angle = 2 * Math.asin(Math.min(1, half))
    return [[F(r), 0], plane.polar(r, angle).map(F)]
  }
  const at = (r) => {
    const [x, y] = pair(r),
      truth = plane.distance(x, y)
    return FORMULAS.map(([, , f]) => {
      const value = f(x, y)
      return {value, error: Number.isFinite(value) ? Math.abs(value / truth - 1) : Infinity, truth}
    })
  }
  const across = (r) => LEFT + (WIDE * (r - 1)) / (REACH - 1)
  const up = (error) => {
    const power = Math.min(Math.max(Math.log10(Math.max(error, 1e-30)), BEST), WORST)
    return LOW - (TALL * (power - BEST)) / (WORST - BEST)
  }
  let curves = [],
    key = null
  const compute = () => {
    if (key === state.apart) return
    key = state.apart
    const radii = Array.from({length: 196}, (_, i) => 1 + 0.2 * i),
      all = radii.map(at)
    curves = FORMULAS.map((_, k) => all.map((each, i) => [across(radii[i]), up(each[k].error)]))
  }
  surface.picture(
    charts.plot(560, 350),
    {
      label: "Relative error over the radius",
      caption: "Relative error over the radius r; at the top: no correct digit, or no number",
      view: plane.IDENTITY,
      size: "wide",
    },
    (pen) => {
      for (const power of [-8, -6, -4, -2, 0]) {
        pen.polylines([[LEFT, LEFT + WIDE].map((x) => [x, up(10 ** power)])], "faint")
        pen.text([LEFT - 8, up(10 ** power) + 4], power ? `10${raised(power)}` : "1", "tiny end")
      }
      for (const r of [1, 10, 20, 30, 40]) pen.text([across(r), LOW + 18], String(r), "tiny centred")
      const x = across(state.radius)
      pen.polylines([[LOW, LOW - TALL - 12].map((y) => [x, y])], "ink thin dashed")
      if (!surface.revealed) return
      compute()
      const now = at(state.radius)
      FORMULAS.forEach(([, look], k) => {
        pen.polylines([curves[k]], look)
        pen.spots([[x, up(now[k].error)]], `large ${look}`)
      })
    },
  )
  surface.slider({
    label: "Radius r",
    min: 1,
    max: REACH,
    step: 0.1,
    value: state.radius,
    change: (value) => (state.radius = value),
  })
  surface.slider({
    label: "Distance of the points",
    min: -3,
    max: 0.3,
    step: 0.05,
    value: Math.log10(state.apart),
    text: (value) => number(10 ** value, 2),
    change: (value) => (state.apart = 10 ** value),
  })
  surface.onDrawn(() => {
    const found = at(state.radius),
      text = ({value}) => (Number.isFinite(value) ? number(value, 7) : "no number")
    surface.showNumbers([
      ["True distance", number(found[0].truth, 7), "total"],
      ...FORMULAS.map(([name, look], k) => [name, text(found[k]), `asked ${look}`]),
    ])
    const wrong = FORMULAS.filter((_, k) => found[k].error > 0.01).map(([name]) => name.split(":")[0])
    surface.describe(
      !surface.revealed
        ? `Two points at radius ${number(state.radius)}, ${number(found[0].truth)} apart. Guess first; then the errors are shown.`
        : wrong.length === 0
          ? `At radius ${number(state.radius)} all formulas are right to within 1 %.`
          : `At radius ${number(state.radius)}, ${wrong.length} of 4 formulas are wrong by more than 1 %; the polar form is off by ${number(found[3].error, 2)}.`,
    )
  })
  return state
}
