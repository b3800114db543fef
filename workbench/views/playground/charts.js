// Pictures of the plane: each maps points to pixels of its box, and back.
//
// box: [width, height]; to(u): pixels; from(pixels, near): the point, or null where the picture shows none; rim: path of the
// edge. Where several points are seen in one place, `near` tells which one is meant.
const charts = (() => {
  const SIDE = 400,
    MIDDLE = SIDE / 2,
    RADIUS = 190
  const ring = (radius) =>
    `M${MIDDLE - radius} ${MIDDLE}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0z`
  const inDisk = (name, to, from) => ({
    name,
    box: [SIDE, SIDE],
    to: (u) => {
      const [x, y] = to(u)
      return [MIDDLE + RADIUS * x, MIDDLE - RADIUS * y]
    },
    from: ([x, y]) => {
      const z = [(x - MIDDLE) / RADIUS, (MIDDLE - y) / RADIUS]
      return plane.length(z) < 1 ? from(z) : null
    },
    rim: ring(RADIUS),
  })

  const UNIT = 105,
    FLOOR = 384,
    WIDTH = 560
  const half = {
    name: "Upper half-plane",
    box: [WIDTH, SIDE],
    to: (u) => {
      const [x, y] = plane.toHalfPlane(u)
      return [WIDTH / 2 + UNIT * x, FLOOR - UNIT * y]
    },
    from: ([x, y]) => (y < FLOOR ? plane.fromHalfPlane([(x - WIDTH / 2) / UNIT, (FLOOR - y) / UNIT]) : null),
    rim: `M0 ${FLOOR}H${WIDTH}`,
  }

  // The hyperboloid is seen from outside, a little from above; the disk lies under it at height 0, and the point of the
  // disk is where the line to the point of the hyperboloid from (0, 0, −1) passes.
  const TILT = 0.42,
    SCALE = 84,
    GROUND = 316
  const seen = ([x, y, z]) => [WIDTH / 2 + SCALE * x, GROUND - SCALE * (z * Math.cos(TILT) + y * Math.sin(TILT))]
  const sheet = {
    name: "Hyperboloid",
    box: [WIDTH, SIDE],
    to: (u) => seen(plane.toHyperboloid(u)),
    // Of the two points that are seen in one place, on the near wall and on the far one, the one beside `near`.
    from: ([px, py], near = [0, 0]) => {
      const x = (px - WIDTH / 2) / SCALE,
        k = (GROUND - py) / SCALE,
        c = Math.cos(TILT),
        s = Math.sin(TILT)
      const p = c * c - s * s,
        q = k * s,
        under = q * q - p * (c * c * (1 + x * x) - k * k)
      if (k < 0) return null
      // From k = z·c + y·s with z = √(1 + x² + y²), so p·y² + 2q·y + c²(1 + x²) − k² = 0; below
      // the edge of the sheet nothing is seen, and the point of the edge is taken.
      const [first, second] = [-1, 1].map((sign) => (-q + sign * Math.sqrt(Math.max(under, 0))) / p),
        was = plane.toHyperboloid(near)[1]
      return plane.fromHyperboloid([x, Math.abs(first - was) < Math.abs(second - was) ? first : second])
    },
    rim: "",
    seen,
  }

  return {
    disk: inDisk("Poincaré disk", plane.toDisk, plane.fromDisk),
    klein: inDisk("Klein disk", plane.toKlein, plane.fromKlein),
    half,
    hyperboloid: sheet,
    // A picture without a plane, drawn in pixels.
    plot: (width, height) => ({name: "Plot", box: [width, height], to: (u) => u, from: () => null, rim: ""}),
    // The disk of a curvature K = −root², whose points are given as √|K| times their vectors; lengths near its middle are
    // drawn as `unit` pixels each. It grows to the flat plane as the root goes to 0.
    curved: (root, unit) => {
      const radius = (2 / root) * unit
      return {
        name: "Disk",
        box: [SIDE, SIDE],
        to: (u) => {
          const [x, y] = plane.toDisk(u)
          return [MIDDLE + radius * x, MIDDLE - radius * y]
        },
        from: ([x, y]) => {
          const z = [(x - MIDDLE) / radius, (MIDDLE - y) / radius]
          return plane.length(z) < 1 ? plane.fromDisk(z) : null
        },
        // An edge that is far outside is not drawn.
        rim: radius < 1e5 ? ring(radius) : "",
      }
    },
  }
})()
