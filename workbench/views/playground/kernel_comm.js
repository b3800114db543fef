// Tells the kernel of a notebook what a figure shows, once the user has changed it.
//
// In JupyterLab and Notebook 7, pyviz_comms gives a connection to the kernel to each output that asks for one; elsewhere
// there is none, and nothing is told.

const TELL_EVERY = 100
const TARGET = "hdd-playground"

// place: the name of the output, under which the kernel knows the figure.
function makeTeller(place) {
  let comm = null,
    first = null,
    newest = null,
    waiting = 0
  const send = () => {
    waiting = 0
    if (!comm) {
      const kernel = window.PyViz?.kernels?.[place]
      if (!kernel) return
      comm = kernel.connectToComm(TARGET)
      comm.open({})
    }
    comm.send({place, ...JSON.parse(newest)})
  }
  return (shown, values) => {
    const next = JSON.stringify({shown, values})
    // A kernel that was started after the figure was made does not know it, so nothing is told before it is changed.
    if (newest === null) first ??= next
    if (next === (newest ?? first)) return
    newest = next
    waiting ||= setTimeout(send, TELL_EVERY)
  }
}
