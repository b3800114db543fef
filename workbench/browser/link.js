// The link from a page to its session: it sends the key of this tab, the frame that was painted, and keys that were
// pressed.

// crypto.randomUUID does not exist on pages without TLS.
const newKey = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(16)).join("")

// The key of this tab, which survives a reload.
function tabKey() {
  const key = sessionStorage.getItem("hdd-tab") || newKey()
  sessionStorage.setItem("hdd-tab", key)
  return key
}

// A browser that duplicates a tab gives both the same key. The tab that had it first says so, and the other takes a new
// one; then it calls back. All links of a page share this, as they share the key.
function onNewKey(callback) {
  if (!window.hddTab) {
    const channel = new BroadcastChannel("hdd-tab")
    const tab = (window.hddTab = {page: newKey(), since: Date.now(), callbacks: new Set()})
    channel.onmessage = ({data}) => {
      if (data.key !== tabKey()) return
      const isFirst = tab.since < data.since || (tab.since === data.since && tab.page < data.page)
      if (data.asks && isFirst) channel.postMessage({...data, asks: false})
      if (data.asks || data.page !== tab.page) return
      sessionStorage.setItem("hdd-tab", newKey())
      for (const each of tab.callbacks) each()
    }
    channel.postMessage({asks: true, key: tabKey(), page: tab.page, since: tab.since})
  }
  window.hddTab.callbacks.add(callback)
  return () => window.hddTab.callbacks.delete(callback)
}

export function render({model, view}) {
  const tell = () => requestAnimationFrame(() => model.send_msg({painted: model.frame}))
  model.on("frame", tell)
  // React components miss changes that are made before the whole page has been drawn.
  const begin = () => {
    model.send_msg({tab: tabKey()})
    tell()
  }
  model.on("remove", onNewKey(() => model.send_msg({tab: tabKey()})))
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
