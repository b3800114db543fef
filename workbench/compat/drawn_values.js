// A Material component shows the newest value of each property, and sends only what the user chooses back to the server.
//
// Cause: `useState` of Panel reads a property when a component is rendered, but follows it only from a later effect on,
//   so a change between the two is missed. Another effect writes each value that was drawn back to the model, and so
//   undoes a change that came while it was being drawn.
// Upstream: not reported; `useState` in `_render_code` of
//   https://github.com/holoviz/panel/blob/v1.9.4/panel/models/react_component.ts
// Needed for: panel >=1.9.4,<=1.9.4
// Without it: on a busy machine a text or a label stays as it was, although the server has sent another.
//
// It works for the components that are made after it has run, so a page runs it before it makes any.
{
  const model = Bokeh.Models.get("panel.models.esm.ReactComponent").prototype
  if (!model.showsNewest) {
    const code = model._render_code
    model._render_code = function () {
      return code.call(this)
        .replace("react_proxy.on(prop, cb, true)", "react_proxy.on(prop, cb, true); cb()")
        .replace("targetModel.setv({ [resolvedProp]: value })", "")
        .replace("return [value, setValue]", `
          const choose = React.useCallback((chosen) => {
            const next = typeof chosen === "function" ? chosen(targetModel.attributes[resolvedProp]) : chosen
            setValue(() => next)
            if (!target.model.events.includes(resolvedProp)) targetModel.setv({[resolvedProp]: next})
          }, [targetModel])
          return [value, choose]`)
    }
    model.showsNewest = true
  }
}
