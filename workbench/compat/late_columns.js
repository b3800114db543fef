// A column or row shows what is put into it while it is itself being put on the page.
//
// Cause: the view of a layout follows changes of its children only after all views beside it have been made, which takes
//   several turns of the browser. It never looks for what has changed before. Two changes in a row are followed at the
//   same time, so that each makes a view of the same child.
// Upstream: not reported; `LayoutDOMView` in
//   https://github.com/bokeh/bokeh/blob/3.9.2/bokehjs/src/lib/models/layouts/layout_dom.ts
// Needed for: bokeh >=3.9.2,<=3.9.2
// Without it: now and then a pane of a run that has just been started or chosen stays empty.
//
// `late_children.js` does the same for Material containers.
{
  const view = Object.getPrototypeOf(Bokeh.Models.get("Column").prototype.default_view.prototype)
  if (!view.looksAgain) {
    const {build_child_views, r_after_render} = view
    view.build_child_views = function () {
      return this.built = Promise.resolve(this.built).catch(() => {}).then(() => build_child_views.call(this))
    }
    view.r_after_render = function () {
      const isFirst = !this._was_built
      r_after_render.call(this)
      const children = new Set(this.child_models)
      const has = (each) => this._child_views.has(each)
      if (isFirst && !(children.size === this._child_views.size && [...children].every(has))) this.update_children()
    }
    view.looksAgain = true
  }
}
