"""Charts as SVG, drawn on the server. Each stands above a table with the same figures (templates/charts.html)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

WIDTH, HEIGHT = 480, 240
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 12, 32
BAR_HEIGHT, BAR_LEFT, BAR_RIGHT = 34, 170, 60
LABEL_LENGTH = 20
GRID_LINES = 4
STYLES = 5
"""How many lines of one chart can be told apart: each has a colour and a pattern of its own in _charts.scss."""

_FIGURE = Markup(
    '<svg class="app-chart" role="img" aria-labelledby="{name}-title {name}-desc" viewBox="0 0 {width} {height}" '
    'xmlns="http://www.w3.org/2000/svg"><title id="{name}-title">{title}</title>'
    '<desc id="{name}-desc">{description}</desc>{content}</svg>'
)


@dataclass(frozen=True)
class Line:
    """One line of a chart: a value for each label beneath, None where there is none."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class Bar:
    """One bar of a chart. `shown` is its value in words."""

    label: str
    value: float
    shown: str


def line_chart(name: str, title: str, labels: Sequence[str], lines: Sequence[Line], top: float | None = None) -> Markup:
    """Lines over time. `name` is the figure's id on its page, and `top` where the scale ends, if that is given."""
    most = max((value for line in lines for value in line.values if value is not None), default=0)
    scale = _Scale(len(labels), top or _round_up(most))
    drawn = [
        *_grid(scale),
        *_dates(scale, labels),
        *(part for number, line in enumerate(lines) for part in _line(scale, line, number % STYLES + 1)),
    ]
    return _figure(name, title, _described(labels, lines), HEIGHT, drawn)


def legend(lines: Sequence[Line]) -> Markup:
    """What each line stands for."""
    item = Markup(
        '<li><svg class="app-chart-key" aria-hidden="true" viewBox="0 0 40 12">'
        '<path class="app-chart-line app-chart-line--{style}" d="M0 6H40"/></svg> {name}</li>'
    )
    items = [item.format(style=number % STYLES + 1, name=line.name) for number, line in enumerate(lines)]
    return Markup('<ul class="app-chart-legend">{}</ul>').format(Markup("").join(items))


def bar_chart(name: str, title: str, bars: Sequence[Bar]) -> Markup:
    """Bars beneath each other, in the order in which they are given."""
    most = max((bar.value for bar in bars), default=0) or 1
    drawn = [part for number, bar in enumerate(bars) for part in _bar(bar, number, bar.value / most)]
    description = "; ".join(f"{bar.label}: {bar.shown}" for bar in bars) or "There is nothing to show."
    return _figure(name, title, description, max(len(bars), 1) * BAR_HEIGHT, drawn)


@dataclass(frozen=True)
class _Scale:
    """Where a value stands in the picture."""

    count: int
    top: float

    def x(self, index: int) -> float:
        share = index / (self.count - 1) if self.count > 1 else 0.5
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        return round(HEIGHT - BOTTOM - value / self.top * (HEIGHT - TOP - BOTTOM), 1)


def _figure(name: str, title: str, description: str, height: int, drawn: Sequence[Markup]) -> Markup:
    content = Markup("").join(drawn)
    return _FIGURE.format(name=name, title=title, description=description, width=WIDTH, height=height, content=content)


def _grid(scale: _Scale) -> list[Markup]:
    part = Markup('<path class="app-chart-grid" d="M{left} {y}H{right}"/>') + _text("end")
    values = [scale.top * step / GRID_LINES for step in range(GRID_LINES + 1)]
    return [
        part.format(left=LEFT, right=WIDTH - RIGHT, y=y, x=LEFT - 8, text_y=y + 5, text=f"{value:g}")
        for value, y in ((value, scale.y(value)) for value in values)
    ]


def _dates(scale: _Scale, labels: Sequence[str]) -> list[Markup]:
    """The first, the middle and the last label, so that they never touch."""
    if not labels:
        return []
    last = len(labels) - 1
    places = {last: "end", 0: "start"} if last < 2 else {0: "start", last // 2: "middle", last: "end"}
    return [
        _text(anchor).format(x=scale.x(index), text_y=HEIGHT - 8, text=labels[index])
        for index, anchor in places.items()
    ]


def _line(scale: _Scale, line: Line, style: int) -> list[Markup]:
    """A path that is broken where there is no value; a value that stands alone is a dot."""
    path, is_on = "", False
    for index, value in enumerate(line.values):
        if value is not None:
            place = f"{scale.x(index)} {scale.y(value)}"
            path += f"L{place}" if is_on else f"M{place}h.01"
        is_on = value is not None
    return [Markup('<path class="app-chart-line app-chart-line--{}" d="{}"/>').format(style, path)] if path else []


def _bar(bar: Bar, number: int, share: float) -> list[Markup]:
    top, length = number * BAR_HEIGHT, share * (WIDTH - BAR_LEFT - BAR_RIGHT)
    rectangle = Markup('<rect class="app-chart-bar" x="{}" y="{}" width="{}" height="{}"/>')
    middle = top + BAR_HEIGHT // 2 + 5
    return [
        _text("end").format(x=BAR_LEFT - 8, text_y=middle, text=_shortened(bar.label)),
        rectangle.format(BAR_LEFT, top + 5, max(round(length, 1), 1), BAR_HEIGHT - 10),
        _text("start").format(x=round(BAR_LEFT + max(length, 1) + 8, 1), text_y=middle, text=bar.shown),
    ]


def _text(anchor: str) -> Markup:
    return Markup('<text class="app-chart-text" x="{{x}}" y="{{text_y}}" text-anchor="{}">{{text}}</text>').format(
        anchor
    )


def _shortened(label: str) -> str:
    return label if len(label) <= LABEL_LENGTH else f"{label[: LABEL_LENGTH - 1].rstrip()}…"


def _round_up(most: float) -> float:
    """The next figure above that divides into four round ones: 4, 8, 20, 40, 80, 200 and so on."""
    if most <= GRID_LINES:
        return GRID_LINES
    unit = 10.0 ** math.floor(math.log10(most / GRID_LINES))
    return next(GRID_LINES * unit * step for step in (1, 2, 5, 10) if GRID_LINES * unit * step >= most)


def _described(labels: Sequence[str], lines: Sequence[Line]) -> str:
    """What the chart shows, in a sentence for each line."""
    sentences = [f"From {labels[0]} to {labels[-1]}."] if labels else ["There is nothing to show."]
    for line in lines:
        known = [(value, label) for value, label in zip(line.values, labels) if value is not None]
        if known:
            (least, _), (most, when) = min(known, key=lambda one: one[0]), max(known, key=lambda one: one[0])
            sentences.append(
                f"{line.name}: between {least:g} and {most:g}, the most on {when}; {known[-1][0]:g} at the end."
            )
        else:
            sentences.append(f"{line.name}: nothing.")
    return " ".join(sentences)
