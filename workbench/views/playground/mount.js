// Puts figures into an element: one, or several to choose from.
//
// words: [{name, title, notice, values}, …] of the figures; given: what their state begins with, which they then share;
// tell: called with the name of the figure that is shown and its values, whenever it was drawn; null for nobody;
// first: the name of the figure that is shown first.
function mount(host, words, given, tell = null, first = words[0].name) {
  // A notebook would take the arrow keys for itself.
  host.setAttribute("data-lm-suppress-shortcuts", "")
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
    const state = figures[each.name](surface, {...given})
    if (tell) surface.onDrawn(() => tell(each.name, Object.fromEntries(each.values.map((name) => [name, state[name]]))))
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
  const choose = (name) => show(words.find((each) => each.name === name) ?? words[0])
  choose(first)
  return {
    // Shows the figure of that name, or the first if there is none.
    choose: (name) => name === shown.name || choose(name),
    give: (next) => {
      given = next
      show(shown)
    },
    destroy: () => surface?.destroy(),
  }
}
