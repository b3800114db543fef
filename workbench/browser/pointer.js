// What the pointer does to the points of the disk: it shows a tooltip, and selects what is clicked.
//
// args: plot; real, synthetic, real_centroids, synthetic_centroids: sources; classes: names; asked: source through which
// the picture of an image is asked for; picture: source in which it comes.
// event: MouseMove, MouseLeave, Tap, or a change of `picture`; how: "over", "out", "tap" or "picture".
const REACH = {centroid: 9, synthetic: 9, real: 7}
const SIDE = 72
const ASK_MILLISECONDS = 40
// The columns that say which image a point belongs to.
const IMAGE = {real: "number", synthetic: "image"}

const pointing = (plot.pointing ??= {key: "", timer: 0, element: null})
const number = (value) => value.toPrecision(3)

// The point of a source that is nearest to the pointer, at most `reach` pixels away; null if there is none.
const nearest = (source, reach) => {
    const unit = (plot.x_range.end - plot.x_range.start) / plot.inner_width
    const {x, y} = source.data
    let best = null, least = (reach * unit) ** 2
    for (let i = 0; i < x.length; i++) {
        const far = (x[i] - cb_obj.x) ** 2 + (y[i] - cb_obj.y) ** 2
        if (far <= least) [best, least] = [i, far]
    }
    return best
}

const hit = (kinds) => {
    for (const [kind, source, reach] of kinds) {
        const index = nearest(source, reach)
        if (index != null) return {kind, source, index}
    }
    return null
}

const POINTS = [["synthetic", synthetic, REACH.synthetic], ["real", real, REACH.real]]
const ALL = [
    ["synthetic centroid ★", synthetic_centroids, REACH.centroid],
    ["real centroid ▢", real_centroids, REACH.centroid],
    ...POINTS,
]

// The lines of the tooltip of a point.
const lines = ({kind, source, index}) => {
    const row = Object.fromEntries(Object.entries(source.data).map(([name, values]) => [name, values[index]]))
    if (kind === "synthetic" || kind === "real") {
        const near = row.nearest === row.label ? [] : [`nearest centroid: ${classes[row.nearest]}`]
        const name = kind === "real" ? `${classes[row.label]}, real image ${row.number}` : `synthetic ${row.name}`
        const pruned = kind === "real" && !row.kept ? ["pruned: not matched"] : []
        const [root, own] = kind === "real" ? [row.root_distance, row.own_distance] : [row.radius, row.distance]
        return [name, `√|K|·radius ${number(root)}`, `√|K|·distance to ▢ ${number(own)}`, ...near, ...pruned]
    }
    return [`${kind} of ${row.name}`, `${kind.includes("real") ? "★" : "▢"} is ${row.gap} away (√|K|·distance)`]
}

// The tooltip, which lies in the shadow root of the figure.
const element = () => {
    const root = Bokeh.index.find_one(plot)?.shadow_el
    if (!root) return null
    if (pointing.element?.getRootNode() !== root) {
        const box = (pointing.element = document.createElement("div"))
        box.className = "point-tooltip"
        box.setAttribute("aria-hidden", "true")
        box.style.cssText =
            "position:absolute;z-index:20;pointer-events:none;display:none;gap:8px;align-items:center;padding:6px 8px;" +
            "border-radius:4px;background:#37414bf2;color:#fff;font:12px/1.4 Roboto,sans-serif;white-space:nowrap"
        const image = document.createElement("canvas")
        image.style.cssText = `width:${SIDE}px;height:${SIDE}px;image-rendering:pixelated;object-fit:contain;background:#0004`
        box.append(image, document.createElement("div"))
        root.append(box)
    }
    return pointing.element
}

const hide = () => {
    clearTimeout(pointing.timer)
    pointing.key = ""
    if (pointing.element) pointing.element.style.display = "none"
}

const show = (found) => {
    const key = `${found.kind} ${found.source.data.label[found.index]} ${found.index}`
    const box = element()
    if (!box) return
    const {sx, sy} = cb_obj
    const host = Bokeh.index.find_one(plot).el.getBoundingClientRect()
    box.style.display = "flex"
    if (key !== pointing.key) {
        pointing.key = key
        const [image, text] = box.children
        text.replaceChildren(...lines(found).map((line, i) => {
            const row = document.createElement("div")
            row.textContent = line
            if (!i) row.style.fontWeight = "bold"
            return row
        }))
        const column = IMAGE[found.kind]
        image.style.display = column ? "block" : "none"
        image.width = image.height = 0
        clearTimeout(pointing.timer)
        if (column) {
            const wanted = {kind: [found.kind], number: [found.source.data[column][found.index]], key: [key]}
            pointing.timer = setTimeout(() => { asked.data = wanted }, ASK_MILLISECONDS)
        }
    }
    const [width, height] = [box.offsetWidth, box.offsetHeight]
    const left = sx + 16 + width > host.width ? sx - 16 - width : sx + 16
    box.style.left = `${Math.max(left, Math.min(0, host.width - width))}px`
    box.style.top = `${Math.max(0, Math.min(sy - height / 2, host.height - height))}px`
}

const paint = () => {
    const [pixels] = picture.data.image
    if (!pixels || picture.data.key[0] !== pointing.key || !pointing.element) return
    const [height, width] = pixels.shape
    const canvas = pointing.element.children[0]
    canvas.width = width
    canvas.height = height
    const bytes = new Uint8ClampedArray(pixels.buffer.slice(pixels.byteOffset, pixels.byteOffset + pixels.byteLength))
    canvas.getContext("2d").putImageData(new ImageData(bytes, width, height), 0, 0)
}

// The points of the image to which a point belongs; an image that holds several has as many points.
const pointsOfImage = ({kind, source, index}) => {
    const images = Array.from(source.data[IMAGE[kind]])
    return images.flatMap((image, i) => (image === images[index] ? [i] : []))
}

// Selects an image alone, or nothing if it alone was selected; with `add` it joins the others, or leaves them.
const select = (found, add) => {
    const selected = POINTS.map(([, source]) => source.selected.indices)
    const count = selected[0].length + selected[1].length
    POINTS.forEach(([kind, source], i) => {
        const own = found?.kind === kind ? pointsOfImage(found) : null
        const has = own != null && selected[i].includes(own[0])
        if (add) {
            if (own == null) return
            const others = selected[i].filter((each) => !own.includes(each))
            source.selected.indices = has ? others : [...others, ...own]
        } else if (own == null || (has && count === own.length)) {
            if (selected[i].length) source.selected.indices = []
        } else {
            source.selected.indices = own
        }
    })
}

if (how === "over") {
    const found = hit(ALL)
    found ? show(found) : hide()
} else if (how === "out") {
    hide()
} else if (how === "tap") {
    select(hit(POINTS), cb_obj.modifiers.shift || cb_obj.modifiers.ctrl)
} else if (how === "picture") {
    paint()
}
