// A sheet to draw on: points, and shapes that depend on them and follow when they are moved.
const TOOLS = {
  move: ["Move", 0, "Drag points, or the plane"],
  point: ["Point", 1, "Press where the point is to be"],
  segment: ["Segment", 2, "Press its two ends"],
  line: ["Line", 2, "Press two points of the line"],
  circle: ["Circle", 2, "Press its centre, then a point of it"],
  horocycle: ["Horocycle", 2, "Press two points: its centre is the end of the line from the first through the second"],
  triangle: ["Triangle", 3, "Press its three corners"],
  mirror: ["Reflect", 2, "Press two points of the mirror: all that is drawn is reflected in it"],
  centre: ["Centre", 1, "Press what is to be in the middle"],
}
const LAYERS = {none: "nothing", "7,3": "heptagons", "5,4": "pentagons", "4,5": "squares"}
const CHARTS = {disk: charts.disk, klein: charts.klein, half: charts.half}
const SNAP = 12

function figure(surface, given) {
  const {cloud} = given
  let tool = "move"
  // Points are the only thing that is moved; a shape is {kind, of: its points}.
  let points = [],
    shapesDrawn = []
  let chosen = [],
    tiles = null,
    cursor = null,
    past = []

  // The first letter that no point has.
  const freeName = () => {
    const letter = (i) => String.fromCharCode(65 + (i % 26)) + (i < 26 ? "" : Math.floor(i / 26))
    for (let i = 0; ; i++) if (!points.some((point) => point.name === letter(i))) return letter(i)
  }
  const start = given.points ?? [
    [-0.9, -0.5],
    [0.8, -0.7],
    [0.1, 0.9],
  ]
  for (const at of start) points.push({at, name: freeName()})
  if (!given.points) shapesDrawn.push({kind: "triangle", of: points.slice()})
  const draw = (pen, at, {kind, of}, look) => {
    const [a, b, c] = of.map((point) => at(point.at))
    if (kind === "segment") pen.segment(a, b, `${look} thick`)
    if (kind === "line") pen.line(a, b, look)
    if (kind === "circle") pen.circle(a, plane.distance(a, b), look)
    if (kind === "triangle") pen.polygon([a, b, c], `${look} filled`)
    if (kind === "horocycle") {
      const ends = shapes.ends(a, b)
      if (ends) pen.horocycle(ends[1], b, look)
    }
    if (kind === "mirror") pen.line(a, b, "orange dashed")
  }
  const LOOKS = {segment: "blue", line: "ink", circle: "green", triangle: "blue", horocycle: "violet", mirror: "orange"}

  const paint = (pen) => {
    pen.rim()
    if (tiles) pen.segments(tiles.corners, tiles.edges, "faint")
    if (cloud) {
      pen.dots(cloud.real, "soft")
      pen.dots(cloud.synthetic, "orange")
    }
    const same = (u) => u
    for (const shape of shapesDrawn) draw(pen, same, shape, LOOKS[shape.kind])
    for (const {kind, of} of shapesDrawn) {
      const [a, b] = of
      if (kind !== "mirror" || plane.distance(a.at, b.at) === 0) continue
      const mirrored = (u) => plane.reflect(u, a.at, b.at)
      for (const shape of shapesDrawn) if (shape.kind !== "mirror") draw(pen, mirrored, shape, "orange thin")
      pen.dots(
        points.map((point) => mirrored(point.at)),
        "orange small",
      )
    }
    if (chosen.length)
      pen.dots(
        chosen.map((point) => point.at),
        "halo orange",
      )
    if (cursor) pen.label(plane.apply(plane.inverse(surface.view), cursor), "✛", "centred orange", [0, 5])
  }

  const remember = () => past.push([points.slice(), shapesDrawn.slice()])
  const handles = new Map()
  const updateHandles = () => {
    for (const [point, handle] of handles) {
      if (!points.includes(point)) {
        handle.remove()
        handles.delete(point)
      }
    }
    for (const point of points) {
      if (handles.has(point)) continue
      handles.set(
        point,
        surface.point({
          name: point.name,
          label: `Point ${point.name}`,
          look: "ink",
          small: true,
          get: () => point.at,
          set: (u) => (point.at = u),
          delete: () => {
            remember()
            points = points.filter((each) => each !== point)
            shapesDrawn = shapesDrawn.filter(({of}) => !of.includes(point))
            updateHandles()
            surface.change()
          },
        }),
      )
    }
  }
  // What the tool does where it is used: with a point that is there, or with a new one.
  const applyTool = (at, there) => {
    const [, needed] = TOOLS[tool]
    if (tool === "move" || !at) return
    if (tool === "centre") {
      surface.centre(there ? there.at : at)
      return
    }
    if (chosen.length === 0) remember()
    let point = there
    if (!point) {
      point = {at, name: freeName()}
      points = [...points, point]
    }
    if (!chosen.includes(point)) chosen.push(point)
    if (chosen.length === needed) {
      if (tool !== "point") shapesDrawn = [...shapesDrawn, {kind: tool, of: chosen}]
      chosen = []
    }
    updateHandles()
    surface.change()
  }

  const panel = surface.picture(
    charts.disk,
    {
      label: "Sheet",
      caption: "",
      drags: true,
      tap: (event, taken) => {
        const there = [...handles].find(([, each]) => each === taken)?.[0]
        const found = surface.at(panel, event)
        if (!found || found.outside) return
        // Points of the run are taken exactly where they are.
        const near =
          !there &&
          cloud &&
          [...cloud.real, ...cloud.synthetic]
            .map((u) => [u, plane.distance(u, found.point)])
            .sort((p, q) => p[1] - q[1])[0]
        const [x, y] = near ? panel.pen.place(near[0]) : [0, 0],
          [p, q] = panel.pen.place(found.point)
        applyTool(near && Math.hypot(x - p, y - q) < SNAP ? near[0] : found.point, there)
      },
      // By keys: the arrows move a cross, and Enter uses the tool there.
      keys: (event, way) => {
        if (tool === "move") return false
        if (way) {
          const next = plane.exp(cursor ?? [0, 0], way)
          if (plane.length(next) < FARTHEST) cursor = next
        } else if (event.key === "Enter" && cursor) {
          const at = plane.apply(plane.inverse(surface.view), cursor)
          applyTool(
            at,
            points.find((point) => plane.distance(point.at, at) < STEP),
          )
        } else return false
        surface.change()
        return true
      },
    },
    paint,
  )
  updateHandles()

  const buttons = Object.entries(TOOLS).map(([each, [name]]) => {
    const button = surface.button({
      label: name,
      press: () => {
        tool = each
        chosen = []
        cursor = tool === "move" ? null : [0, 0]
        panel.drags = tool === "move"
        show()
      },
    })
    return [each, button]
  })
  const show = () => buttons.forEach(([each, button]) => button.setAttribute("aria-pressed", each === tool))
  show()
  surface.button({
    label: "Undo",
    press: () => {
      if (!past.length) return
      chosen = []
      ;[points, shapesDrawn] = past.pop()
      updateHandles()
    },
  })
  surface.button({
    label: "Clear",
    press: () => {
      remember()
      ;[points, shapesDrawn, chosen] = [[], [], []]
      surface.view = plane.IDENTITY
      updateHandles()
    },
  })
  surface.select({
    label: "Picture",
    value: "disk",
    options: Object.entries(CHARTS).map(([key, {name}]) => [key, name]),
    change: (value) => {
      surface.setChart(panel, CHARTS[value])
    },
  })
  surface.select({
    label: "Behind it",
    value: "none",
    options: Object.entries(LAYERS),
    change: (value) => {
      tiles = value === "none" ? null : shapes.tiling(...value.split(",").map(Number))
    },
  })
  // What is told of a shape, by its points.
  const measures = (kind, a, b, c) => {
    const apart = plane.distance(a, b)
    if (kind === "triangle") {
      const area = plane.area(a, b, c)
      return Object.entries({"Sum of the angles": degrees(Math.PI - area), Area: number(area)})
    }
    if (kind === "circle") {
      return Object.entries({Radius: number(apart), Circumference: number(2 * Math.PI * Math.sinh(apart))})
    }
    return [["Distance of the points", number(apart)]]
  }
  surface.onDrawn(() => {
    const last = shapesDrawn.at(-1),
      [a, b, c] = last ? last.of.map((point) => point.at) : []
    const name = last && (last.kind === "mirror" ? "Mirror" : TOOLS[last.kind][0])
    const measured = last ? measures(last.kind, a, b, c) : []
    surface.showNumbers([["Points", String(points.length)], ["Newest shape", name ?? "none"], ...measured])
    const [, needed, how] = TOOLS[tool]
    const same = last && last.kind !== "triangle" && plane.distance(a, b) === 0
    const parts = [
      `${how}.`,
      needed > 1 && chosen.length ? `${needed - chosen.length} to go.` : "",
      `Drawn: ${points.length} points, ${shapesDrawn.length} shapes.`,
      ...measured.map(([what, value]) => `Newest ${name.toLowerCase()}: ${what.toLowerCase()} ${value}.`),
      tool === "move" ? "" : "By keys: arrows move the cross, Enter uses the tool.",
    ]
    surface.describe(
      same
        ? `The two points of the newest shape are in one place, so there is no ${name.toLowerCase()}. Drag them apart.`
        : parts.filter(Boolean).join(" "),
    )
  })
  return {
    get points() {
      return points.map((point) => point.at)
    },
  }
}
