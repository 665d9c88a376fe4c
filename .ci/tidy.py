#!/usr/bin/env python3
"""Runs clang-tidy-14 over the C++ files that changed, two at a time, within a time budget.

usage: tidy.py [FILE...]

Without files: what differs from the merge base with the main branch, or, on that branch itself, from the previous
commit, uncommitted work included. TIDY_BASE names another base. Files that the budget does not reach are named;
they are not findings.
"""

import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import time

from tree import ROOT, project_files

BUDGET_SECONDS = int(os.environ.get("TIDY_SECONDS", "330"))
PARALLEL = 2
FOLDERS = ["gateway", "control", "clients", "bench", "tests"]


def git(*arguments):
    """What git prints, or None when it fails."""
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else None


def base():
    """The commit to compare with, or None when there is no history yet: then every file counts as changed."""
    if os.environ.get("TIDY_BASE"):
        return os.environ["TIDY_BASE"]
    merge_base = git("merge-base", "HEAD", "origin/main")
    if merge_base and merge_base != git("rev-parse", "HEAD"):
        return merge_base
    return git("rev-parse", "--verify", "--quiet", "HEAD~1")


def changed_files():
    """The changed C++ files, the gateway's own first: where the budget ends, it ends among the tests."""
    files = project_files("*.h", "*.cc")
    start = base()
    if start is not None:
        changed = set((git("diff", "--name-only", start) or "").splitlines())
        changed |= set((git("ls-files", "--others", "--exclude-standard") or "").splitlines())
        files = [path for path in files if path in changed]
        print(f"clang-tidy: {len(files)} C++ files differ from {start[:12]}")
    else:
        print(f"clang-tidy: no commit to compare with, so all {len(files)} C++ files count")
    return sorted(files, key=lambda path: FOLDERS.index(path.split("/")[0]) if path.split("/")[0] in FOLDERS else 99)


def compiled_files():
    """The files that the release build compiles: clang-tidy needs their command lines."""
    database = ROOT / "build" / "compile_commands.json"
    if not database.is_file():
        sys.exit("clang-tidy: build/compile_commands.json is missing: run `make test-build` first.")
    entries = json.loads(database.read_text())
    paths = (pathlib.Path(entry["directory"], entry["file"]).resolve() for entry in entries)
    return {str(path.relative_to(ROOT)) for path in paths if path.is_relative_to(ROOT)}


def units(files, compiled):
    """The translation units that show these files: a header is seen through the .cc of its name. Order is kept."""
    wanted = {}
    for path in files:
        unit = path[: -len(".h")] + ".cc" if path.endswith(".h") else path
        if unit in compiled:
            wanted[unit] = None
    return list(wanted)


def tidy(unit, deadline):
    """(unit, verdict, output): verdict is "clean", "findings" or "not reached"."""
    left = deadline - time.monotonic()
    if left <= 1:
        return unit, "not reached", ""
    command = ["clang-tidy-14", "--quiet", "-p", "build", unit]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=left)
    except subprocess.TimeoutExpired:
        return unit, "not reached", ""
    return unit, "clean" if done.returncode == 0 else "findings", done.stdout + (done.stderr if done.returncode else "")


def main():
    compiled = compiled_files()
    work = units(sys.argv[1:] or changed_files(), compiled)
    deadline = time.monotonic() + BUDGET_SECONDS
    count = {"clean": 0, "findings": 0, "not reached": 0}
    with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
        for unit, verdict, output in pool.map(lambda unit: tidy(unit, deadline), work):
            count[verdict] += 1
            if verdict != "clean":
                print(f"clang-tidy: {unit}: {verdict}\n{output}".rstrip(), flush=True)
    print("clang-tidy: " + ", ".join(f"{number} {verdict}" for verdict, number in count.items()))
    if work and not count["clean"] and not count["findings"]:
        sys.exit("clang-tidy: nothing was checked")
    sys.exit(1 if count["findings"] else 0)


if __name__ == "__main__":
    main()
