// Puts figures into an element: one, or several to choose from.
//
// words: [{name, title, notice}, …] of the figures; given: what their state begins with, which they then share.
function mount(host, words, given) {
  const root = host.shadowRoot ?? host.attachShadow({mode: "open"})
  const style = make("style", {textContent: STYLE})
  const place = make("div", {className: "playground"})
  let shown = null,
    surface = null
  const show = (each) => {
    surface?.destroy()
    place.replaceChildren()
    shown = each
    surface = makeSurface(place, each)
    figures[each.name](surface, {...given})
    surface.change()
    buttons.forEach((button, i) => button.setAttribute("aria-current", words[i] === each))
  }
  const buttons = words.map((each) => {
    const button = make("button", {type: "button", textContent: each.title})
    button.addEventListener("click", () => show(each))
    return button
  })
  const chooser = make("nav", {className: "chooser", ariaLabel: "Figures"}, ...buttons)
  root.replaceChildren(style, ...(words.length > 1 ? [chooser] : []), place)
  show(words[0])
  return {
    give: (next) => {
      given = next
      show(shown)
    },
    destroy: () => surface?.destroy(),
  }
}
