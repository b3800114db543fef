// Plays the film of a run. What it shows stands in the element "film".
const film = JSON.parse(document.getElementById("film").textContent)
const find = (name) => document.getElementById(name)
const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name)
const UNITS = 1000, SECONDS_PER_FRAME = 0.08

const colour = (label) => `hsl(${Math.round((label * 360) / film.classes.length + 10)} 65% ${label % 2 ? 42 : 55}%)`
const element = (tag, text, color) => {
  const made = document.createElement(tag)
  made.textContent = text
  if (color) made.style.color = color
  return made
}

let shown = film.frames.length - 1, pointed = null, playing = 0

// A canvas in the pixels of the screen; gives its context, width and height in CSS pixels.
const prepared = (canvas) => {
  const {width, height} = canvas.getBoundingClientRect(), ratio = devicePixelRatio || 1
  canvas.width = Math.round(width * ratio)
  canvas.height = Math.round(height * ratio)
  const context = canvas.getContext("2d")
  context.scale(ratio, ratio)
  return [context, width, height]
}

const drawDisk = () => {
  const [context, width] = prepared(find("disk"))
  const frame = film.frames[shown], world = film.worlds[frame.world]
  const half = width / 2, radius = half - 4
  const at = ([x, y]) => [half + (radius * x) / UNITS, half - (radius * y) / UNITS]
  context.strokeStyle = style("--real")
  context.beginPath()
  context.arc(half, half, radius, 0, 2 * Math.PI)
  context.stroke()
  const dot = (place, size, fill, alpha) => {
    context.globalAlpha = alpha
    context.fillStyle = fill
    context.beginPath()
    context.arc(...at(place), size, 0, 2 * Math.PI)
    context.fill()
  }
  world.points.forEach((place, i) => dot(place, 2, colour(film.labels[i]), world.kept[i] ? 0.45 : 0.12))
  const perClass = film.ipc * film.held
  frame.points.forEach((place, i) => dot(place, 4, colour(Math.floor(i / perClass)), 0.95))
  context.globalAlpha = 1
  context.lineWidth = 2
  film.classes.forEach((_, label) => {
    const real = world.centroids[label], made = frame.centroids[label]
    context.strokeStyle = colour(label)
    if (real) {
      const [x, y] = at(real)
      context.strokeRect(x - 6, y - 6, 12, 12)
      if (made) {
        context.fillStyle = colour(label)
        context.font = "16px sans-serif"
        context.textAlign = "center"
        context.textBaseline = "middle"
        context.fillText("★", ...at(made))
        context.beginPath()
        context.moveTo(x, y)
        context.lineTo(...at(made))
        context.stroke()
      }
    }
  })
  if (pointed !== null) {
    context.strokeStyle = style("--text")
    for (let part = 0; part < film.held; part++) {
      context.beginPath()
      context.arc(...at(frame.points[pointed * film.held + part]), 9, 0, 2 * Math.PI)
      context.stroke()
    }
  }
}

const drawCurves = () => {
  const [context, width, height] = prepared(find("curves"))
  const {step} = film.curves, last = film.frames.at(-1).step || 1
  const panes = [[["loss", "--made"]], [["real radius", "--real"], ["synthetic radius", "--made"]]]
  const gap = 56, wide = (width - 2 * gap) / 2, high = height - 28
  context.font = "12px sans-serif"
  panes.forEach((lines, number) => {
    const left = gap * (number + 1) - 8 + number * wide
    const values = lines.flatMap(([name]) => film.curves[name])
    const top = Math.max(...values, 1e-12), x = (each) => left + (wide * each) / last, y = (each) => 6 + high - (high * each) / top
    context.fillStyle = style("--soft")
    context.textAlign = "right"
    for (const part of [0, 0.5, 1]) context.fillText(Number((part * top).toPrecision(2)), left - 6, y(part * top) + 4)
    context.textAlign = "center"
    for (const part of [0, 1]) context.fillText(Math.round(part * last), x(part * last), height - 6)
    context.strokeStyle = style("--line")
    context.strokeRect(left, 6, wide, high)
    context.setLineDash([3, 3])
    for (const [at] of film.edits) {
      context.beginPath()
      context.moveTo(x(at), 6)
      context.lineTo(x(at), 6 + high)
      context.stroke()
    }
    context.setLineDash([])
    context.lineWidth = 1.5
    for (const [name, color] of lines) {
      context.strokeStyle = style(color)
      context.beginPath()
      step.forEach((each, i) => context.lineTo(x(each), y(film.curves[name][i])))
      context.stroke()
    }
    context.strokeStyle = style("--text")
    context.beginPath()
    const now = x(film.frames[shown].step)
    context.moveTo(now, 6)
    context.lineTo(now, 6 + high)
    context.stroke()
  })
}

const draw = () => {
  const frame = film.frames[shown]
  find("picture").src = `data:image/${film.encoding};base64,${frame.picture}`
  find("slider").value = shown
  find("step").textContent = `Step ${frame.step} of ${film.frames.at(-1).step}`
  const {curvature} = film.worlds[frame.world]
  find("words").textContent = `${film.view}, K = ${curvature}. ${film.preserves} Small points are real images, large ones ` +
    `synthetic; ▢ real and ★ synthetic centroids are ${frame.gap.toPrecision(3)} apart on average (√|K|·distance).`
  drawDisk()
  drawCurves()
}

const show = (frame) => {
  shown = Math.max(0, Math.min(film.frames.length - 1, frame))
  draw()
}

const play = () => {
  clearInterval(playing)
  if (playing) {
    playing = 0
  } else {
    if (shown === film.frames.length - 1) shown = -1
    playing = setInterval(() => (shown < film.frames.length - 1 ? show(shown + 1) : play()), 1000 * SECONDS_PER_FRAME)
  }
  find("play").textContent = playing ? "Pause" : "Play"
}

find("about").textContent = film.about
find("names").replaceChildren(...film.classes.map((name, label) => element("span", name, colour(label))))
find("legend").replaceChildren(...film.classes.map((name, label) => {
  const made = element("span", "")
  const dot = element("i", "")
  dot.style.background = colour(label)
  made.append(dot, name)
  return made
}))
const events = [
  ...film.edits.map(([step, text]) => [step, `Step ${step}: ${text}`]),
  ...film.evaluations.map(([step, text]) => [step, `Step ${step}: test accuracy ${text}`]),
].sort(([a], [b]) => a - b)
find("events").replaceChildren(...(events.length ? events.map(([, text]) => element("p", text)) : [element("p", "Nothing was changed or evaluated.")]))
find("slider").max = film.frames.length - 1
find("slider").addEventListener("input", (event) => show(Number(event.target.value)))
find("play").addEventListener("click", play)
document.addEventListener("keydown", (event) => {
  if (event.target.tagName === "INPUT" || event.target.tagName === "BUTTON") return
  const move = {ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity}[event.key]
  if (event.key === " ") play()
  else if (move !== undefined) show(shown + move)
  else return
  event.preventDefault()
})
find("picture").addEventListener("mousemove", (event) => {
  const {left, top, width, height} = find("picture").getBoundingClientRect()
  const column = Math.floor(((event.clientX - left) / width) * film.ipc), row = Math.floor(((event.clientY - top) / height) * film.classes.length)
  pointed = Math.min(row, film.classes.length - 1) * film.ipc + Math.min(column, film.ipc - 1)
  drawDisk()
})
find("picture").addEventListener("mouseleave", () => { pointed = null; drawDisk() })
addEventListener("resize", draw)
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw)
draw()
