// Lines, circles and horocycles as paths, and tilings and trees as points and edges, all in the plane.
const shapes = (() => {
  const TURN = 2 * Math.PI
  const along = (count, f) => Array.from({length: count + 1}, (_, i) => f(i / count))

  const segment = (u, v, count = 24) => {
    const way = plane.log(u, v)
    return along(count, (t) => plane.exp(u, plane.times(t, way)))
  }
  const circle = (centre, radius, count = 72) => along(count, (t) => plane.exp(centre, plane.polar(radius, TURN * t)))
  // The ends of the line, as angles; null where u and v coincide.
  const ends = (u, v) => {
    const {direction} = plane.side(u, v)
    if (plane.length(direction) === 0) return null
    const far = 40 + plane.length(u)
    return [-far, far].map((reach) => plane.angleOf(plane.exp(u, plane.times(reach, direction))))
  }
  // The whole line, in steps that look even in the disk: from the point that is nearest to the origin to both sides.
  const line = (u, v, count = 64) => {
    const found = ends(u, v)
    if (!found) return []
    const [from, to] = found
    const half = Math.abs((((to - from) % TURN) + TURN) % TURN) / 2
    const middle = plane.polar(1, from + half)
    const near = plane.times(Math.atanh(Math.min(Math.max(Math.cos(half), -1 + 1e-15), 1 - 1e-15)), middle)
    const side = [-middle[1], middle[0]]
    return along(count, (t) => plane.exp(near, plane.times(2 * Math.atanh(0.9999 * (2 * t - 1)), side)))
  }
  // The horocycle about the end of the ray at `angle`, through u.
  const horocycle = (angle, u, count = 96) => {
    const height = Math.exp(-plane.busemann(u, angle))
    return along(count, (t) => {
      // In equal steps round the circle that it is in the disk.
      const place = (1 + height) * Math.tan((Math.PI / 2) * 0.999 * (2 * t - 1))
      return plane.rotate(plane.fromHalfPlane([place, height]), angle - Math.PI / 2)
    })
  }

  // The tiling by regular p-gons, q at each corner, as far as `reach`: its corners, its edges as pairs of places among the
  // corners, the middles of its tiles, and `steps`, the isometries from a tile to its neighbours. Null if such polygons do
  // not fit the hyperbolic plane.
  const tiling = (p, q, reach = 3.8, most = 450) => {
    if ((p - 2) * (q - 2) <= 4) return null
    const inner = Math.acosh(Math.cos(Math.PI / q) / Math.sin(Math.PI / p))
    const outer = Math.acosh(1 / (Math.tan(Math.PI / p) * Math.tan(Math.PI / q)))
    const steps = Array.from({length: p}, (_, k) =>
      plane.compose(plane.compose({by: [0, 0], turn: (TURN * k) / p}, {by: [2 * inner, 0], turn: 0}), {
        by: [0, 0],
        turn: Math.PI,
      }),
    )
    const corners = Array.from({length: p}, (_, k) => plane.polar(outer, (TURN * (k + 0.5)) / p))
    const key = (u) =>
      plane
        .toDisk(u)
        .map((x) => Math.round(1e5 * x))
        .join()
    const tiles = [plane.IDENTITY],
      known = new Set([key([0, 0])]),
      found = new Map(),
      points = [],
      edges = new Map()
    const cornerAt = (u) => {
      const name = key(u)
      if (!found.has(name)) found.set(name, points.push(u) - 1)
      return found.get(name)
    }
    for (let i = 0; i < tiles.length; i++) {
      const at = corners.map((corner) => cornerAt(plane.apply(tiles[i], corner)))
      at.forEach((corner, k) => {
        const pair = [corner, at[(k + 1) % p]].sort((m, n) => m - n)
        edges.set(pair.join(), pair)
      })
      for (const step of steps) {
        const next = plane.compose(tiles[i], step)
        if (tiles.length >= most || plane.length(next.by) > reach || known.has(key(next.by))) continue
        known.add(key(next.by))
        tiles.push(next)
      }
    }
    return {corners: points, edges: [...edges.values()], middles: tiles.map((tile) => tile.by), steps}
  }

  // A tree in which each node has `branching` children, `depth` deep: {parents, points}, edges of equal length (Sarkar 2011).
  const tree = (branching, depth, edge) => {
    const parents = [-1],
      points = [[0, 0]],
      level = [0]
    for (let i = 0; i < points.length; i++) {
      if (level[i] === depth) continue
      const back = parents[i] < 0 ? null : plane.angleOf(plane.log(points[i], points[parents[i]]))
      for (let k = 0; k < branching; k++) {
        const angle = back === null ? (TURN * k) / branching : back + (TURN * (k + 1)) / (branching + 1)
        parents.push(i)
        level.push(level[i] + 1)
        points.push(plane.exp(points[i], plane.polar(edge, angle)))
      }
    }
    return {parents, points, level}
  }
  // The number of edges between all pairs of nodes, (n, n).
  const hops = ({parents}) => {
    const found = parents.map(() => new Float64Array(parents.length))
    for (let i = 1; i < parents.length; i++) {
      for (let j = 0; j < i; j++) found[i][j] = found[j][i] = found[parents[i]][j] + 1
    }
    return found
  }

  return {circle, ends, hops, horocycle, line, segment, tiling, tree}
})()
