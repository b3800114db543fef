// A page of the table of images. What is shown, and in which order, the server decides.

const VERDICTS = {keep: "✓", doubt: "?", drop: "✕"}

export function render({model, el}) {
  const head = element("tr"), body = element("tbody")
  const caption = element("caption", {textContent: "Images of the set"})
  el.append(element("table", {}, caption, element("thead", {}, head), body))

  const title = (name, label = name) => {
    const sorted = model.sorted === name
    const mark = sorted ? (model.falls ? " ▾" : " ▴") : ""
    const button = element("button", {type: "button", textContent: label + mark, title: `Sort by ${label}`})
    button.addEventListener("click", () => model.send_msg({sort: name}))
    return element("th", {scope: "col", ariaSort: sorted ? (model.falls ? "descending" : "ascending") : "none"}, button)
  }
  const verdict = ({image, name, verdict}) => element("td", {className: "verdict"},
    ...Object.entries(VERDICTS).map(([value, sign]) => {
      const chosen = verdict === value
      const button = element("button", {
        type: "button", textContent: sign, title: `${value}${chosen ? " (click to take it back)" : ""}`,
        ariaLabel: `${value} ${name}`, ariaPressed: String(chosen), className: chosen ? value : "",
      })
      button.addEventListener("click", (event) => {
        event.stopPropagation()
        model.send_msg({verdict: chosen ? "" : value, image})
      })
      return button
    }))
  const row = (each) => {
    const choose = (event) => model.send_msg({choose: each.image, add: event.shiftKey || event.ctrlKey || event.metaKey})
    const open = element("button", {type: "button", textContent: each.name, title: "Show in the inspector"})
    const made = element("tr", {className: each.chosen ? "chosen" : ""},
      element("td", {}, element("img", {src: each.picture, alt: ""})),
      element("td", {}, open, ...each.tags.map((tag) => element("span", {className: "tag", textContent: tag}))),
      verdict(each),
      element("td", {className: "issue"},
        ...(each.severity ? [element("b", {className: each.severity, textContent: each.severity}), " "] : []), each.words),
      ...each.values.map((value) => element("td", {className: "number", textContent: value})))
    made.addEventListener("click", choose)
    return made
  }
  const draw = () => {
    head.replaceChildren(element("th"), title("image"), title("verdict"), title("issue"), ...model.titles.map((each) => title(each)))
    const focused = el.getRootNode().activeElement?.ariaLabel
    body.replaceChildren(...model.rows.map(row))
    if (focused) [...body.querySelectorAll("button")].find((each) => each.ariaLabel === focused)?.focus()
  }
  model.on(["rows", "titles", "sorted", "falls"], draw)
  draw()
}
