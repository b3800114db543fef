// The whole plane is moved by dragging; a tiling by equal tiles, or points of a class, show that it stays as it is.
const TILINGS = [
  ["7,3", "heptagons, 3 at a corner"],
  ["5,4", "pentagons, 4 at a corner"],
  ["4,5", "squares, 5 at a corner"],
  ["3,7", "triangles, 7 at a corner"],
  ["8,3", "octagons, 3 at a corner"],
  ["4,4", "squares, 4 at a corner"],
]

function figure(surface, given) {
  const state = {a: [-0.55, -0.35], b: [0.75, 0.45], ...given}
  let tiles = shapes.tiling(7, 3),
    frame = plane.IDENTITY
  surface.predict({
    question: "push the plane until A and B are at the rim. What happens to the distance between them?",
    choices: ["It shrinks", "It stays", "It grows"],
    right: 1,
    because:
      "On the picture they come close together, but all rulers shrink with them. Every tile is as large as the one in the middle.",
  })
  // The tiling is made around one tile. As the plane moves, the tile that is nearest to the middle takes its place.
  surface.moved = () => {
    const away = (each) => plane.length(plane.compose(surface.view, each).by)
    for (let round = 0; tiles && round < 50; round++) {
      const [next] = tiles.steps.map((step) => plane.compose(frame, step)).sort((p, q) => away(p) - away(q))
      if (away(next) > away(frame) - 1e-6) break
      frame = next
    }
  }
  surface.picture(
    charts.disk,
    {label: "Poincaré disk", caption: "Drag the plane, or one of the points", drags: true},
    (pen) => {
      pen.rim()
      if (tiles) {
        pen.within(frame, () => {
          pen.segments(tiles.corners, tiles.edges, "faint")
          pen.dots(tiles.middles, "tile")
        })
      }
      if (state.cloud) {
        pen.dots(state.cloud.real, "soft")
        pen.dots(state.cloud.synthetic, "orange large")
      }
      pen.segment(state.a, state.b, "blue thick")
    },
  )
  for (const [key, name] of [
    ["a", "A"],
    ["b", "B"],
  ]) {
    surface.point({name, label: `Point ${name}`, look: "blue", get: () => state[key], set: (u) => (state[key] = u)})
  }
  surface.button({
    label: "Back to the middle",
    press: () => {
      surface.view = frame = plane.IDENTITY
    },
  })
  surface.select({
    label: "Tiles",
    options: TILINGS,
    value: TILINGS[0][0],
    change: (value) => {
      tiles = shapes.tiling(...value.split(",").map(Number))
      frame = plane.IDENTITY
      surface.moved()
    },
  })
  const seen = () => {
    const [p, q] = [state.a, state.b].map((u) => plane.toDisk(plane.apply(surface.view, u)))
    return plane.length(plane.minus(p, q))
  }
  surface.onDrawn(() => {
    const apart = plane.distance(state.a, state.b),
      moved = plane.length(surface.view.by)
    surface.showNumbers([
      ["Distance from A to B", number(apart), "asked blue"],
      ["… on the picture, of its radius", number(seen(), 2)],
      ["The plane was moved by", number(moved)],
    ])
    const what = state.cloud
      ? ` ${state.cloud.name}: ${state.cloud.real.length} real points in grey, ${state.cloud.synthetic.length} synthetic ones in orange.`
      : ""
    surface.describe(
      tiles
        ? `A and B are ${surface.revealed ? number(apart) : "…"} apart; on the picture ${number(seen(), 2)} of its radius.${what}`
        : `Squares, 4 at a corner, tile the flat plane; in this one their corners would be too small. Choose other tiles.${what}`,
    )
  })
  return state
}
