// A container shows what is put into it while it is itself being put on the page.
//
// Cause: the view of a container follows changes of its children only after all views in it have been made, which takes
//   several turns of the browser, and its React component follows them only after it has been painted. A change that
//   comes before is never looked for again.
// Upstream: not reported; `build_views_no_remove` and `get_child` in
//   https://github.com/holoviz/panel/blob/v1.9.4/panel/models/react_component.ts
// Needed for: panel >=1.9.4,<=1.9.4
// Without it: now and then a tab that is opened stays empty.
{
  const view = Bokeh.Models.get("panel.models.esm.ReactComponent").prototype.default_view.prototype
  if (!view.looksAgain) {
    const { connect_signals, on_child_render } = view
    view.connect_signals = function () {
      connect_signals.call(this)
      const children = new Set(this.child_models)
      if (children.size !== this._child_views.size || [...this._child_views.keys()].some((each) => !children.has(each)))
        this.update_children()
    }
    view.on_child_render = function (child, follow) {
      on_child_render.call(this, child, follow)
      follow([])
    }
    view.looksAgain = true
  }
}
