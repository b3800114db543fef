// The table of runs. Rows keep their elements while they are updated, so that focus, hover and scrolling stay.

// What has been drawn of a model: its rows by the name of their run, and the column by which they are sorted.
function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b
  return String(a).localeCompare(String(b), undefined, {numeric: true})
}

export function render({model, el}) {
  const head = element("tr"), body = element("tbody")
  el.append(element("table", {}, element("caption", {textContent: "Runs of the folder"}), element("thead", {}, head), body))
  const drawn = new Map()
  let sorted = null, falls = false

  const sortBy = (column) => {
    // The third click on a title brings back the tree of forks.
    if (sorted !== column) [sorted, falls] = [column, false]
    else if (!falls) falls = true
    else sorted = null
    draw()
  }
  const choose = (name, chosen) => {
    model.selected = chosen ? [...model.selected, name] : model.selected.filter((each) => each !== name)
  }
  const makeRow = ({name}) => {
    const box = element("input", {type: "checkbox", ariaLabel: `Select ${name}`})
    box.addEventListener("change", () => choose(name, box.checked))
    const open = element("button", {type: "button", title: "Show this run"})
    open.addEventListener("click", () => model.send_msg({open: name}))
    const row = element("tr", {}, element("td", {}, box), element("td", {className: "run"}, element("span"), open))
    row.addEventListener("dblclick", () => model.send_msg({open: name}))
    return row
  }
  const fill = (row, {name, depth, cells}) => {
    const chosen = model.selected.includes(name)
    row.classList.toggle("chosen", chosen)
    row.ariaCurrent = name === model.shown ? "true" : null
    row.cells[0].firstChild.checked = chosen
    const [indent, open] = row.cells[1].children
    setText(indent, sorted === null && depth ? "\u00a0\u00a0\u00a0".repeat(depth - 1) + "└ " : "")
    setText(open, name)
    while (row.cells.length < cells.length + 1) row.append(element("td"))
    while (row.cells.length > cells.length + 1) row.lastChild.remove()
    cells.slice(1).forEach(([text], place) => {
      const cell = row.cells[place + 2]
      setText(cell, text)
      cell.title = text
    })
  }
  const draw = () => {
    const titles = model.titles
    head.replaceChildren(element("th"), ...titles.map((title, column) => {
      const mark = sorted === column ? (falls ? " ▾" : " ▴") : ""
      const button = element("button", {type: "button", textContent: title + mark, title: `Sort by ${title}`})
      button.addEventListener("click", () => sortBy(column))
      const order = sorted === column ? (falls ? "descending" : "ascending") : "none"
      return element("th", {scope: "col", ariaSort: order}, button)
    }))
    const rows = [...model.rows]
    if (sorted !== null && sorted < titles.length) {
      rows.sort((a, b) => (falls ? -1 : 1) * compare(a.cells[sorted][1], b.cells[sorted][1]))
    }
    const names = new Set(rows.map(({name}) => name))
    for (const [name, row] of drawn) {
      if (!names.has(name)) {
        row.remove()
        drawn.delete(name)
      }
    }
    rows.forEach((each, place) => {
      if (!drawn.has(each.name)) drawn.set(each.name, makeRow(each))
      const row = drawn.get(each.name)
      fill(row, each)
      if (body.rows[place] !== row) body.insertBefore(row, body.rows[place] ?? null)
    })
  }
  model.on(["rows", "titles", "selected", "shown"], draw)
  draw()
}
