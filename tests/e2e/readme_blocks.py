"""Finds the blocks of a Markdown page that a test runs as they stand.

A fenced block takes part when its info string has a second word (renderers show the first one only):
  ```sh test=serve    starts in the background and must go on running; what follows waits for its ports
  ```js test=client   a client that stays connected (`js` runs in a page in Chromium, `python`, `sh`)
  ```sh test          runs to its end and must exit 0 (also `python`, and `js` in Node); when it sends a text, every client gets it
  ```json test=output what the block before it printed: every field shown must be there, with this value
"""

import dataclasses
import re

FENCE = re.compile(r"^(?P<indent> {0,3})(?P<fence>`{3,}|~{3,})(?P<info>[^`]*)$")
KINDS = {"test": "run", "test=serve": "serve", "test=client": "client", "test=output": "output"}
LANGUAGES = {"serve": ("sh",), "client": ("js", "python", "sh"), "run": ("sh", "js", "python"), "output": ("json",)}
# The text of a message in JSON, in Python or in JavaScript: "text":"hello", text="hello", text: 'hello'.
SENT_TEXT = re.compile(r"""\btext["']?\s*[:=]\s*["']([^"']+)["']""")
# And on wsgatectl's command line, where it stands last: wsgatectl send --user ada hello.
CTL_TEXT = re.compile(r"""\bwsgatectl (?:send|broadcast)\b.*\s(?:'([^']+)'|(\w+))$""", re.MULTILINE)


class PageError(ValueError):
    """The page does not follow the convention above; the text names the line."""


@dataclasses.dataclass(frozen=True)
class Block:
    """One marked block: what to do with it, in which language, and the line where its text begins."""

    kind: str
    language: str
    text: str
    line: int

    def sent_text(self):
        """The text that this block sends to clients, or None."""
        found = SENT_TEXT.search(self.text) or CTL_TEXT.search(self.text)
        return next(text for text in found.groups() if text) if found else None


def _block(info, text, line):
    """The block of a fence with this info string, or None when it is not marked."""
    words = info.split()
    if len(words) < 2:
        return None
    if len(words) > 2 or words[1] not in KINDS:
        raise PageError(f"line {line}: `{info.strip()}` is none of LANGUAGE {', '.join(KINDS)}")
    kind = KINDS[words[1]]
    if words[0] not in LANGUAGES[kind]:
        raise PageError(f"line {line}: `{words[1]}` needs {' or '.join(LANGUAGES[kind])}, not {words[0]}")
    return Block(kind, words[0], text, line)


def extract(page):
    """All marked blocks of a Markdown page, in order. Errors: PageError."""
    blocks, opened = [], None
    for number, line in enumerate(page.splitlines(), start=1):
        match = FENCE.match(line)
        if opened is None:
            if match:
                opened, lines, first = match, [], number + 1
            continue
        closes = match and not match["info"].strip() and match["fence"].startswith(opened["fence"])
        if not closes:
            lines.append(line.removeprefix(opened["indent"]))
            continue
        block = _block(opened["info"], "\n".join(lines) + "\n", first)
        if block is not None:
            blocks.append(block)
        opened = None
    if opened is not None:
        raise PageError(f"line {first - 1}: this block is never closed")
    for before, block in zip([None, *blocks], blocks):
        if block.kind == "output" and (before is None or before.kind != "run"):
            raise PageError(f"line {block.line}: test=output follows no block that ran")
    return blocks


def missing_from(expected, actual, where="output"):
    """What of `expected` is not in `actual`, as one text, or None. Objects may hold more than is expected."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key, value in expected.items():
            if key not in actual:
                return f"{where}.{key} is missing"
            found = missing_from(value, actual[key], f"{where}.{key}")
            if found:
                return found
        return None
    return None if expected == actual else f"{where} is {actual!r}, not {expected!r}"
