// Sets the ranges of a figure so that all of x0…x1 × y0…y1 is visible, and a unit is `aspect` times as wide as high.
//
// args: plot, x0, x1, y0, y1, aspect; align and top: the shares of the spare room that go to the left and above.
const isLaidOut = !plot.properties.inner_width.is_unset && !plot.properties.inner_height.is_unset
const width = isLaidOut && plot.inner_width, height = isLaidOut && plot.inner_height
if (!(width > 0 && height > 0)) return
const unit = Math.min(width / aspect / (x1 - x0), height / (y1 - y0))
const [dx, dy] = [width / aspect / unit - (x1 - x0), height / unit - (y1 - y0)]
plot.x_range.setv({start: x0 - align * dx, end: x1 + (1 - align) * dx})
plot.y_range.setv({start: y0 - (1 - top) * dy, end: y1 + top * dy})
