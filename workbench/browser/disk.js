// Moves the disk: the browser keeps an isometry of the hyperbolic plane, and applies it to every point that it draws.
//
// Points are given as tangent vectors (hx, hy) at the origin, of length rho. A point is the pair
// (sinh(rho/2) e^{i theta}, cosh(rho/2)); an orientation-preserving isometry is a matrix (a, b; conj b, conj a) of
// SU(1,1) acting on it. It keeps |second|^2 - |first|^2 = 1, so the new radius is 2 asinh|first| and never saturates.
//
// The figure may show several disks; they move together. Each point has the centre of its disk in (ox, oy).
//
// args: plot, sources, motion: one row for each disk, with chart ("linear" or "poincare"), rim (radius at the edge of a
// linear chart), and the disk's centre and size in the figure.
// event: the Bokeh event or changed model; how: "move", "grab", "centre", "reset" or "place".
const LARGEST = 600

const chart = motion.data.chart[0]
const rim = motion.data.rim[0]
const size = motion.data.size[0]
const isometry = (plot.isometry ??= [1, 0, 0, 0])

const multiply = ([ar, ai, br, bi], [cr, ci, dr, di]) => {
    // (a, b; b*, a*) (c, d; d*, c*) = (ac + b d*, ad + b c*; …)
    const product = [
        ar * cr - ai * ci + br * dr + bi * di,
        ar * ci + ai * cr - br * di + bi * dr,
        ar * dr - ai * di + br * cr + bi * ci,
        ar * di + ai * dr - br * ci + bi * cr,
    ]
    const size = Math.sqrt(product[0] ** 2 + product[1] ** 2 - product[2] ** 2 - product[3] ** 2)
    return product.map((value) => value / size)
}

// The translation along a ray from the origin that takes the origin to the point at (rho, theta).
const translation = (rho, theta) =>
    [Math.cosh(rho / 2), 0, Math.sinh(rho / 2) * Math.cos(theta), Math.sinh(rho / 2) * Math.sin(theta)]

// What a drag carries beyond the edge of a linear chart stays at the edge.
const toChart = (rho) => (chart === "linear" ? Math.min(rho / rim, 1) : Math.tanh(rho / 2))

// The number of the disk that is nearest to a place in the figure.
const diskAt = (px, py) => {
    const {x, y} = motion.data
    const far = Array.from(x, (_, i) => Math.hypot(px - x[i], py - y[i]))
    return far.indexOf(Math.min(...far))
}

// The point of the hyperbolic plane under a place in a disk; null if it is outside that disk.
const fromChart = (disk, px, py) => {
    const {x, y} = motion.data
    const [dx, dy] = [(px - x[disk]) / size, (py - y[disk]) / size]
    const radius = Math.hypot(dx, dy)
    if (!(radius < 1)) return null
    const rho = chart === "linear" ? radius * rim : 2 * Math.atanh(Math.min(radius, 0.9999))
    return [Math.min(rho, 30), Math.atan2(dy, dx)]
}

const place = (source) => {
    const {hx, hy, ox, oy, x, y} = source.data
    const [ar, ai, br, bi] = plot.isometry
    for (let i = 0; i < hx.length; i++) {
        const rho = Math.min(Math.hypot(hx[i], hy[i]), LARGEST)
        const theta = Math.atan2(hy[i], hx[i])
        const [s, c] = [Math.sinh(rho / 2), Math.cosh(rho / 2)]
        const [sx, sy] = [s * Math.cos(theta), s * Math.sin(theta)]
        const [first, second] = [ar * sx - ai * sy + br * c, ar * sy + ai * sx + bi * c]
        const other = [br * sx + bi * sy + ar * c, br * sy - bi * sx - ai * c]
        const length = Math.hypot(first, second)
        // The angle of first/second, which differs from that of first by a turn.
        const angle = Math.atan2(second, first) - Math.atan2(other[1], other[0])
        const radius = size * toChart(2 * Math.asinh(length))
        x[i] = ox[i] + radius * Math.cos(angle)
        y[i] = oy[i] + radius * Math.sin(angle)
    }
    source.change.emit()
}

const move = (change) => {
    plot.isometry = multiply(change, plot.isometry)
    sources.forEach(place)
}

const moved = plot.isometry.some((value, i) => value !== [1, 0, 0, 0][i])
if (how === "place") {
    if (moved) place(cb_obj)
} else if (how === "grab") {
    plot.dragged = diskAt(cb_obj.x, cb_obj.y)
    // With lasso or box, dragging selects points and moves nothing.
    plot.grabbed = plot.toolbar.active_drag ? null : fromChart(plot.dragged, cb_obj.x, cb_obj.y)
} else if (how === "move" && plot.grabbed) {
    const [rho, theta] = plot.grabbed
    const to = fromChart(plot.dragged, cb_obj.x, cb_obj.y)
    if (to) {
        move(multiply(translation(...to), translation(-rho, theta)))
        plot.grabbed = to
    }
} else if (how === "centre") {
    const at = fromChart(diskAt(cb_obj.x, cb_obj.y), cb_obj.x, cb_obj.y)
    if (at) move(translation(-at[0], at[1]))
} else if (how === "reset") {
    plot.isometry = [1, 0, 0, 0]
    sources.forEach(place)
}
