// Makes the canvas of a figure known to screen readers and, if it takes keys, usable without a pointer.
//
// args: plot; words: source with the columns `label` (what the figure is and shows) and `live` (what has just changed,
// to be read aloud); keys: source in which pressed keys are sent, null if the figure takes none.

// To find it, Bokeh goes through all views of the page.
if (!plot.known_view?.el.isConnected) plot.known_view = Bokeh.index.find_one(plot)
const view = plot.known_view
const element = view?.canvas_view?.events_el
if (!element) return

const KEYS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "Enter", " ", "Escape", "r"]
const RING = "2px solid #2f88d6"

const send = (key, add) => { keys.data = {key: [key], add: [add], count: [(keys.data.count[0] ?? 0) + 1]} }

if (!element.dataset.known) {
    element.dataset.known = "yes"
    element.setAttribute("role", keys ? "application" : "img")
    if (keys) {
        element.setAttribute("aria-roledescription", "interactive picture")
        element.addEventListener("keydown", (event) => {
            if (!KEYS.includes(event.key) || event.ctrlKey && event.key !== "Enter" || event.metaKey || event.altKey) return
            // The page uses arrows too.
            event.preventDefault()
            event.stopPropagation()
            send(event.key, event.shiftKey || event.ctrlKey)
        })
        element.addEventListener("focus", () => {
            // A click also gives the focus, but shows no ring.
            if (!element.matches(":focus-visible")) return
            element.style.outline = RING
            element.style.outlineOffset = "-2px"
            send("focus", false)
        })
        element.addEventListener("blur", () => {
            element.style.outline = "none"
            send("blur", false)
        })
    } else {
        element.tabIndex = -1
    }
}
element.setAttribute("aria-label", words.data.label[0])
if (keys) {
    // Bokeh empties the element of a figure when it draws it anew.
    let live = view.shadow_el.querySelector(".live-words")
    if (!live) {
        live = document.createElement("div")
        live.className = "live-words"
        live.setAttribute("role", "status")
        live.setAttribute("aria-live", "polite")
        live.style.cssText = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap"
        view.shadow_el.append(live)
    }
    if (live.textContent !== words.data.live[0]) live.textContent = words.data.live[0]
}
