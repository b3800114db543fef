// The figures as a component of Panel.

export function render({model, el}) {
  const host = document.createElement("div")
  // The page around it takes this much of the window.
  host.style.setProperty("--room", "calc(100vh - 470px)")
  el.append(host)
  const tell = (name) => (model.figure = name)
  const shown = mount(host, model.words, model.given, tell, model.figure)
  model.on("given", () => shown.give(model.given))
  model.on("figure", () => shown.choose(model.figure))
  model.on("remove", () => shown.destroy())
}
