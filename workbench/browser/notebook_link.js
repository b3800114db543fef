// The link from the views of a cell to the kernel: it tells when the browser listens, which frame was painted, and when
// the cell is cleared. While the kernel does not answer, it says so.

const LOOK_EVERY = 100
const ASK_EVERY = 1000
const PATIENCE = 10000

// Whether the browser listens. Until the plot exists, Panel drops messages, or the beginning of a message.
const listens = ({plot_id}) => window.PyViz.plot_index?.[plot_id] != null || plot_id in window.Bokeh.index

export function render({model, view}) {
  const notice = document.createElement("div")
  notice.setAttribute("role", "status")
  notice.style.font = "13px/1.5 Roboto, Helvetica, Arial, sans-serif"
  const manager = view.model.document.roots().find((root) => root.type.endsWith("CommManager"))
  if (manager) echoNothing(manager)
  const send = manager && messenger(manager)
  // A saved notebook has no kernel.
  if (!send) return notice
  let heard = performance.now()
  let asked = -ASK_EVERY
  let answered = false
  const tell = () => requestAnimationFrame(() => model.send_msg({painted: model.frame}))
  model.on("frame", () => {
    answered = true
    heard = performance.now()
    tell()
  })
  // The kernel answers with a frame. It is asked again until it does, since a message that comes before the kernel has
  // opened the comm is lost; and from then on whenever it has been silent for long.
  const look = () => {
    const now = performance.now()
    const silent = now - heard > PATIENCE
    if (!listens(manager)) return
    if ((!answered || silent) && now - asked > ASK_EVERY) {
      asked = now
      send({listens: true})
      tell()
    }
    notice.textContent = now - heard < 2 * PATIENCE ? ""
      : "The kernel does not answer, so this view stands still: the kernel is busy, or it was stopped or restarted. If"
        + " it was, run this cell again."
  }
  const looking = setInterval(look, LOOK_EVERY)
  model.on("remove", () => {
    clearInterval(looking)
    send({gone: true})
  })
  return notice
}
