// Changes that the kernel sends are not sent back to it.
//
// Cause: Panel's CommManager takes every change of its document for a change by the user, and sends it to the kernel,
//   even if it has just come from the kernel.
// Upstream: not reported; `_document_changed` in https://github.com/holoviz/panel/blob/v1.9.4/panel/models/comm_manager.ts
// Needed for: panel >=1.9.4,<=1.9.4
// Without it: in a notebook each frame is sent back, as if the user had changed every control in it.

function echoNothing(manager) {
  const changed = manager._document_changed
  manager._document_changed = function (event) { if (event.sync !== false) changed.call(this, event) }
}

// Returns a function that sends a message to the kernel through the manager's comm; null in a saved notebook, which has
// no kernel.
function messenger(manager) {
  const comm = manager._client_comm
  return comm ? (message) => comm.send(message, {}, []) : null
}
