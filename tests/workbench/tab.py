"""One tab of a browser, and what its page shows."""

import time

from playwright.sync_api import expect
from waiting import wait_until

TIMEOUT = 60_000
ALIVE = "?alive"
"""How addresses end by which a page asks whether the server answers."""

FIGURE = """name => Bokeh.documents.flatMap((each) => [...each._all_models.values()])
  .find((each) => each.type == "Figure" && each.name == name && Bokeh.index.find_one(each))"""

_DATA = """name => {
  const plain = (value) => !ArrayBuffer.isView(value) ? value : value.shape?.length != 2 ? Array.from(value)
      : {shape: value.shape, flat: Array.from(new Uint32Array(value.buffer, value.byteOffset, value.length))}
  const plot = (FIGURE)(name)
  return plot && plot.renderers.map((each) => Object.fromEntries(Object.entries(each.data_source.data)
    .map(([column, values]) => [column, Array.from(values).map(plain)])))
}""".replace("FIGURE", FIGURE)


def _is_error(message):
    return message.type == "error" and not message.location["url"].endswith(ALIVE)


def _is_failure(request):
    # A page that is left or loaded again aborts what it was loading.
    return not request.url.endswith(ALIVE) and request.failure != "net::ERR_ABORTED"


class Tab:
    """A tab whose complaints go to the list `wrong`."""

    def __init__(self, page, wrong):
        self.page = page
        page.set_default_timeout(TIMEOUT)
        # Whether the server answers is asked again and again, and also while the server or the page ends.
        page.on("console", lambda message: wrong.append(message.text) if _is_error(message) else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "requestfailed",
            lambda request: wrong.append(f"{request.url}: {request.failure}") if _is_failure(request) else None,
        )

    def goto(self, address):
        self.page.goto(address, timeout=TIMEOUT)

    def figure(self, name):
        """The data of every renderer of a figure, {column: values}; None before the figure is there."""
        return self.page.evaluate(_DATA, name)

    def ask(self, name, code, *arguments):
        """What the function `code` gives for a figure."""
        return self.page.evaluate(f"arguments => ({code})(({FIGURE})({name!r}), ...arguments)", arguments)

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True)

    def slider(self, name):
        return self.page.get_by_role("slider", name=name)

    def steer(self, knob, key):
        """Moves a knob's slider by a key, once this tab may."""
        slider = self.slider(knob)
        self.sees("You are in control")
        expect(slider).to_be_enabled(timeout=TIMEOUT)
        slider.press(key)

    def sees(self, text, **options):
        expect(self.page.get_by_text(text, **options).first).to_be_visible(timeout=TIMEOUT)

    def until(self, condition, seconds=TIMEOUT / 1000):
        """Waits until the page is as `condition` wants it, and returns what that gave."""
        return wait_until(condition, seconds)

    def wall(self):
        """The sheet of images, as (shape, flat pixels); None before there is one."""
        figure = self.figure("wall")
        return None if not figure or not figure[0]["image"] else figure[0]["image"][0]

    def points(self):
        """The data of the synthetic points on the disk; None before they are drawn."""
        data = [each for each in self.figure("disk") or [] if each.get("image")]
        return data[0] if data else None

    def press(self, key):
        """Presses a key with no control in focus."""
        self.page.evaluate("document.activeElement?.blur()")
        self.page.keyboard.press(key)

    def scrub(self, *keys):
        """Moves the timeline's slider by keys."""
        self.sees("steps kept")
        slider = self.slider("Step")
        expect(slider).to_be_enabled(timeout=TIMEOUT)
        for key in keys:
            slider.press(key)

    def edges(self, name):
        """Where a figure's data coordinates lie on the page: a function of (x, y) that gives pixels."""
        code = """plot => {
          const view = Bokeh.index.find_one(plot)
          const {left, top} = view.el.getBoundingClientRect()
          const {x_scale, y_scale} = view.frame
          return [0, 1].map((at) => [left + x_scale.compute(at), top + y_scale.compute(at)])
        }"""
        (x0, y0), (x1, y1) = self.until(lambda: (box := self.ask(name, code))[0] != box[1] and box)
        return lambda x, y: (x0 + x * (x1 - x0), y0 + y * (y1 - y0))

    def at_rest(self, name):
        """As `edges`, once the figure keeps its size."""

        def keeps():
            before = self.edges(name)(1, 1)
            time.sleep(0.5)
            return self.edges(name)(1, 1) == before

        self.until(keeps)
        return self.edges(name)

    def marks(self):
        """Where the wall marks a selected image."""
        (mark,) = [each for each in self.figure("wall") if set(each) == {"x", "y"}][1:]
        return list(zip(mark["x"], mark["y"], strict=True))

    def selected_points(self):
        return self.ask(
            "disk",
            "plot => plot.renderers.map((each) => each.data_source).find((each) => each.data.image).selected.indices",
        )

    def open_curve_options(self):
        """Shows what is beside the choice of the curve only on request."""
        self.button("Curve options: overlay runs, smoothing, log axis").click()

    def choose(self, label, option):
        """Chooses an option of a select."""
        self.page.get_by_role("combobox", name=label, exact=True).click()
        self.page.get_by_role("menuitem", name=option, exact=True).click()
