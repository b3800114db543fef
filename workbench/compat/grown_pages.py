"""A page learns of models that were put into it without a look at all that it has.

Cause: whenever a property that refers to models changes, Bokeh walks all models of the document, to find out which have
    come and which have gone. A page has a thousand, and is made in thirty parts.
Upstream: not reported; `DocumentModelManager.recompute` in
    https://github.com/bokeh/bokeh/blob/3.9.2/src/bokeh/document/models.py, and `Model.trigger` in
    https://github.com/bokeh/bokeh/blob/3.9.2/src/bokeh/model/model.py
Needed for: bokeh >=3.9.2,<=3.9.2
Without it: making a part of a page takes a quarter longer, and other sessions wait for it.
"""

from typing import Any

from bokeh.document.models import DocumentModelManager
from bokeh.model import Model
from bokeh.model.util import collect_filtered_models, visit_value_and_its_immediate_references
from bokeh.util.callback_manager import PropertyCallbackManager


class _Changes:
    """What has changed in a document since its models were found last.

    Attributes:
        roots: of the document, when they were found.
        come: models to which a property refers that did not before.
        some_gone: whether a property no longer refers to a model, which may then belong to the page no longer.
    """

    def __init__(self, roots: list[Model]) -> None:
        self.roots = roots
        self.come: list[Model] = []
        self.some_gone = False


_recompute = DocumentModelManager.recompute


def _changes_of(manager: DocumentModelManager) -> _Changes | None:
    return vars(manager).get("changes")


def _models_in(value: Any) -> dict[str, Model]:
    found: dict[str, Model] = {}

    def find(model: Model) -> None:
        found[model.id] = model

    visit_value_and_its_immediate_references(value, find)
    return found


def _trigger_noting(self: Model, attr: str, old: Any, new: Any, hint: Any = None, setter: Any = None) -> None:
    document = self._document
    if document is not None and hint is None:
        before, after = _models_in(old), _models_in(new)
        changes = _changes_of(document.models)
        if changes is not None:
            changes.come.extend(model for model in after.values() if model.id not in before)
            changes.some_gone |= any(each not in after for each in before)
        if before or after:
            document.models.invalidate()
    PropertyCallbackManager.trigger(self, self.lookup(attr).name, old, new, hint=hint, setter=setter)


def _recompute_grown(self: DocumentModelManager) -> None:
    document, changes = self._document(), _changes_of(self)
    if document is None:
        return
    if changes is None or changes.some_gone or changes.roots != document.roots:
        _recompute(self)
    else:
        # Models that the page has already refer to none that it has not.
        for model in collect_filtered_models(lambda each: each.id in self, changes.come):
            self[model.id] = model
            if model.name is not None:
                self._models_by_name.add_value(model.name, model)
            model._attach_document(document)
            self._new_models.add(model)
    vars(self)["changes"] = _Changes(document.roots)


def look_only_at_new() -> None:
    """Has documents learn of models so; calling it again changes nothing."""
    Model.trigger = _trigger_noting
    DocumentModelManager.recompute = _recompute_grown
