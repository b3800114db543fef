// A drag in a figure begins however long the button is held before the pointer moves.
//
// Cause: a pointer that rests for 300 ms becomes a press, and from then on no movement begins a drag.
// Upstream: not reported; `_pointer_timeout` in
//   https://github.com/bokeh/bokeh/blob/3.9.2/bokehjs/src/lib/core/ui_gestures.ts
// Needed for: bokeh >=3.9.2,<=3.9.2
// Without it: who takes aim before dragging the disk moves nothing; so does everyone while the page is busy.
//
// Nothing here answers a press, so figures have none. The buttons of toolbars have gestures of their own.
{
  const view = Bokeh.Models.get("Canvas").prototype.default_view.prototype
  if (!view.waitsForDrags) {
    const {initialize} = view
    view.initialize = function () {
      initialize.call(this)
      const {ui_gestures} = this.ui_event_bus
      ui_gestures._pointer_timeout = () => { ui_gestures.press_timer = null }
    }
    view.waitsForDrags = true
  }
}
