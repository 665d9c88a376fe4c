"""Runs `wsgate-load run` and reads its report."""

import json
import os
import pathlib
import subprocess

from gateway_process import binary_path, clean_environment

BINARY = pathlib.Path(os.environ.get("GATEWAY_LOAD_BINARY") or
                      pathlib.Path(binary_path()).parent / "wsgate-load")
CLEAN, VIOLATED, USAGE, UNREACHABLE = 0, 1, 2, 3


def command(*flags, gateway=None):
    assert os.access(BINARY, os.X_OK), f"{BINARY} is missing: run `make test-build`"
    at = ["--ready-file", gateway.ready_file] if gateway else []
    return [str(part) for part in (BINARY, "run", *at, *flags)]


def run(*flags, gateway=None, timeout=60):
    """The finished process of a run."""
    return subprocess.run(command(*flags, gateway=gateway), capture_output=True, text=True,
                          env=clean_environment(), timeout=timeout, check=False)


def report_of(done, code=CLEAN):
    """The JSON of a finished run that must have ended with `code`."""
    assert done.returncode == code, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
    report = json.loads(done.stdout)
    assert report["clean"] == (code == CLEAN) and bool(report["problems"]) == (code != CLEAN)
    return report


def measure(gateway, *flags, code=CLEAN):
    return report_of(run("-o", "json", *flags, gateway=gateway), code)


def expect(figures, **expected):
    """Figures of one kind: nothing lost, doubled or out of order, and what is `expected`."""
    expected = {"lost": 0, "twice": 0, "out_of_order": 0, **expected}
    assert {name: figures[name] for name in expected} == expected
