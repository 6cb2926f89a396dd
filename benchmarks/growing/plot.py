"""The growth as a picture: what an answer costs beside what it would cost if it grew in step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

Ratios = Mapping[int, Sequence[float]]
"""By size, how many times as long each kind of work takes as at the smallest size."""


def draw(path: Path, panels: Mapping[str, tuple[Sequence[str], Ratios]]) -> None:
    """Write an SVG file with a panel for each kind of growth, given the names of its works and their ratios."""
    import matplotlib

    matplotlib.use("svg")
    # Text that stays text can be read aloud, and the same figures give the same file.
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "signpost"})
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, len(panels), figsize=(4.5 * len(panels), 3.4), layout="constrained")
    for axis, (title, (names, ratios)) in zip(axes, panels.items()):
        sizes = list(ratios)
        for place, name in enumerate(names):
            axis.plot(sizes, [ratios[size][place] for size in sizes], marker="o", label=name)
        axis.plot(sizes, [size / sizes[0] for size in sizes], linestyle=":", color="grey", label="in step")
        axis.set(title=title, xscale="log", yscale="log", ylabel="times the smallest")
        axis.set_xticks(sizes, [f"{size:,}" for size in sizes])
        steps = [size / sizes[0] for size in sizes]
        axis.set_yticks(steps, [f"{step:.3g}×" for step in steps])
        axis.minorticks_off()
        axis.legend()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
