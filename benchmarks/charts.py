"""Charts of what was measured, as SVG that is read on a light page and on a dark one.

The law of this file: a chart is a value, made where its figures are; how it is drawn is known here
alone. Every axis says what it shows, in which unit. matplotlib draws, and is loaded only then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import util
from itertools import chain
from pathlib import Path
from textwrap import fill
from typing import Any, Literal

Series = Mapping[str, Sequence[float]]

COLOURS = ("#2f81c7", "#d9822b", "#2f9e6e", "#b65fb8", "#c94f4f", "#8a8a2e", "#3aa6a6", "#8d7bd6")
"""Each is at least three to one against white, and against a page of nearly black."""

INK = "#7d838a"
"""What words and lines are drawn in: as far from white as from nearly black."""

MARKERS = "osD^vPX*"


@dataclass(frozen=True, slots=True)
class Chart:
    """What is to be drawn: `series` are figures by name, one for each of `places`.

    Bars stand beside each place by its name; lines go through places that are numbers. `mark` is a
    figure that a thin line is drawn at, as one is where a ratio is to something.
    """

    name: str
    title: str
    across: str
    up: str
    places: Sequence[str] | Sequence[float]
    series: Series
    kind: Literal["bars", "lines"] = "bars"
    log_across: bool = False
    log_up: bool = False
    mark: float | None = None

    def __post_init__(self) -> None:
        """Refuse a series that has not one figure for each place."""
        for name, figures in self.series.items():
            if len(figures) != len(self.places):
                raise ValueError(
                    f"{self.name}: {name} has {len(figures)} figures for {len(self.places)} places"
                )


def can_draw() -> bool:
    """Tell whether what draws is installed."""
    return util.find_spec("matplotlib") is not None


def draw(chart: Chart, path: Path) -> None:
    """Draw a chart to a file, SVG or whatever its suffix names; the same octets every time."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    style: Any = {
        "svg.hashsalt": chart.name,
        "svg.fonttype": "path",
        "font.size": 10,
        "text.color": INK,
        "axes.labelcolor": INK,
        "axes.edgecolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
    }
    with plt.rc_context(style):
        figure, axes = plt.subplots(figsize=(8, 4.2), layout="constrained")
        try:
            (_draw_bars if chart.kind == "bars" else _draw_lines)(chart, axes)
            _finish(chart, axes)
            metadata = {"Date": None} if path.suffix == ".svg" else None
            figure.savefig(path, transparent=True, metadata=metadata, dpi=110)
        finally:
            plt.close(figure)


def _draw_bars(chart: Chart, axes: Any) -> None:  # noqa: ANN401  # matplotlib has no types for it
    width = 0.8 / len(chart.series)
    bars: Callable[..., Any] = axes.bar
    for place, (name, figures) in enumerate(chart.series.items()):
        shift = (place - (len(chart.series) - 1) / 2) * width
        drawn = bars(
            [each + shift for each in range(len(figures))],
            figures,
            width * 0.94,
            label=name,
            color=COLOURS[place % len(COLOURS)],
        )
        if len(chart.series) * len(figures) <= 24:
            axes.bar_label(drawn, fmt=_show, fontsize=7, padding=1)
    # A name of several words goes on below, so that it does not run into its neighbour's.
    names = [fill(str(each), 10, break_long_words=False) for each in chart.places]
    axes.set_xticks(range(len(chart.places)), names)
    axes.tick_params(axis="x", length=0)
    axes.grid(visible=True, axis="y", color=INK, alpha=0.25, linewidth=0.6)
    axes.margins(y=0.12)


def _draw_lines(chart: Chart, axes: Any) -> None:  # noqa: ANN401  # as above
    for place, (name, figures) in enumerate(chart.series.items()):
        axes.plot(
            chart.places,
            figures,
            label=name,
            color=COLOURS[place % len(COLOURS)],
            marker=MARKERS[place % len(MARKERS)],
            markersize=5,
            linewidth=1.6,
        )
    axes.grid(visible=True, color=INK, alpha=0.25, linewidth=0.6)
    if not chart.log_up:
        axes.set_ylim(bottom=0)


def _finish(chart: Chart, axes: Any) -> None:  # noqa: ANN401  # as above
    for log, set_scale, axis in (
        (chart.log_across, axes.set_xscale, axes.xaxis),
        (chart.log_up, axes.set_yscale, axes.yaxis),
    ):
        if log:
            set_scale("log")
            _name_powers(axis, [each for each in _list_figures(chart, axis.axis_name) if each > 0])
    if chart.mark is not None:
        axes.axhline(chart.mark, color=INK, linewidth=1, linestyle="--")
    axes.set_axisbelow(True)
    axes.set_title(chart.title, fontsize=11, loc="left", pad=10 if len(chart.series) == 1 else 28)
    axes.set_xlabel(chart.across)
    axes.set_ylabel(chart.up)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    if len(chart.series) > 1:
        axes.legend(
            ncols=min(len(chart.series), 4),
            frameon=False,
            fontsize=9,
            loc="lower left",
            bbox_to_anchor=(0, 0.995),
            borderaxespad=0,
        )


def _list_figures(chart: Chart, axis: str) -> list[float]:
    if axis == "x":
        return [float(each) for each in chart.places]
    return [*chain.from_iterable(chart.series.values()), chart.mark or 1.0]


def _name_powers(axis: Any, figures: Sequence[float]) -> None:  # noqa: ANN401  # as above
    """Write the figures of a logarithmic axis out, and more of them where it is a short one."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    steps = (1.0, 2.0, 5.0) if max(figures) / min(figures) < 300 else (1.0,)
    axis.set_major_locator(LogLocator(subs=steps))
    axis.set_major_formatter(FuncFormatter(lambda figure, _: f"{figure:,.6g}"))
    axis.set_minor_formatter(NullFormatter())


def _show(figure: float) -> str:
    return f"{float(f'{figure:.2g}'):g}"
