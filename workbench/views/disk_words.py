"""What is said about the disk in words."""

import numpy as np

from hdd.projection import VIEWS, Faithfulness
from workbench.core.disk_requests import DrawnDisk

KINDS = "• real · ○ pruned · ● synthetic, faded if left out · ▢ real centroid · ★ synthetic centroid"
"""What the points are."""

HOW_TO = (
    "Small points are real images, hollow if they are pruned; large ones are synthetic, faded if they are left out. "
    "Colour and shape tell the class. Distances in words are √|K|·distances in feature space. Drag to move the disk, "
    "double-click to centre a point, scroll to zoom. Click a point to select it, Shift-click to add one, or choose "
    "lasso or box and drag. Click a class to show only it. With the keyboard: arrows go from point to point, up and "
    "down between classes, r between real and synthetic; Enter selects, Shift+Enter adds, Escape clears."
)


def summarise(disk: DrawnDisk, classes: list[str], image_step: int | None) -> str:
    """The step, and how far the centroids are apart, in one line.

    Args:
        disk: the disk.
        classes: names, in label order.
        image_step: the step of the images that are shown elsewhere; None if images do not change from step to step.
    """
    points = disk.projection
    widest = int(np.nanargmax(points.gap))
    behind = 0 if image_step is None else image_step - disk.step
    late = f" ({behind} steps behind the images)" if behind > 0 else ""
    step = "" if image_step is None else f"Step {disk.step}{late}: "
    return (
        f"{step}from ▢ to ★ {np.nanmean(points.gap):.3g} on average, "
        f"largest {points.gap[widest]:.3g} (class {classes[widest]})"
    )


def describe_view(disk: DrawnDisk, found: Faithfulness | None, problem: str = "") -> str:
    """What the view keeps and how well it does so, and how many points there are.

    Args:
        disk: the disk.
        found: the measured faithfulness, None while it is being measured.
        problem: why it could not be measured; "" if it could.
    """
    points, trained = disk.projection, disk.network_accuracy
    pruned = int((~points.kept).sum())
    about = VIEWS[disk.view].preserves
    if trained is not None:
        about += f" The network reaches {100 * trained:.1f} % test accuracy."
    if found is None:
        about += f" Faithfulness cannot be measured: {problem}." if problem else " Measuring faithfulness …"
    elif not found.neighbours:
        about += " There are too few points to measure faithfulness."
    else:
        drawn, own = found.class_accuracy, found.own_class_accuracy
        told = "" if drawn is None else f", neighbours' class accuracy {drawn:.2f} ({own:.2f} in the space)"
        about += f" Trustworthiness {found.trustworthiness:.2f}, continuity {found.continuity:.2f}{told}."
    if len(points.clamp_ring):
        about += " The dashed line is the clamp, beyond which there is no point."
    real = f"{len(points.real_radius)} real{f' ({pruned} pruned)' if pruned else ''}"
    left_out = len(disk.request.look.left_out) * len(points.synthetic_radius) // len(disk.images)
    synthetic = f"{len(points.synthetic_radius)} synthetic points{f' ({left_out} left out)' if left_out else ''}"
    return f"{about} Step {disk.step}: {real} and {synthetic}."
