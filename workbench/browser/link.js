// The link from a page to its session: it sends the key of this tab, the frame that was painted, and keys that were
// pressed.

// The key of this tab, which survives a reload. crypto.randomUUID does not exist on pages without TLS.
function tabKey() {
  let key = sessionStorage.getItem("hdd-tab")
  if (!key) {
    key = Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(16)).join("")
    sessionStorage.setItem("hdd-tab", key)
  }
  return key
}

export function render({model, view}) {
  const tell = () => requestAnimationFrame(() => model.send_msg({painted: model.frame}))
  model.on("frame", tell)
  // React components miss changes that are made before the whole page has been drawn.
  const begin = () => {
    model.send_msg({tab: tabKey()})
    tell()
  }
  const page = view.model.document
  page.is_idle ? begin() : page.idle.connect(begin)
  model.on("msg:custom", (message) => {
    if (message.save) download(new Blob([message.data]), message.save)
    else navigator.clipboard?.writeText(message.copy).catch(() => {})
  })
  const press = (event) => {
    const key = KEYS[event.key]
    if (!key || taken(event)) return
    event.preventDefault()
    model.send_msg({key})
  }
  if (!model.owns_page) return
  // Browsers refuse to change the address often, as a slider would.
  let waiting = 0
  const nameAll = () => {
    waiting = 0
    if (!model.query.length) return
    const address = new URL(window.location)
    for (const name of model.names) address.searchParams.delete(name)
    for (const [name, value] of model.query) address.searchParams.append(name, value)
    history.replaceState(history.state, "", address)
  }
  model.on("query", () => (waiting ||= setTimeout(nameAll, 200)))
  nameAll()
  model.on("colors", () => (document.cookie = `hdd-colors=${model.colors}; path=/; max-age=31536000; samesite=lax`))
  reloadAfterOutages(page)
  document.addEventListener("keydown", press)
  const forget = watchPanes()
  model.on("remove", () => {
    document.removeEventListener("keydown", press)
    forget()
  })
}
