// A style sheet is not written again if it has not changed.
//
// Cause: whenever a figure is painted, Bokeh writes the style sheet of each renderer again, even if it is the same, and
//   the browser then computes the styles of the whole page again.
// Upstream: not reported; `InlineStyleSheet._update` in
//   https://github.com/bokeh/bokeh/blob/3.9.2/bokehjs/src/lib/core/dom.ts
// Needed for: bokeh >=3.9.2,<=3.9.2
// Without it: with every frame the browser computes the styles of the whole page again, and frames come later.
{
  const sheet = Object.getPrototypeOf(new (Bokeh.Models.get("InlineStyleSheet"))({css: ""}).underlying())
  if (!sheet.keepsSame) {
    const update = sheet._update
    sheet._update = function (css) { if (this.el.textContent !== css) update.call(this, css) }
    sheet.keepsSame = true
  }
}
