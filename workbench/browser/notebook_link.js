// The link from the views of a cell to the kernel: it tells when the browser listens, which frame was painted, and when
// the cell is cleared.

// Whether the browser listens. Until the plot exists, Panel drops messages, or the beginning of a message.
const listens = ({plot_id}) => window.PyViz.plot_index?.[plot_id] != null || plot_id in window.Bokeh.index

export function render({model, view}) {
  const manager = view.model.document.roots().find((root) => root.type.endsWith("CommManager"))
  if (manager) echoNothing(manager)
  const send = manager && messenger(manager)
  // A saved notebook has no kernel.
  if (!send) return
  const tell = () => requestAnimationFrame(() => model.send_msg({painted: model.frame}))
  model.on("frame", tell)
  model.on("remove", () => send({gone: true}))
  const waiting = setInterval(() => {
    if (!listens(manager)) return
    clearInterval(waiting)
    send({listens: true})
    tell()
  }, 20)
}
