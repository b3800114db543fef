// A table of texts, in which the first cell of a line can be a button that shows a run.

export function render({model, el}) {
  const head = element("tr"), body = element("tbody")
  const caption = element("caption")
  el.append(element("table", {}, caption, element("thead", {}, head), body))

  const makeRow = (place) => {
    const open = element("button", {type: "button"})
    open.addEventListener("click", () => model.send_msg({open: model.table.runs[place]}))
    return element("tr", {}, element("td", {className: "run"}, open))
  }
  // Rows keep their elements while they are updated, so that focus and hover stay.
  const draw = () => {
    const {caption: about = "", titles = [], lines = [], runs = []} = model.table
    setText(caption, about)
    head.replaceChildren(...titles.map((textContent) => element("th", {scope: "col", textContent})))
    while (body.rows.length > lines.length) body.lastChild.remove()
    lines.forEach((cells, place) => {
      const row = body.rows[place] ?? body.appendChild(makeRow(place))
      const [name] = row.cells[0].children
      setText(name, cells[0])
      name.disabled = !runs[place]
      row.cells[0].title = `${cells[0]}: ${runs[place] ? `show the run ${runs[place]}` : "it has no run yet"}`
      while (row.cells.length < cells.length) row.append(element("td"))
      while (row.cells.length > cells.length) row.lastChild.remove()
      cells.slice(1).forEach((text, column) => setText(row.cells[column + 1], text))
    })
  }
  model.on("table", draw)
  draw()
}
