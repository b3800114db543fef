"""Faults that only a browser shows, each without its patch and with it."""

import inspect

import panel as pn
import panel_material_ui as pmui
import pytest
from bokeh.models import Column as BokehColumn
from bokeh.models import Div
from bokeh.plotting import figure
from bokeh.server.connection import ServerConnection
from panel.custom import JSComponent
from panel.io import document as panel_document
from playwright.sync_api import expect
from tab import FIGURE, TIMEOUT
from waiting import wait_until

from workbench import compat
from workbench.compat.message_order import keep_order
from workbench.page import TEMPLATE

FINISHED = f"[({FIGURE})('line')].some((each) => each && Bokeh.index.find_one(each).has_finished())"

with_and_without = pytest.mark.parametrize("patched", [False, True], ids=["without", "with"])


class Slow(JSComponent):
    """Takes a second to be made."""

    _esm = """
await new Promise((done) => setTimeout(done, 1000))
export function render() {
  const text = document.createElement("p")
  text.textContent = "Made"
  return text
}"""


@pytest.fixture
def show(browser, serve, patched):
    """Opens a page on what a function makes; gives it and the errors that it reports."""
    pages = []

    def open_(make):
        page, errors = browser.new_page(), []
        pages.append(page)
        page.set_default_timeout(TIMEOUT)
        page.on("pageerror", lambda error: errors.append(str(error)))
        template = {"template": TEMPLATE} if patched else {}
        page.goto(serve(lambda: pmui.Page(main=make(), **template)))
        page.wait_for_function("typeof Bokeh !== 'undefined' && Bokeh.documents[0]?.is_idle")
        return page, errors

    yield open_
    for page in pages:
        page.close()


def line():
    plot = figure(name="line", sizing_mode="stretch_both")
    plot.line([0, 1], [0, 1])
    return pn.pane.Bokeh(plot, sizing_mode="stretch_both", min_height=100)


@with_and_without
def test_figures_that_come_later_are_measured_too_early(show, patched):
    def make():
        place, button = pmui.Column(sizing_mode="stretch_width", height=300), pmui.Button(label="Show")
        button.on_click(lambda _: place.append(line()))
        return [button, place]

    page, errors = show(make)
    show_it = page.get_by_role("button", name="Show")
    if patched:
        show_it.click()
        page.wait_for_function(FINISHED)
        assert errors == []
    else:
        # Whether it is too early depends on the moment, so one figure is added after the other.
        wait_until(lambda: show_it.click() or [error for error in errors if "top_panel" in error])


HOW_LOADED = """() => performance.getEntriesByType("resource")
    .filter((each) => each.name.includes("panel-material-ui.bundle.js")).map((each) => each.initiatorType)"""


@with_and_without
def test_modules_are_read_and_rewritten_before_the_browser_has_them(show, patched):
    page, errors = show(lambda: [pmui.Typography("There")])
    expect(page.get_by_text("There")).to_be_visible(timeout=TIMEOUT)
    assert ("fetch" in page.evaluate(HOW_LOADED)) != patched
    assert errors == []


READ_TO_PAINT = f"""() => {{
    const read = [], original = CSSStyleDeclaration.prototype.getPropertyValue
    CSSStyleDeclaration.prototype.getPropertyValue = function (name) {{
        read.push(name)
        return original.call(this, name)
    }}
    Bokeh.index.find_one(({FIGURE})("line")).repaint()
    CSSStyleDeclaration.prototype.getPropertyValue = original
    return read.filter((name) => name.startsWith("--bk-")).length
}}"""


@with_and_without
def test_style_sheets_are_asked_how_to_draw_whenever_a_figure_is_painted(show, patched):
    page, _ = show(lambda: [line()])
    page.wait_for_function(FINISHED)
    assert (page.evaluate(READ_TO_PAINT) == 0) == patched


@with_and_without
@pytest.mark.parametrize("container", [pmui.Paper, pn.Column, pn.Row])
def test_what_is_put_into_a_container_that_is_being_made_is_missed(show, patched, container):
    def make():
        place, button = pmui.Column(), pmui.Button(label="Show")

        def put(_):
            inner = container(Slow())
            place[:] = [inner]
            pn.state.curdoc.add_timeout_callback(lambda: inner.append(pmui.Typography("Late")), 300)

        button.on_click(put)
        return [button, place]

    page, _ = show(make)
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("Made", exact=True)).to_be_visible(timeout=TIMEOUT)
    if patched:
        expect(page.get_by_text("Late")).to_be_visible(timeout=TIMEOUT)
    else:
        page.wait_for_timeout(500)
        expect(page.get_by_text("Late")).to_have_count(0)


@with_and_without
def test_what_changes_while_it_is_drawn_is_missed_or_undone(show, patched):
    def make():
        place, button = pn.Column(), pmui.Button(label="Show")
        button.on_click(lambda _: place.append(pmui.Button(label="one")))
        return [button, place]

    page, _ = show(make)
    # A component says that it was rendered just before it begins to follow its properties.
    page.evaluate(
        """() => {
          const view = Bokeh.Models.get("panel.models.esm.ReactComponent").prototype.default_view.prototype
          const {after_rendered} = view
          view.after_rendered = function () {
            after_rendered.call(this)
            if (this.model.data.label === "one") this.model.data.setv({label: "two"})
          }
        }"""
    )
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("button", name="two" if patched else "one")).to_be_visible(timeout=TIMEOUT)
    # What was drawn is written back some time later, over whatever has come since.
    written = page.evaluate(
        """async () => {
          const models = [...Bokeh.documents[0]._all_models.values()]
          const {data} = models.find((each) => each.data?.attributes.label === "two")
          const {setv} = data
          const written = []
          data.setv = function (values, ...rest) {
            written.push(values.label)
            return setv.call(this, values, ...rest)
          }
          setv.call(data, {label: "three"})
          await new Promise((done) => setTimeout(done, 500))
          return written
        }"""
    )
    assert written == ([] if patched else ["three"])


@with_and_without
def test_style_sheets_are_written_again_at_every_paint(show, patched):
    page, _ = show(lambda: [line()])
    page.wait_for_function(FINISHED)
    written = page.evaluate(
        f"""async () => {{
          const plot = ({FIGURE})('line')
          const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))
          const sheets = plot.renderers.map((each) => Bokeh.index.find_one(each)).flatMap((view) =>
            [...view.el.shadowRoot.querySelectorAll("style")])
          await painted()
          let written = 0
          const observer = new MutationObserver((changes) => (written += changes.length))
          for (const sheet of sheets) observer.observe(sheet, {{childList: true, characterData: true, subtree: true}})
          plot.renderers[0].data_source.change.emit()
          await painted()
          return [sheets.length, written + observer.takeRecords().length]
        }}"""
    )
    assert written[0] > 0
    assert (written[1] > 0) != patched


@with_and_without
def test_a_button_held_before_the_pointer_moves_drags_nothing(show, patched):
    page, _ = show(lambda: [line()])
    page.wait_for_function(FINISHED)
    box = page.evaluate(
        f"""() => {{
          const plot = ({FIGURE})('line')
          window.drags = []
          plot.on_event("panstart", () => drags.push("start"))
          plot.on_event("press", () => drags.push("press"))
          const {{left, top}} = Bokeh.index.find_one(plot).el.getBoundingClientRect()
          return [left + 60, top + 40]
        }}"""
    )
    page.mouse.move(*box)
    page.mouse.down()
    page.wait_for_timeout(1000)
    page.mouse.move(box[0] + 100, box[1] + 20, steps=5)
    page.mouse.up()
    assert page.evaluate("drags") == (["start"] if patched else ["press"])


@with_and_without
def test_a_menu_stays_open_once_its_chosen_entry_is_gone(show, patched):
    page, _ = show(lambda: [pmui.MultiChoice(label="Choice", options=["one", "two"])])
    page.get_by_role("combobox", name="Choice").click()
    page.get_by_text("two", exact=True).last.click()
    menu = page.locator(".MuiModal-backdrop")
    expect(menu).to_have_count(1, timeout=TIMEOUT)
    # The focus goes with the entry. The key comes in the same turn, before React can put the focus back.
    page.evaluate(
        """() => {
          document.activeElement.blur()
          document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape", bubbles: true}))
        }"""
    )
    if patched:
        expect(menu).to_have_count(0, timeout=TIMEOUT)
    else:
        page.wait_for_timeout(500)
        expect(menu).to_have_count(1)


@with_and_without
def test_what_a_kernel_sends_is_sent_back(show, patched):
    page, _ = show(lambda: [])
    if patched:
        page.add_script_tag(content=(compat.HERE / "echoing_comm.js").read_text())
    waiting = page.evaluate(
        """() => {
          const comm = {active: true, send() {}}
          window.PyViz = {comm_manager: {register_target() {}, get_client_comm: () => comm}, shared_views: new Map()}
          const document = new Bokeh.documents[0].constructor()
          const manager = new (Bokeh.Models.get("panel.models.comm_manager.CommManager"))({plot_id: "plot"})
          const range = new (Bokeh.Models.get("Range1d"))({start: 0, end: 1})
          document.add_root(range)
          document.add_root(manager)
          if (typeof echoNothing !== "undefined") echoNothing(manager)
          const before = manager._event_buffer.length
          range.setv({start: 2}, {sync: false})
          return manager._event_buffer.length - before
        }"""
    )
    assert waiting == (0 if patched else 1)


@pytest.fixture
def sending(monkeypatch, patched):
    """How Bokeh and Panel send changes."""
    for owner, name in (
        (ServerConnection, "send_patch_document"),
        (panel_document, "write_events"),
        (panel_document, "schedule_write_events"),
    ):
        monkeypatch.setattr(owner, name, inspect.unwrap(getattr(owner, name)))
    if patched:
        keep_order()
        keep_order()


def add_and_change(place):
    """Adds a text, which Bokeh sends, and changes it, which Panel sends."""
    place.children = [Div(text="added")]
    with pn.io.unlocked():
        place.children[0].text = "changed"


def add_and_fail(place):
    """Adds a text in a callback that fails, and changes it in the next."""

    def fail():
        place.children = [Div(text="added")]
        raise RuntimeError("This is a test.")

    pn.state.curdoc.add_next_tick_callback(fail)
    pn.state.curdoc.add_next_tick_callback(lambda: setattr(place.children[0], "text", "changed"))


@pytest.mark.parametrize(
    ("patched", "change"),
    [(False, add_and_change), (True, add_and_change), (True, add_and_fail)],
    ids=["without", "with", "with, after a failure"],
)
def test_a_change_overtakes_what_it_changes(show, sending, patched, change):
    def make():
        place = BokehColumn()
        return [pn.pane.Bokeh(place), pmui.Button(label="Change", on_click=lambda _: change(place))]

    page, errors = show(make)
    button = page.get_by_role("button", name="Change")
    if patched:
        button.click()
        expect(page.get_by_text("changed")).to_be_visible()
        assert errors == []
    else:
        with page.expect_event("pageerror", lambda error: "isn't known" in str(error)):
            button.click()


@with_and_without
def test_who_is_asked_for_a_text_must_first_go_to_its_field(show, patched):
    def make():
        dialog = pmui.Dialog(pmui.TextInput(label="Name", value="first"), title="Rename")
        button = pmui.Button(label="Ask")
        button.on_click(lambda _: dialog.param.update(open=True))
        return [button, dialog]

    page, errors = show(make)
    page.get_by_role("button", name="Ask").click()
    field = page.get_by_role("dialog").get_by_role("textbox", name="Name")
    if patched:
        expect(field).to_be_focused(timeout=TIMEOUT)
        page.keyboard.type(" and last")
        expect(field).to_have_value("first and last")
    else:
        field.wait_for()
        page.wait_for_timeout(1000)
        expect(field).not_to_be_focused()
    assert errors == []
