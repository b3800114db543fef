// The hyperbolic plane of curvature −1.
//
// A point is a tangent vector at the origin, [x, y]; its length is its distance from the origin. All is computed in polar
// form, as in hdd.geometry, so it stays exact far from the origin, where the coordinates of the Poincaré disk do not.
// A direction at a point is carried to the origin along the ray to that point ("radial frame").
// An isometry that keeps the orientation is {by, turn}: it turns by `turn` radians about the origin, and then
// carries the origin to `by` along a straight line.
const plane = (() => {
  const dot = (u, v) => u[0] * v[0] + u[1] * v[1]
  // With differences of nearby numbers, which are exact, and not with differences of products.
  const cross = (u, v) => u[0] * (v[1] - u[1]) - u[1] * (v[0] - u[0])
  const length = (u) => Math.hypot(u[0], u[1])
  const times = (t, u) => [t * u[0], t * u[1]]
  const plus = (u, v) => [u[0] + v[0], u[1] + v[1]]
  const minus = (u, v) => [u[0] - v[0], u[1] - v[1]]
  const unit = (u) => (length(u) > 0 ? times(1 / length(u), u) : [0, 0])
  const polar = (radius, angle) => [radius * Math.cos(angle), radius * Math.sin(angle)]
  const angleOf = (u) => Math.atan2(u[1], u[0])
  const rotate = (u, angle) => {
    const [c, s] = polar(1, angle)
    return [c * u[0] - s * u[1], s * u[0] + c * u[1]]
  }

  // The triangle of the origin, x and y: the length of the side from x to y, and its direction at x.
  const side = (x, y) => {
    const a = length(x),
      b = length(y)
    const gap = a + b > 0 ? dot(minus(x, y), plus(x, y)) / (a + b) : 0
    const sine = a > 0 && b > 0 ? cross(x, y) / (a * b) : 0
    const cosine = a > 0 && b > 0 ? dot(x, y) / (a * b) : 1
    const major = Math.sqrt((1 + Math.abs(cosine)) / 2),
      minor = Math.abs(sine) / (2 * major)
    const [halfSine, halfCosine] = cosine < 0 ? [major, minor] : [minor, major]
    const radial = Math.sinh(Math.abs(gap) / 2),
      angular = Math.sqrt(Math.sinh(a)) * Math.sqrt(Math.sinh(b)) * halfSine
    const size = Math.hypot(radial, angular)
    if (size === 0) return {distance: 0, direction: [0, 0]}
    const distance = 2 * Math.asinh(size),
      share = angular / size
    const drop = (Math.exp((Math.abs(gap) - distance) / 2) * (1 + Math.exp(-Math.abs(gap)))) / (1 + Math.exp(-distance))
    const bend = a > 0 ? (share * share * Math.tanh(distance / 2)) / Math.tanh(a) : 0
    const outwards = Math.sign(gap) * (radial / size) * drop + bend
    const across = a > 0 ? (share * halfCosine * Math.sqrt(Math.sinh(b) / Math.sinh(a))) / Math.cosh(distance / 2) : 0
    const ray = unit(a > 0 ? x : y),
      left = Math.sign(sine) * across
    return {distance, direction: [-left * ray[1] - outwards * ray[0], left * ray[0] - outwards * ray[1]]}
  }

  const distance = (x, y) => side(x, y).distance
  // The direction from x to y times their distance.
  const log = (x, y) => {
    const found = side(x, y)
    return times(found.distance, found.direction)
  }
  // The translation along a ray that carries the origin to `by`.
  const translate = (u, by) => log(times(-1, by), u)
  // Where one arrives from x in direction and distance w: the inverse of `log`.
  const exp = (x, w) => translate(w, x)
  const midpoint = (x, y) => exp(x, times(0.5, log(x, y)))

  // Isometries, composed as matrices [[a, b], [b̄, ā]] with |a|² − |b|² = 1, which act on the Poincaré disk.
  const IDENTITY = {by: [0, 0], turn: 0}
  const product = (u, v) => [u[0] * v[0] - u[1] * v[1], u[0] * v[1] + u[1] * v[0]]
  const bar = (u) => [u[0], -u[1]]
  const matrix = ({by, turn}) => {
    const half = length(by) / 2
    return {a: polar(Math.cosh(half), turn / 2), b: polar(Math.sinh(half), angleOf(by) - turn / 2)}
  }
  const compose = (after, before) => {
    const m = matrix(after),
      n = matrix(before)
    const a = plus(product(m.a, n.a), product(m.b, bar(n.b))),
      b = plus(product(m.a, n.b), product(m.b, bar(n.a)))
    const turn = 2 * angleOf(a)
    return {by: polar(2 * Math.asinh(length(b)), angleOf(b) + turn / 2), turn}
  }
  const inverse = ({by, turn}) => ({by: rotate(times(-1, by), -turn), turn: -turn})
  const apply = ({by, turn}, u) => translate(rotate(u, turn), by)
  // The translation that carries x to y along their line.
  const carry = (x, y) => compose(compose({by: x, turn: 0}, {by: log(x, y), turn: 0}), {by: times(-1, x), turn: 0})
  // The angle by which a direction at x turns when it is carried to y along the line; both in radial frames.
  const turning = (x, y) => {
    const p = Math.tanh(length(x) / 2),
      q = Math.tanh(length(y) / 2)
    if (p === 0 || q === 0) return 0
    const angle = Math.atan2(cross(x, y), dot(x, y))
    return -2 * Math.atan2(p * q * Math.sin(angle), 1 - p * q * Math.cos(angle))
  }

  // Angle at `at` between the directions to x and y, 0 to π; NaN where one of them is `at` itself.
  const angle = (at, x, y) => {
    const u = side(at, x).direction,
      v = side(at, y).direction
    return length(u) && length(v) ? Math.atan2(Math.abs(cross(u, v)), dot(u, v)) : NaN
  }
  // Area of the triangle, which is π − the sum of its angles, but exact for small ones too.
  const area = (x, y, z) => {
    const u = log(x, y),
      v = log(x, z),
      p = Math.tanh(length(u) / 2),
      q = Math.tanh(length(v) / 2)
    if (p === 0 || q === 0) return 0
    const at = Math.atan2(Math.abs(cross(u, v)), dot(u, v))
    return 2 * Math.atan2(p * q * Math.sin(at), 1 - p * q * Math.cos(at))
  }
  // Mirrors u in the line through x and y; without a line, in the point x.
  const reflect = (u, x, y) => {
    const along = side(x, y).direction,
      w = log(x, u)
    return exp(x, minus(times(2 * dot(w, along), along), w))
  }
  // How far the horocycle about the end of the ray at `angle` lies behind the origin, for the one through u.
  const busemann = (u, at) => {
    const radius = length(u),
      half = Math.sin((angleOf(u) - at) / 2)
    return Math.log(Math.exp(-radius) + 2 * Math.sinh(radius) * half * half)
  }

  // The closed-form centroid: the mean in the hyperboloid's coordinates, scaled back onto it.
  const centroid = (points, weights = points.map(() => 1)) => {
    const top = Math.max(...points.map(length))
    const reach = points.map((u, i) => (weights[i] * (Math.exp(length(u) - top) - Math.exp(-length(u) - top))) / 2)
    const sum = points.reduce((total, u, i) => plus(total, times(reach[i], unit(u))), [0, 0])
    const size = length(sum),
      towards = unit(sum)
    if (size === 0) return [0, 0]
    const lag = points.reduce((total, u, i) => {
      const apart = length(minus(unit(u), towards)) / 2
      return total + weights[i] * Math.exp(-length(u) - top) + 2 * reach[i] * apart * apart
    }, 0)
    return times(Math.asinh(size / Math.sqrt(lag * (2 * size + lag))), towards)
  }
  // The Fréchet mean, which has the smallest sum of squared distances, by Newton's method.
  const frechet = (points) => {
    let mean = centroid(points)
    for (let round = 0; round < 100; round++) {
      // Along a direction the second derivative of d²/2 is 1, and across it d·coth d.
      let [gx, gy, xx, xy, yy] = [0, 0, 0, 0, 0]
      for (const u of points) {
        const {
            distance: far,
            direction: [x, y],
          } = side(mean, u),
          bend = far > 0 ? far / Math.tanh(far) : 1
        gx += far * x
        gy += far * y
        xx += bend + (1 - bend) * x * x
        xy += (1 - bend) * x * y
        yy += bend + (1 - bend) * y * y
      }
      const det = xx * yy - xy * xy,
        step = [(yy * gx - xy * gy) / det, (xx * gy - xy * gx) / det]
      mean = exp(mean, step)
      if (length(step) < 1e-14 * (1 + length(mean))) break
    }
    return mean
  }

  // Charts. In both disks the rim has radius 1; the end of the half-plane at infinity is the top of the disks.
  const toDisk = (u) => times(length(u) > 0 ? Math.tanh(length(u) / 2) / length(u) : 0.5, u)
  const fromDisk = (z) => times(length(z) > 0 ? (2 * Math.atanh(length(z))) / length(z) : 2, z)
  const toKlein = (u) => times(length(u) > 0 ? Math.tanh(length(u)) / length(u) : 1, u)
  const fromKlein = (z) => times(length(z) > 0 ? Math.atanh(length(z)) / length(z) : 1, z)
  const toHyperboloid = (u) => [...times(Math.sinh(length(u)), unit(u)), Math.cosh(length(u))]
  const fromHyperboloid = ([x, y]) => times(Math.asinh(Math.hypot(x, y)), unit([x, y]))
  const toHalfPlane = (u) => {
    const radius = length(u),
      from = angleOf(u) - Math.PI / 2,
      half = Math.sin(from / 2)
    const height = 1 / (Math.exp(-radius) + 2 * Math.sinh(radius) * half * half)
    return [-Math.sinh(radius) * Math.sin(from) * height, height]
  }
  const fromHalfPlane = ([x, y]) => {
    const radius = 2 * Math.asinh(Math.hypot(x, y - 1) / (2 * Math.sqrt(y)))
    return polar(radius, Math.atan2(x * x + y * y - 1, 2 * x))
  }

  return {
    IDENTITY,
    angle,
    angleOf,
    apply,
    area,
    busemann,
    carry,
    centroid,
    compose,
    cross,
    distance,
    dot,
    exp,
    frechet,
    fromDisk,
    fromHalfPlane,
    fromHyperboloid,
    fromKlein,
    inverse,
    length,
    log,
    midpoint,
    minus,
    plus,
    polar,
    reflect,
    rotate,
    side,
    times,
    toDisk,
    toHalfPlane,
    toHyperboloid,
    toKlein,
    translate,
    turning,
    unit,
  }
})()
