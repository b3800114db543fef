// Places the names of the classes beside their centroids so that none covers another name or a centroid.
//
// args: plot; source: of the centroids, with columns x, y and label_text; a name is written as `written` at (name_x, name_y),
// and not at all if there is no room.
const HEIGHT = 15, WIDTH = 6.6, MARK = 9, RADII = [14, 26, 40, 56, 74, 94], DIRECTIONS = 16

const {x, y, label_text, written, name_x, name_y} = source.data
const isLaidOut = !plot.properties.inner_width.is_unset && !plot.properties.inner_height.is_unset
const width = isLaidOut && plot.inner_width, height = isLaidOut && plot.inner_height
if (!(width > 0 && height > 0)) return
const unit = (plot.x_range.end - plot.x_range.start) / width
const left = plot.x_range.start, top = plot.y_range.end
const centres = Array.from(x, (_, i) => [(x[i] - left) / unit, (top - y[i]) / unit])
const taken = centres.map(([cx, cy]) => [cx - MARK, cy - MARK, cx + MARK, cy + MARK])
const free = ([x0, y0, x1, y1]) =>
    x0 >= 2 && y0 >= 2 && x1 <= width - 2 && y1 <= height - 2
    && taken.every(([u0, v0, u1, v1]) => x1 <= u0 || x0 >= u1 || y1 <= v0 || y0 >= v1)

// Names go away from the middle of all centroids, where there is room.
const middle = [0, 1].map((axis) => centres.reduce((sum, centre) => sum + centre[axis], 0) / centres.length)
centres.forEach(([cx, cy], i) => {
    written[i] = ""
    if (!label_text[i]) return
    const half = (WIDTH * label_text[i].length) / 2 + 3
    const away = Math.atan2(cy - middle[1], cx - middle[0])
    for (const radius of RADII) {
        for (let turn = 0; turn < DIRECTIONS; turn++) {
            const angle = away + Math.PI * 2 / DIRECTIONS * Math.ceil(turn / 2) * (turn % 2 ? 1 : -1)
            const px = cx + (radius + half - HEIGHT / 2) * Math.cos(angle), py = cy + radius * Math.sin(angle)
            const box = [px - half, py - HEIGHT / 2, px + half, py + HEIGHT / 2]
            if (!free(box)) continue
            taken.push(box)
            written[i] = label_text[i]
            name_x[i] = left + px * unit
            name_y[i] = top - py * unit
            return
        }
    }
    name_x[i] = x[i]
    name_y[i] = y[i]
})
source.change.emit()
