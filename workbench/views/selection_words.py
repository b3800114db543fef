"""The selection in words."""

from workbench.core.frame import Selection


def selection_text(selection: Selection, classes: list[str]) -> str:
    """What is selected, in one sentence.

    Args:
        selection: the selection.
        classes: names, in label order.
    """
    synthetic, real = selection.synthetic, selection.real
    if not selection.count:
        return "Nothing is selected."
    if selection.image is not None:
        label, index = selection.image
        return f"Selected: {classes[label]}, synthetic image {index + 1}."
    if not synthetic and len(real) == 1:
        return f"Selected: real image {real[0]}."
    return f"Selected: {len(synthetic)} synthetic and {len(real)} real images."
