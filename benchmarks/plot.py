"""Small log-log plots as SVG, each with the line of linear growth."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

_WIDTH, _HEIGHT, _MARGIN = 250, 190, 46
_STYLE = (
    "text{font:11px sans-serif;fill:#777}.title{font-weight:bold}"
    ".grid{stroke:#7774;stroke-width:1}.linear{stroke:#777;stroke-dasharray:4 3;fill:none}"
    ".seen{stroke:#2a6fb0;stroke-width:2;fill:none}circle{fill:#2a6fb0}"
)


@dataclass(frozen=True)
class Panel:
    """One cost by size; both are above 0."""

    title: str
    points: Sequence[tuple[float, float]]


def plot(panels: Sequence[Panel]) -> str:
    """The panels side by side; a dashed line shows linear growth from the first point."""
    width = _WIDTH * len(panels)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_HEIGHT}" '
        f'width="{width}" height="{_HEIGHT}">',
        f"<style>{_STYLE}</style>",
    ]
    for number, panel in enumerate(panels):
        parts += [f'<g transform="translate({number * _WIDTH} 0)">', *_panel(panel), "</g>"]
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: Panel) -> Iterator[str]:
    points = [(math.log10(size), math.log10(max(cost, 1e-3))) for size, cost in panel.points]
    (left, first), right = points[0], points[-1][0]
    linear = [(left, first), (right, first + right - left)]
    every = [cost for _, cost in (*points, *linear)]
    low, high = math.floor(min(every)), math.ceil(max(every))

    def place(size: float, cost: float) -> tuple[float, float]:
        x = _MARGIN + (size - left) / max(right - left, 1e-9) * (_WIDTH - 1.5 * _MARGIN)
        y = _HEIGHT - 30 - (cost - low) / max(high - low, 1) * (_HEIGHT - 60)
        return round(x, 1), round(y, 1)

    yield f'<text class="title" x="{_MARGIN}" y="16">{escape(panel.title)}</text>'
    for power in range(low, high + 1):
        x, y = place(left, power)
        yield f'<path class="grid" d="M{x} {y}H{_WIDTH - _MARGIN / 2}"/>'
        yield f'<text x="{x - 5}" y="{y + 4}" text-anchor="end">{10.0**power:g}</text>'
    for size, _ in points:
        x, _ = place(size, low)
        yield f'<text x="{x}" y="{_HEIGHT - 12}" text-anchor="middle">{_short(10**size)}</text>'
    for kind, line in (("linear", linear), ("seen", points)):
        path = "L".join(f"{x} {y}" for x, y in (place(*point) for point in line))
        yield f'<path class="{kind}" d="M{path}"/>'
    for x, y in (place(*point) for point in points):
        yield f'<circle cx="{x}" cy="{y}" r="3"/>'


def _short(count: float) -> str:
    for unit, name in ((1e6, "M"), (1e3, "k")):
        if count >= unit * 0.999:
            return f"{count / unit:.3g}{name}"
    return f"{count:.3g}"
