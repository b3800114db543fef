// A triangle: its angles add up to less than 180°, and what is missing is its area.
function figure(surface, given) {
  const state = {a: [0.1, 1.5], b: [-1.5, -0.8], c: [1.5, -0.7], ...given}
  const corners = () => [state.a, state.b, state.c]
  surface.predict({
    question: "make the triangle as large as you can. How small can the sum of its angles become?",
    choices: ["It stays 180°", "Down to 90°", "Down to 0°"],
    right: 2,
    because:
      "Towards the rim all three angles go to 0. The area is 180° minus the sum, in radians, so no triangle is larger than π.",
  })
  surface.picture(charts.disk, {label: "Poincaré disk", caption: "Drag the corners", drags: true}, (pen) => {
    pen.rim()
    const [a, b, c] = corners()
    pen.polygon([a, b, c], "blue filled thick")
    pen.sector(a, b, c, "orange solid")
    pen.sector(b, c, a, "orange solid")
    pen.sector(c, a, b, "orange solid")
  })
  for (const [key, name] of [
    ["a", "A"],
    ["b", "B"],
    ["c", "C"],
  ]) {
    surface.point({name, label: `Corner ${name}`, look: "blue", get: () => state[key], set: (u) => (state[key] = u)})
  }
  surface.button({
    label: "Nearly ideal",
    press: () => {
      for (const [key, at] of [
        ["a", 90],
        ["b", 210],
        ["c", 330],
      ])
        state[key] = plane.polar(6.5, (at / 180) * Math.PI)
      surface.view = plane.IDENTITY
    },
  })
  surface.button({
    label: "Small",
    press: () => {
      for (const [key, at] of [
        ["a", 90],
        ["b", 210],
        ["c", 330],
      ])
        state[key] = plane.polar(0.15, (at / 180) * Math.PI)
      surface.view = plane.IDENTITY
    },
  })
  surface.onDrawn(() => {
    const [a, b, c] = corners(),
      area = plane.area(a, b, c)
    const angles = [plane.angle(a, b, c), plane.angle(b, c, a), plane.angle(c, a, b)]
    const sum = Math.PI - area,
      exists = angles.every((each) => !Number.isNaN(each))
    surface.showNumbers(
      exists
        ? [
            ...angles.map((each, i) => [`Angle at ${"ABC"[i]}`, degrees(each), "asked"]),
            ["Sum of the angles", degrees(sum), "asked orange total"],
            ["Missing to 180°", degrees(area), "asked"],
            ["Area = the same in radians", number(area), "asked blue"],
          ]
        : [],
    )
    surface.describe(
      !exists
        ? "Two corners are the same point, so there is no triangle. Drag them apart."
        : area < 1e-9
          ? "The corners lie on one line: the triangle has no area, and its angles add up to 180°."
          : !surface.revealed
            ? "Guess first; then the angles are shown."
            : `The angles add up to ${degrees(sum)}, which is ${degrees(area)} less than in the flat plane. The area is ${number(area)}, of at most ${number(Math.PI)}.`,
    )
  })
  return state
}
