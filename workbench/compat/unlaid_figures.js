// A figure that has not been laid out yet is measured later instead of failing.
//
// Cause: panel-material-ui puts figures into React components. A figure that is measured before it is laid out reads
//   panels that do not exist yet: "Cannot read properties of undefined (reading 'top_panel')".
// Upstream: https://github.com/panel-extensions/panel-material-ui/issues/548
// Needed for: panel-material-ui >=0.16.6,<=0.16.6; bokeh >=3.9.2,<=3.9.2
// Without it: the console fills with errors while the page loads, and a figure may stay empty.
for (const name of ["Plot", "Figure"]) {
  const view = Bokeh.Models.get(name)?.prototype.default_view?.prototype
  if (!view || view.isPatient) continue
  for (const method of ["_measure_layout", "_after_layout"]) {
    const original = view[method]
    view[method] = function () { if (this.layout) original.call(this) }
  }
  view.isPatient = true
}
