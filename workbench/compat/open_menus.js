// Escape closes an open menu that no longer has the focus.
//
// Cause: the focus is on an entry of a menu, and Material UI listens for Escape there. An entry that goes away once it
//   is chosen, as those of a MultiChoice do, takes the focus with it.
// Upstream: not reported; `MultiChoice` is
//   https://github.com/panel-extensions/panel-material-ui/blob/v0.16.6/src/panel_material_ui/widgets/MultiSelect.jsx
// Needed for: panel-material-ui >=0.16.6,<=0.16.6
// Without it: after a choice from a menu only a click beside it closes it, and until then it covers the page.
{
  const closeMenus = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.matches(".MuiModal-backdrop.MuiBackdrop-invisible")) element.click()
      if (element.shadowRoot) closeMenus(element.shadowRoot)
    }
  }
  if (!document.closesMenus) {
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && event.target === document.body) closeMenus(document)
    })
    document.closesMenus = true
  }
}
