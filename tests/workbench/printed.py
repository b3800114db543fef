"""What the cells of a notebook print."""

import re

NUMBER = r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?"


def said(outputs):
    """What a cell prints; a busy kernel sends it in pieces."""
    return "".join("".join(output["text"]) for output in outputs if output["output_type"] == "stream")


def words_and_numbers(text):
    """A text without its numbers, and the numbers."""
    return re.sub(rf"{NUMBER}|\s+", " ", text).split(), [float(each) for each in re.findall(NUMBER, text)]
