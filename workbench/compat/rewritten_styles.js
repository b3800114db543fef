// A style sheet that says what it said before is left as it is.
//
// Cause: Bokeh writes the style sheet of each renderer again whenever a figure is painted, though it is the same, and
//   the browser then styles the whole page again.
// Upstream: not reported; `InlineStyleSheet._update` in
//   https://github.com/bokeh/bokeh/blob/3.9.2/bokehjs/src/lib/core/dom.ts
// Needed for: bokeh >=3.9.2,<=3.9.2
// Without it: every frame costs the browser a styling of the whole page, and frames come later.
{
  const sheet = Object.getPrototypeOf(new (Bokeh.Models.get("InlineStyleSheet"))({css: ""}).underlying())
  if (!sheet.keepsSame) {
    const update = sheet._update
    sheet._update = function (css) { if (this.el.textContent !== css) update.call(this, css) }
    sheet.keepsSame = true
  }
}
