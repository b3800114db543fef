// What the kernel sends is not sent back to it.
//
// Cause: Panel's CommManager takes all that changes in its document for the user's doing, and sends it to the kernel,
//   also what the kernel itself has just sent.
// Upstream: not reported; `_document_changed` in https://github.com/holoviz/panel/blob/v1.9.4/panel/models/comm_manager.ts
// Needed for: panel >=1.9.4,<=1.9.4
// Without it: in a notebook each frame comes back as if the user had changed every control in it.

function echoNothing(manager) {
  const changed = manager._document_changed
  manager._document_changed = function (event) { if (event.sync !== false) changed.call(this, event) }
}

// Sends messages of our own to the kernel by the manager's comm; null in a saved notebook, which has no kernel.
function messenger(manager) {
  const comm = manager._client_comm
  return comm ? (message) => comm.send(message, {}, []) : null
}
