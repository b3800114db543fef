"""Documents that learn of models only from what has changed know the same ones as documents that look at all."""

import gc
import subprocess
import sys
import weakref

import pytest
from bokeh.document import Document
from bokeh.document.models import DocumentModelManager
from bokeh.models import Column, Div, Plot
from hypothesis import given
from hypothesis import strategies as st

from workbench.compat.grown_pages import look_only_at_new

LAYOUTS = 5
LEAVES = 4


@pytest.fixture(autouse=True, scope="module")
def patched():
    look_only_at_new()
    assert DocumentModelManager.recompute.__module__ == look_only_at_new.__module__


def children(place):
    """Children of the layout at a place: leaves, or layouts after it, so that none contains itself."""
    after = st.integers(place + 1, LAYOUTS - 1) if place + 1 < LAYOUTS else st.nothing()
    return st.lists(after | st.integers(LAYOUTS, LAYOUTS + LEAVES - 1), max_size=4, unique=True)


changes = st.lists(
    st.one_of(
        st.integers(0, LAYOUTS - 1).flatmap(lambda place: st.tuples(st.just(place), children(place))),
        st.tuples(st.sampled_from(["add", "remove"]), st.integers(0, LAYOUTS - 1)),
        st.tuples(st.just("rename"), st.integers(0, LAYOUTS + LEAVES - 1)),
        st.tuples(st.sampled_from(["freeze", "thaw"]), st.none()),
    ),
    max_size=20,
)


@given(changes)
def test_a_document_knows_exactly_the_models_of_its_roots(asked):
    document = Document()
    models = [*(Column() for _ in range(LAYOUTS)), *(Div(name=f"leaf {each % 2}") for each in range(LEAVES))]
    document.add_root(models[0])
    for place, layout in enumerate(models[: LAYOUTS - 1]):
        layout.children = [models[place + 1], models[LAYOUTS + place % LEAVES]]
    frozen = 0
    for what, which in [*asked, *[("thaw", None)] * len(asked)]:
        if what == "add" and models[which] not in document.roots:
            document.add_root(models[which])
        elif what == "remove" and models[which] in document.roots:
            document.remove_root(models[which])
        elif what == "rename":
            models[which].name = "another"
        elif what == "freeze":
            document.models._push_freeze()
            frozen += 1
        elif what == "thaw" and frozen:
            document.models._pop_freeze()
            frozen -= 1
        elif isinstance(what, int):
            models[what].children = [models[each] for each in which]
        if not frozen:
            expected = {each for root in document.roots for each in root.references()}
            assert set(document.models) == expected
            assert {each for each in models if each.document is document} == expected & {*models}
            for name in ("leaf 0", "leaf 1", "another"):
                assert {*document.models.get_all_by_name(name)} == {each for each in expected if each.name == name}


def test_a_property_of_another_kind_counts_too():
    document, plot, text = Document(), Plot(), Div()
    document.add_root(Column(children=[plot]))
    before = plot.x_range
    plot.x_range = Plot().x_range
    assert before.document is None and plot.x_range.document is document
    document.roots[0].update(children=[plot, text])
    assert text.document is document


def test_a_document_that_nobody_needs_any_more_is_freed():
    document, column = Document(), Column()
    document.add_root(column)
    column.children = [Div()]
    kept = weakref.ref(document)
    del document, column
    gc.collect()
    assert kept() is None


VISITED = """
import sys
from bokeh.document import Document
from bokeh.models import Column, Div
from workbench.compat.grown_pages import look_only_at_new

if "patched" in sys.argv:
    look_only_at_new()
    look_only_at_new()
document, column = Document(), Column(children=[Div() for _ in range(100)])
document.add_root(column)
visited, visit = [], "visit_immediate_value_references"
sys.setprofile(lambda frame, event, _: event == "call" and visited.append(frame.f_code.co_name))
column.children = [*column.children, Div()]
sys.setprofile(None)
print(visited.count(visit))
"""


@pytest.mark.parametrize("how", ["as it is", "patched"])
def test_all_models_are_visited_whenever_one_comes_without_the_patch(how):
    told = subprocess.run([sys.executable, "-c", VISITED, how], capture_output=True, text=True, check=True)
    assert (int(told.stdout) > 100) == (how != "patched")
