"""Bars as SVG, by hand: one panel for each figure, one bar for each server."""

from __future__ import annotations

from xml.sax.saxutils import escape

PANEL_WIDTH, COLUMNS, MARGIN = 470, 2, 16
NAME_WIDTH, LABEL_WIDTH, BAR_HEIGHT, STEP, TITLE_HEIGHT = 130, 105, 14, 20, 30
BAR_WIDTH_MAX = PANEL_WIDTH - NAME_WIDTH - LABEL_WIDTH - 2 * MARGIN
TONES = {"subject": "#1a7f5a", "peer": "#8c96a3", "limit": "#d5dae0"}


def text(x: float, y: float, content: str, extra: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}"{extra}>{escape(content)}</text>'


def panel(left: float, top: float, content: dict) -> list[str]:
    parts = [text(left, top + 14, content["title"], ' font-weight="600"')]
    largest = max((bar["value"] for bar in content["bars"]), default=0) or 1
    start = left + NAME_WIDTH
    for at, bar in enumerate(content["bars"]):
        y = top + TITLE_HEIGHT + at * STEP
        width = max(1.0, BAR_WIDTH_MAX * max(0.0, bar["value"]) / largest)
        parts += [text(start - 8, y + 11, bar["name"], ' text-anchor="end"'),
                  f'<rect x="{start:g}" y="{y:g}" width="{width:.1f}" height="{BAR_HEIGHT}" fill="{TONES[bar["tone"]]}"/>',
                  text(start + width + 6, y + 11, bar["label"])]
    return parts


def svg(panels: list[dict]) -> str:
    """`panels`: each a title and bars, each bar a name, a value, a label and a tone."""
    bars = max((len(content["bars"]) for content in panels), default=0)
    height_of_panel = TITLE_HEIGHT + bars * STEP + MARGIN
    lines = -(-len(panels) // COLUMNS)
    width, height = COLUMNS * PANEL_WIDTH, lines * height_of_panel + 2 * MARGIN
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
             f'font-family="sans-serif" font-size="12" fill="#1f2328" role="img">',
             f'<rect width="{width}" height="{height}" fill="#ffffff"/>']
    for at, content in enumerate(panels):
        parts += panel(at % COLUMNS * PANEL_WIDTH + MARGIN, at // COLUMNS * height_of_panel + MARGIN, content)
    return "\n".join([*parts, "</svg>"]) + "\n"
