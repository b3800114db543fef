// The browser loads the modules of components itself.
//
// Cause: Panel has es-module-shims load them, which reads and rewrites their whole text first, and gives the browser a
//   copy that it compiles anew for each page. That is needed for modules that import others by bare names, or in browsers
//   without import maps. The components of the page import nothing.
// Upstream: not reported; `importShim` in
//   https://github.com/holoviz/panel/blob/v1.9.4/panel/models/reactive_esm.ts
// Needed for: panel >=1.9.4,<=1.9.4
// Without it: the page opens later.
{
  const load = (address) => import(new URL(address, document.baseURI).href)
  load.addImportMap = () => {}
  Object.defineProperty(window, "importShim", {get: () => load, set: () => {}, configurable: true})
}
