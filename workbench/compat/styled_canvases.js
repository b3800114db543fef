// Figures are drawn as Python describes them, and are not asked how style sheets would have them drawn.
//
// Cause: before Bokeh draws a text, a line or an area on a canvas, it looks for up to ten CSS variables that could change
//   how it is drawn. For each, the browser brings the styles of the whole page up to date.
// Upstream: not reported; `VisualProperties._get_css_value` in
//   https://github.com/bokeh/bokeh/blob/3.9.2/bokehjs/src/lib/core/visuals/visual.ts
// Needed for: bokeh >=3.9.2,<=3.9.2
// Without it: the page opens later, and each frame takes a tenth longer to paint.
Bokeh.require("core/visuals/visual").VisualProperties.prototype._get_css_value = () => ""
