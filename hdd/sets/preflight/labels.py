"""Whether labels are hard or soft, and how soft."""

import numpy as np

from hdd.sets.fitting import about_file
from hdd.sets.preflight.base import Alternative, Finding, Severity, Subject
from hdd.sets.reading import SOFTMAX

CHECK = "labels"


def check(subject: Subject) -> list[Finding]:
    """Computes the entropy of soft labels, in bits."""
    labels, file = subject.synthetic.labels, about_file(subject.synthetic)
    found: list[Finding] = []
    if "scores" in file:
        words = (
            f"The labels of the file are scores from {file['lowest score']:.3g} to {file['highest score']:.3g} and no "
            f"probabilities; they were read with scores={file['scores']}."
        )
        others = () if file["scores"] == SOFTMAX else (Alternative({"scores": SOFTMAX}, "soft labels by the softmax"),)
        evidence = {name: file[name] for name in ("lowest score", "highest score")}
        found.append(Finding(CHECK, Severity.WARNING, words, evidence, others))
    if labels.ndim == 1:
        return [*found, Finding(CHECK, Severity.NOTE, "The labels are hard.", {"soft": False})]
    entropy = -np.sum(labels * np.log2(np.where(labels > 0, labels, 1)), axis=1)
    most = float(np.log2(labels.shape[1]))
    words = f"The labels are soft: {entropy.mean():.2f} bits of entropy on average, of at most {most:.2f}."
    evidence = {"soft": True, "mean entropy in bits": float(entropy.mean()), "at most": most}
    return [*found, Finding(CHECK, Severity.NOTE, words, evidence)]
