"""The views in a notebook: executed without a browser, and live in a real JupyterLab."""

import json
import math
import re
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import pytest
from lab import SECONDS, Lab, serve_lab
from printed import said, words_and_numbers
from waiting import wait_until

from hdd.runs.history import find_runs

LESSON = Path(__file__).parents[2] / "notebooks" / "01-first-distillation.ipynb"
ROUNDS = 10
"""How often the notebook is run again: views that stayed still did so only now and then."""

needs_jupyterlab = pytest.mark.skipif(
    find_spec("jupyterlab") is None or find_spec("pyviz_comms") is None,
    reason="No JupyterLab: install the extra notebooks",
)
needs_nbclient = pytest.mark.skipif(find_spec("nbclient") is None, reason="No nbclient: install the extra tests")

CELLS = {
    "import": "from pathlib import Path; from workbench.notebook import Workbench, start, wait",
    "start": "run = 'runs/live' if Path('runs/live').exists() else start(out='runs/live', steps=100_000)",
    "show": "Workbench(run)",
}


@pytest.fixture
def kernels(tmp_path, monkeypatch):
    """Kernels run here, leave the user's settings alone, and find this interpreter; runs end with the test."""
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / "jupyter" / name.lower()))
    monkeypatch.setenv("JUPYTERLAB_SETTINGS_DIR", str(tmp_path / "jupyter" / "settings"))
    monkeypatch.setenv("JUPYTERLAB_WORKSPACES_DIR", str(tmp_path / "jupyter" / "workspaces"))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    (tmp_path / "jupyter").mkdir()
    folder = tmp_path / "work"
    folder.mkdir()
    yield folder
    for run in find_runs(folder / "runs"):
        with suppress(Exception):
            run.command("stop")
        wait_until(lambda run=run: not run.engine_alive(), SECONDS)
        run.close()


SHOWN = {"ImageWall(", "Disk(", "Workbench(", "plt.subplots("}


def test_the_lesson_keeps_what_its_cells_show():
    cells = [cell for cell in json.loads(LESSON.read_text())["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in cells] == [*range(1, len(cells) + 1)]
    for cell in cells:
        source, outputs = "".join(cell["source"]), cell["outputs"]
        pictures = [output for output in outputs if "image/png" in output.get("data", {})]
        words = [output for output in outputs if output["output_type"] == "stream"]
        assert len(pictures) + len(words) == len(outputs), "only words and pictures are kept"
        assert bool(pictures) == any(each in source for each in SHOWN)
        assert bool(words) == ("print(" in source)


def words(cells):
    """What code cells print, without numbers."""
    return [words_and_numbers(said(cell["outputs"]))[0] for cell in cells if cell["cell_type"] == "code"]


@needs_nbclient
@pytest.mark.slow
def test_the_lesson_runs_from_top_to_bottom_and_says_what_it_keeps(kernels):
    import nbformat
    from nbclient import NotebookClient

    lesson = nbformat.read(LESSON, as_version=4)
    NotebookClient(lesson, timeout=5 * SECONDS, resources={"metadata": {"path": str(kernels)}}).execute()
    shown = [
        output["data"]["text/html"]
        for cell in lesson.cells
        for output in cell.get("outputs", ())
        if output["output_type"] == "execute_result" and "text/html" in output["data"]
    ]
    assert words(lesson.cells) == words(json.loads(LESSON.read_text())["cells"])
    assert len(shown) == 3
    assert all("ImageRGBA" in html or '"name":"real"' in html for html in shown), "a saved notebook shows pictures"


@pytest.fixture
def lab(kernels):
    """A JupyterLab over the folder of `kernels`; its address."""
    with serve_lab(kernels, kernels.parent / "lab.log") as address:
        yield address


@pytest.fixture
def notebook(kernels, lab, new_tab):
    import nbformat

    cells = [nbformat.v4.new_code_cell(source) for source in CELLS.values()]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), kernels / "live.ipynb")
    return Lab(new_tab(), lab, "live.ipynb")


@needs_jupyterlab
def test_a_run_is_watched_and_steered_in_jupyterlab(notebook, kernels, browser):
    from hdd.runs.run import Run

    notebook.menu("Run", "Run All Cells")
    first = wait_until(notebook.wall, SECONDS)
    second = wait_until(lambda: (now := notebook.wall()) != first and now, SECONDS)
    wait_until(lambda: notebook.wall() != second, SECONDS)

    run = Run(kernels / "runs" / "live")
    slider = notebook.tab.slider("Curvature")
    slider.press("ArrowRight")
    (edit,) = wait_until(lambda: run.edits("applied"), SECONDS)
    assert (edit.name, edit.value != -1.0) == ("curvature", True)
    notebook.page.get_by_text(f"applied @ step {edit.step}").wait_for()

    # What a figure shows is chosen by a control beside it.
    shown = notebook.wall()
    notebook.tab.button("start").click()
    start = wait_until(lambda: (now := notebook.wall()) != shown and now, SECONDS)
    notebook.tab.button("shown").click()
    wait_until(lambda: notebook.wall() != start, SECONDS)

    notebook.page.get_by_role("button", name="Pause or resume").click()
    wait_until(lambda: run.status().state == "paused", SECONDS)

    # What is made later is there too.
    notebook.tab.slider("Step").press("Home")
    notebook.page.get_by_role("button", name="Rewind to here").click()
    notebook.page.get_by_text("Rewind to step 0?").wait_for()
    notebook.page.get_by_role("button", name="Cancel").click()

    # Once the cell is cleared nothing watches the run.
    notebook.menu("Edit", "Clear Outputs of All Cells")
    wait_until(lambda: not run.watched(), SECONDS)
    run.close()


FIGURES = LESSON.with_name("02-hyperbolic-space.ipynb")
ASKED = "print('corner A is at', [round(x, 2) for x in triangle.values.get('a', ())])"


@pytest.fixture
def lesson_two(kernels):
    """The lesson's path; its triangle has a name, and the next cell asks for what was dragged in it."""
    import nbformat

    lesson = nbformat.read(FIGURES, as_version=4)
    (place,) = (i for i, cell in enumerate(lesson.cells) if cell.source == 'Playground("triangle")')
    lesson.cells[place].source = "triangle = Playground('triangle')\ntriangle"
    lesson.cells.insert(place + 1, nbformat.v4.new_code_cell(ASKED))
    nbformat.write(lesson, kernels / "live.ipynb")
    return kernels / "live.ipynb"


@needs_jupyterlab
def test_lesson_two_is_dragged_in_jupyterlab_and_lives_in_the_saved_notebook(lesson_two, lab, new_tab):
    notebook = Lab(new_tab(), lab, "live.ipynb")
    # What came from elsewhere is not trusted, so no script of it runs, and there are pictures.
    notebook.page.get_by_role("img", name="Triangles").wait_for(state="attached")
    notebook.menu("Run", "Run All Cells")

    def drag(shown):
        triangle = shown.page.locator(".playground").filter(has_text="make the triangle as large as you can")
        triangle.get_by_role("button", name="Down to 0°").click()
        handle = triangle.locator(".handle[aria-label^='Corner A']")
        handle.scroll_into_view_if_needed()
        before, box = handle.get_attribute("transform"), handle.locator("circle").first.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        shown.page.mouse.move(x, y)
        shown.page.mouse.down()
        shown.page.mouse.move(x + 30, y + 20, steps=4)
        shown.page.mouse.up()
        dragged = wait_until(lambda: (now := handle.get_attribute("transform")) != before and now, SECONDS)
        # The notebook has keys of its own.
        handle.press("ArrowRight")
        wait_until(lambda: handle.get_attribute("transform") != dragged, SECONDS)
        triangle.get_by_text("The angles add up to").first.wait_for()
        return handle.get_attribute("aria-label")

    cell = notebook.page.locator(".jp-CodeCell").filter(has_text="corner A is at")
    cell.get_by_text("Nothing has come back from the figure yet").wait_for(state="attached")
    label = drag(notebook)

    # What was dragged comes back to Python.
    def corner():
        cell.locator(".jp-InputArea-editor").click()
        notebook.menu("Run", "Run Selected Cell")
        notebook.page.get_by_text("| Idle").first.wait_for()
        return re.findall(r"-?\d+\.\d+", cell.locator(".jp-OutputArea").inner_text())

    place = [float(each) for each in wait_until(corner, SECONDS)]
    assert math.hypot(*place) == pytest.approx(float(re.search(r"at distance ([\d.]+)", label)[1]), abs=0.02)
    notebook.save(lesson_two)
    # It moves without a kernel, too.
    notebook.menu("Kernel", "Shut Down Kernel")
    drag(Lab(new_tab(), lab, "live.ipynb"))


@needs_jupyterlab
@pytest.mark.slow
def test_views_that_are_made_again_move_and_say_when_the_kernel_is_gone(notebook, kernels, browser):
    for _ in range(ROUNDS):
        notebook.menu("Run", "Restart Kernel and Run All Cells…")
        notebook.page.locator(".jp-Dialog .jp-mod-accept").click()
        first = wait_until(notebook.wall, SECONDS)
        wait_until(lambda first=first: (now := notebook.wall()) != first and now, SECONDS)
        notebook.menu("Edit", "Clear Outputs of All Cells")
        wait_until(lambda: not notebook.wall(), SECONDS)
    notebook.menu("Run", "Run All Cells")
    wait_until(notebook.wall, SECONDS)
    notebook.menu("Kernel", "Shut Down Kernel")
    notebook.page.get_by_text("The kernel does not answer, so this view stands still").wait_for()
