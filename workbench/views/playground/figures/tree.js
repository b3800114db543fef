// A tree in the hyperbolic disk beside the same tree in the flat plane, with the distortion of both.
function figure(surface, given) {
  const state = {branching: 2, depth: 5, edge: 1, ...given}
  const MOST = 400,
    SWEEPS = 80
  let hyperbolic = null,
    flat = null,
    drawn = "",
    flatKey = ""
  surface.predict({
    question: "in which plane can a tree with many leaves keep all its distances?",
    choices: ["In the flat one", "In the hyperbolic one", "In both"],
    right: 1,
    because:
      "Leaves grow as a power of the depth. So does the circumference of a hyperbolic circle, but that of a flat one grows only in proportion; there the leaves get too close.",
  })
  const size = (depth) => (state.branching ** (depth + 1) - 1) / (state.branching - 1)
  const depth = () => {
    let deep = state.depth
    while (size(deep) > MOST) deep--
    return deep
  }
  // How much distances differ from those in the tree: {mean, worst} of the ratios, once they are 1 on average.
  const distortion = (hops, apart) => {
    let sum = 0,
      count = 0,
      low = Infinity,
      high = 0
    const ratios = []
    for (let i = 1; i < hops.length; i++) {
      for (let j = 0; j < i; j++) {
        const ratio = apart(i, j) / hops[i][j]
        ratios.push(ratio)
        sum += ratio
        count++
        low = Math.min(low, ratio)
        high = Math.max(high, ratio)
      }
    }
    const mean = sum / count
    return {mean: ratios.reduce((total, ratio) => total + Math.abs(ratio / mean - 1), 0) / count, worst: high / low}
  }
  // The flat tree begins as rays and circles. Then each node in turn goes where the others, the nearest most, want it.
  const layOut = (tree, hops) => {
    const at = tree.points.map((u, i) => plane.polar(tree.level[i], plane.angleOf(u)))
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
      for (let i = 0; i < at.length; i++) {
        let [x, y, total] = [0, 0, 0]
        for (let j = 0; j < at.length; j++) {
          if (i === j) continue
          const dx = at[i][0] - at[j][0],
            dy = at[i][1] - at[j][1],
            far = Math.hypot(dx, dy) || 1e-9
          const weight = 1 / hops[i][j] ** 2,
            pull = hops[i][j] / far
          x += weight * (at[j][0] + pull * dx)
          y += weight * (at[j][1] + pull * dy)
          total += weight
        }
        at[i] = [x / total, y / total]
      }
    }
    return at
  }
  const grow = () => {
    const key = `${state.branching} ${depth()} ${state.edge}`
    if (key === drawn) return
    drawn = key
    const tree = shapes.tree(state.branching, depth(), state.edge),
      hops = shapes.hops(tree)
    hyperbolic = {...tree, ...distortion(hops, (i, j) => plane.distance(tree.points[i], tree.points[j]))}
    if (flatKey !== `${state.branching} ${depth()}`) {
      flatKey = `${state.branching} ${depth()}`
      const points = layOut(tree, hops)
      const reach = Math.max(...points.map((u) => plane.length(u)))
      flat = {
        parents: tree.parents,
        points: points.map((u) => plane.times(1 / reach, u)),
        ...distortion(hops, (i, j) => plane.length(plane.minus(points[i], points[j]))),
      }
    }
  }
  const links = ({parents}) => parents.flatMap((parent, i) => (parent < 0 ? [] : [[parent, i]]))
  surface.picture(
    charts.disk,
    {label: "Hyperbolic", caption: "Hyperbolic: drag to move the plane", size: "pair", drags: true},
    (pen) => {
      grow()
      pen.rim()
      pen.segments(hyperbolic.points, links(hyperbolic), "blue thin")
      pen.dots(hyperbolic.points, "blue small")
      pen.dots([[0, 0]], "orange large")
    },
  )
  surface.picture(
    charts.plot(400, 400),
    {label: "Flat", caption: "Flat: laid out by stress majorisation", size: "pair"},
    (pen) => {
      grow()
      const places = flat.points.map(([x, y]) => [200 + 185 * x, 200 - 185 * y])
      pen.polylines(
        links(flat).map((pair) => pair.map((i) => places[i])),
        "violet thin",
      )
      pen.spots(places, "violet small")
      pen.spots([places[0]], "large orange")
    },
  )
  surface.slider({
    label: "Length of an edge",
    min: 0.2,
    max: 4,
    step: 0.1,
    value: state.edge,
    change: (value) => (state.edge = value),
  })
  surface.slider({
    label: "Children of a node",
    min: 2,
    max: 5,
    step: 1,
    value: state.branching,
    change: (value) => (state.branching = value),
  })
  surface.slider({
    label: "Depth",
    min: 1,
    max: 7,
    step: 1,
    value: state.depth,
    change: (value) => (state.depth = value),
  })
  surface.onDrawn(() => {
    const percent = ({mean}) => `${number(100 * mean, 2)} %`
    surface.showNumbers([
      ["Nodes", String(hyperbolic.points.length)],
      ["Mean distortion, hyperbolic", percent(hyperbolic), "asked blue"],
      ["Mean distortion, flat", percent(flat), "asked violet"],
      ["Largest ratio, hyperbolic", number(hyperbolic.worst), "asked blue"],
      ["Largest ratio, flat", number(flat.worst), "asked violet"],
    ])
    const cut =
      depth() < state.depth ? ` Drawn to depth ${depth()}: deeper, it would have more than ${MOST} nodes.` : ""
    surface.describe(
      surface.revealed
        ? `With edges of length ${number(state.edge)} the hyperbolic distances are off by ${percent(hyperbolic)} on average, the flat ones by ${percent(flat)}.${cut}`
        : `A tree of ${hyperbolic.points.length} nodes with edges of length ${number(state.edge)}. Guess first; then the distortions are shown.${cut}`,
    )
  })
  return state
}
