"""The README's commands, run as they stand there in a network namespace of their own (needs root)."""

import pathlib
import subprocess
import sys

import pytest

from readme_blocks import PageError, extract, missing_from

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAMESPACES = ["unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]

SAMPLE = """
# A page

```sh test=serve
make run
```

```js
notMarked();
```

   ~~~js test=client
   const socket = new WebSocket("ws://127.0.0.1:8080/ws?user=ada");
   socket.onmessage = (event) => console.log(event.data);
   ~~~

```sh test
grpcurl -d '{"user_id":"ada","message":{"text":"hello"}}' 127.0.0.1:50051 \\
  wsgate.v1.ControlService/SendToUser
```
```json test=output
{"outcome": {"matched": 1}}
```
"""


def test_marked_blocks_are_found_as_they_stand():
    blocks = extract(SAMPLE)
    assert [(block.kind, block.language) for block in blocks] == [
        ("serve", "sh"), ("client", "js"), ("run", "sh"), ("output", "json")]
    assert blocks[0].text == "make run\n"
    assert blocks[0].line == 5
    assert blocks[1].text.startswith("const socket"), "the fence's indent is taken off"
    assert blocks[2].text.count("\n") == 2
    assert blocks[2].sent_text() == "hello"
    assert blocks[0].sent_text() is None


@pytest.mark.parametrize("page, said", [
    ("```sh test=server\nmake run\n```\n", "line 2: `sh test=server`"),
    ("```js test=serve\nmake run\n```\n", "needs sh"),
    ("```sh test\nmake run\n", "line 1: this block is never closed"),
    ("```json test=output\n{}\n```\n", "follows no block that ran"),
])
def test_a_page_against_the_convention_is_refused(page, said):
    with pytest.raises(PageError, match=said):
        extract(page)


def test_the_text_that_a_block_sends_is_seen_in_every_language():
    for line in ('text="hello"', "text: 'hello'", '"text": "hello"'):
        assert extract(f"```python test\n{line}\n```\n")[0].sent_text() == "hello"


def test_the_text_of_a_command_line_is_its_last_word():
    for line in ("build/bin/wsgatectl send --user ada hello", "wsgatectl broadcast 'hello'"):
        assert extract(f"```sh test\n{line}\nwsgatectl stats\n```\n")[0].sent_text() == "hello"
    assert extract("```sh test\nwsgatectl stats\n```\n")[0].sent_text() is None


def test_output_may_hold_more_than_is_shown_but_not_other_values():
    actual = {"outcome": {"matched": 1, "queued": 1, "nodes": 1}}
    assert missing_from({"outcome": {"matched": 1}}, actual) is None
    assert missing_from({"outcome": {"matched": 2}}, actual) == "output.outcome.matched is 1, not 2"
    assert missing_from({"outcome": {"offline": 1}}, actual) == "output.outcome.offline is missing"


def test_the_readme_does_what_it_says():
    command = [*NAMESPACES, sys.executable, str(ROOT / "tests/e2e/readme_runner.py"), str(ROOT / "README.md")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, f"(this test needs root for its namespaces)\n{done.stdout}{done.stderr}"
