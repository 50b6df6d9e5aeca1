"""Prints labels for herbarium sheets."""


class LabelTooLong(ValueError):
    """Raised when a label has more than six lines."""


def render(specimen, *, width_mm=74, font="Gentium"):
    """Return the label as PDF bytes; width_mm is the width without the margin."""
    lines = wrap(specimen, width_mm)
    if len(lines) > 6:
        raise LabelTooLong(specimen.id)
    return to_pdf(lines, font)
