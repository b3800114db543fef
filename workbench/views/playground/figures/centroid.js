// Points, their three centroids, and how hard each point pulls.
const KINDS = {
  closed: ["Closed form", "blue", "sinh d: the farthest points pull the most"],
  frechet: ["Fréchet", "green", "d: each point pulls as strongly as it is far"],
}

function figure(surface, given) {
  const state = {
    points: [
      [2.6, 1.0],
      [2.9, -0.4],
      [1.0, 2.6],
      [-2.4, 0.9],
      [0.6, -0.4],
    ],
    kind: "closed",
    reach: 1,
    ...given,
  }
  // A copy, so that other figures still have the points as they were.
  state.points = [...(state.cloud?.real ?? state.points)]
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
    because:
      "Seen from a point near the rim, almost all others lie behind the middle. So the centroid stays far inside: a class whose images lie far out has its root near the middle.",
  })
  // What is drawn and told, once for each change: the centroids, and each point's share of the pull on the chosen one.
  let now = null
  const measure = () => {
    const at = points(),
      means = {closed: plane.centroid(at), frechet: plane.frechet(at), flat: flat(at)}
    const mean = means[state.kind]
    const forces = at.map((u) => plane.distance(mean, u)).map((far) => (state.kind === "closed" ? Math.sinh(far) : far))
    const total = forces.reduce((p, q) => p + q)
    const synthetic = state.cloud?.synthetic.map((u) => plane.times(state.reach, u)) ?? []
    now = {at, means, mean, synthetic, shares: forces.map((force) => (total > 0 ? force / total : 0))}
    if (synthetic.length) now.means.synthetic = plane.centroid(synthetic)
  }
  const WIDTHS = 8
  surface.picture(
    charts.disk,
    {label: "Poincaré disk", caption: "Drag the points; a line is as thick as its point's pull", drags: true},
    (pen) => {
      measure()
      pen.rim()
      const {at, means, mean, shares, synthetic} = now,
        ends = [...at, mean]
      const width = (share) => Math.min(WIDTHS, Math.ceil(16 * share * Math.sqrt(at.length / 5)))
      for (let k = 1; k <= WIDTHS; k++) {
        const pairs = at.flatMap((_, i) => (width(shares[i]) === k ? [[at.length, i]] : []))
        if (pairs.length) pen.segments(ends, pairs, `${KINDS[state.kind][1]} pull${k}`)
      }
      pen.dots(synthetic, "orange")
      for (const [kind, look] of [
        ["synthetic", "orange"],
        ["flat", "violet"],
        ["frechet", "green"],
        ["closed", "blue"],
      ]) {
        if (means[kind]) pen.dots([means[kind]], `huge ${look}`)
      }
      if (!state.cloud) at.forEach((u, i) => pen.label(u, `${Math.round(100 * shares[i])} %`, "tiny centred", [0, 22]))
    },
  )
  state.points.forEach((_, i) => {
    surface.point({
      label: `Point ${i + 1}`,
      look: "ink",
      small: Boolean(state.cloud),
      get: () => plane.times(state.reach, state.points[i]),
      set: (u) => (state.points[i] = plane.times(1 / state.reach, u)),
    })
  })
  surface.slider({
    label: "Radius of all points",
    min: 0.1,
    max: Math.min(3, 12 / most),
    step: 0.05,
    value: state.reach,
    text: (value) => `× ${number(value)}`,
    change: (value) => (state.reach = value),
  })
  surface.select({
    label: "Pulls on",
    value: state.kind,
    options: Object.entries(KINDS).map(([key, [name]]) => [key, `the ${name.toLowerCase()} centroid`]),
    change: (value) => (state.kind = value),
  })
  surface.onDrawn(() => {
    const {at, means, mean, shares} = now,
      strongest = shares.indexOf(Math.max(...shares))
    const away = (kind) => number(plane.length(means[kind]))
    const radii = at.map((u) => plane.length(u)).sort((p, q) => p - q)
    surface.showNumbers([
      ["Median radius of the points", number(radii[Math.floor(radii.length / 2)])],
      ["Closed-form centroid at", away("closed"), "asked blue"],
      ["Fréchet mean at", away("frechet"), "asked green"],
      ["Mean of the disk's coordinates at", away("flat"), "asked violet"],
      ...(means.synthetic ? [["Synthetic centroid at", away("synthetic"), "orange"]] : []),
    ])
    const apart = plane.distance(at[strongest], mean)
    surface.describe(
      apart === 0
        ? "All points are in one place, and so are their centroids: nothing pulls."
        : !surface.revealed
          ? `${state.points.length} points. Guess first; then the centroids are measured.`
          : `${KINDS[state.kind][0]}, ${number(plane.length(mean))} from the middle. The pull is ${KINDS[state.kind][2]}. Point ${strongest + 1} does ${Math.round(100 * shares[strongest])} % of all pulling.`,
    )
  })
  return state
}
