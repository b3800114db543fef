// Points, their three centroids, and how hard each point pulls.
const KINDS = {
  closed: ["Closed form", "blue", "sinh d: the farthest points pull the most"],
  frechet: ["Fréchet", "green", "d: each point pulls as strongly as it is far"],
}

function figure(surface, given) {
  const state = {points: [[2.6, 1.0], [2.9, -0.4], [1.0, 2.6], [-2.4, 0.9], [0.6, -0.4]], kind: "closed", reach: 1, ...given}
  if (state.cloud) state.points = state.cloud.real
  const most = Math.max(...state.points.map((u) => plane.length(u)), 0.1)
  const points = () => state.points.map((u) => plane.times(state.reach, u))
  const flat = (at) => {
    const sum = at.map((u) => plane.toDisk(u)).reduce(plane.plus)
    return plane.fromDisk(plane.times(1 / at.length, sum))
  }
  surface.predict({
    question: "move all points out towards the rim. Where does their centroid go?",
    choices: ["To the rim too", "It stays near the middle"],
    right: 1,
    because: "Seen from a point near the rim, almost all others lie behind the middle. So the centroid stays far inside: a class whose images lie far out has its root near the middle.",
  })
  const centre = () => (state.kind === "closed" ? plane.centroid(points()) : plane.frechet(points()))
  // Each point's share of the pull on the centroid.
  const pulls = (mean) => {
    const forces = points().map((u) => (state.kind === "closed" ? Math.sinh(plane.distance(mean, u)) : plane.distance(mean, u)))
    const total = forces.reduce((p, q) => p + q)
    return forces.map((force) => (total > 0 ? force / total : 0))
  }
  let marks = []
  surface.picture(charts.disk, {label: "Poincaré disk", caption: "Drag the points; a line is as thick as its point's pull", drags: true}, (pen) => {
    pen.rim()
    const at = points(), mean = centre(), shares = pulls(mean), look = KINDS[state.kind][1]
    at.forEach((u, i) => pen.segment(mean, u, `${look} pull${Math.min(8, Math.ceil(16 * shares[i] * Math.sqrt(at.length / 5)))}`))
    if (state.cloud) {
      pen.dots(state.cloud.synthetic.map((u) => plane.times(state.reach, u)), "orange")
      pen.dots([plane.centroid(state.cloud.synthetic.map((u) => plane.times(state.reach, u)))], "orange huge")
    }
    marks = [["flat", flat(at), "violet"], ["frechet", plane.frechet(at), "green"], ["closed", plane.centroid(at), "blue"]]
    for (const [, u, colour] of marks) pen.dots([u], `huge ${colour}`)
    if (!state.cloud) at.forEach((u, i) => pen.label(u, `${Math.round(100 * shares[i])} %`, "tiny centred", [0, 22]))
  })
  state.points.forEach((_, i) => {
    surface.point({label: `Point ${i + 1}`, look: "ink", small: Boolean(state.cloud), get: () => points()[i], set: (u) => (state.points[i] = plane.times(1 / state.reach, u))})
  })
  surface.slider({
    label: "Radius of all points", min: 0.1, max: Math.min(3, 12 / most), step: 0.05, value: state.reach,
    text: (value) => `× ${number(value)}`, change: (value) => (state.reach = value),
  })
  surface.select({
    label: "Pulls on", value: state.kind, options: Object.entries(KINDS).map(([key, [name]]) => [key, `the ${name.toLowerCase()} centroid`]),
    change: (value) => (state.kind = value),
  })
  surface.after(() => {
    const mean = centre(), shares = pulls(mean), strongest = shares.indexOf(Math.max(...shares))
    const away = (name) => number(plane.length(marks.find(([key]) => key === name)[1]))
    const radii = points().map((u) => plane.length(u)).sort((p, q) => p - q)
    surface.tell([
      ["Median radius of the points", number(radii[Math.floor(radii.length / 2)])],
      ["Closed-form centroid at", away("closed"), "asked blue"],
      ["Fréchet mean at", away("frechet"), "asked green"],
      ["Mean of the disk's coordinates at", away("flat"), "asked violet"],
      ...(state.cloud ? [["Synthetic centroid at", number(plane.length(plane.centroid(state.cloud.synthetic.map((u) => plane.times(state.reach, u))))), "orange"]] : []),
    ])
    const apart = plane.distance(points()[strongest], mean)
    surface.say(
      apart === 0 ? "All points are in one place, and so are their centroids: nothing pulls."
      : !surface.revealed ? `${state.points.length} points. Guess first; then the centroids are measured.`
      : `${KINDS[state.kind][0]}, ${number(plane.length(mean))} from the middle. The pull is ${KINDS[state.kind][2]}. Point ${strongest + 1} does ${Math.round(100 * shares[strongest])} % of all pulling.`)
  })
}
