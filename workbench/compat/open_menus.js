// Escape closes an open menu even if the menu has lost the focus.
//
// Cause: Material UI listens for Escape on the menu entry that has the focus. An entry of a MultiChoice disappears when
//   it is chosen, and the focus is lost with it.
// Upstream: not reported; `MultiChoice` is
//   https://github.com/panel-extensions/panel-material-ui/blob/v0.16.6/src/panel_material_ui/widgets/MultiSelect.jsx
// Needed for: panel-material-ui >=0.16.6,<=0.16.6
// Without it: after a choice, a menu covers the page until the user clicks beside it.
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
