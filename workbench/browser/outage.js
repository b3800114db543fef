// Says when the server does not answer, and keeps the user from controls that have no effect meanwhile. Once the server
// answers again, a page that has lost its connection is loaded again: Bokeh could reconnect the old session, but the
// first change that arrives before the server's greeting breaks that for good, and changes that were sent meanwhile are
// lost. The address and the key of the tab bring the page back to what it showed.

const ASK_EVERY = 2000
// A server that shares its cores with an engine may take seconds to answer.
const PATIENCE = 15000

function outageNotice() {
  const notice = document.createElement("dialog")
  notice.setAttribute("role", "alertdialog")
  notice.setAttribute("aria-label", "Connection lost")
  notice.style.cssText = "border: 0; border-radius: 6px; padding: 16px 24px; max-width: 440px; color: #fff;"
    + " background: #22394c; font: 14px/1.5 Roboto, Helvetica, Arial, sans-serif"
  const title = document.createElement("strong")
  title.textContent = "The server does not answer"
  const text = document.createElement("div")
  text.textContent = "What you see is no longer up to date. The run goes on, and this page comes back by itself as soon"
    + " as the server answers."
  notice.append(title, text)
  // Escape must not give the controls back.
  notice.addEventListener("cancel", (event) => event.preventDefault())
  document.body.append(notice)
  return notice
}

// Whether the server answers, asked for something small.
async function serverAnswers() {
  const source = [...document.scripts].find((script) => script.src.startsWith(location.origin))?.src
  try {
    const limits = {cache: "no-store", signal: AbortSignal.timeout(PATIENCE)}
    const address = new URL(source ?? location.href)
    address.search = "alive"
    const answer = await fetch(address, {method: "HEAD", ...limits})
    await answer.text()
    return true
  } catch {
    return false
  }
}

function reloadAfterOutages(page) {
  let lost = false
  let leaving = false
  let notice = null
  addEventListener("pagehide", () => (leaving = true))
  const say = () => {
    notice ??= outageNotice()
    if (!notice.open) notice.showModal()
  }
  const look = async () => {
    // An answer from before the connection was lost says nothing of now.
    const wasLost = lost
    const answers = await serverAnswers()
    if (leaving) return
    if (wasLost && answers) {
      leaving = true
      location.reload()
      return
    }
    if (!answers) say()
    else if (notice?.open) notice.close()
  }
  const watch = async () => {
    await look()
    if (!leaving) setTimeout(watch, ASK_EVERY)
  }
  page.on_event("connection_lost", () => {
    lost = true
    say()
    look()
  })
  addEventListener("offline", look)
  watch()
}
