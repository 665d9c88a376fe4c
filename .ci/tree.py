"""What the checks of .ci share: the files of the project, and how a check reports."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def project_files(*patterns):
    """Paths from the root of all files that are in the tree or about to be (new and not ignored), sorted."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return sorted({path for path in listed.split("\0") if path and (ROOT / path).is_file()})


def report(name, findings, looked_at):
    """Prints findings (one text each) and ends the process: 1 when there is one, or when nothing was looked at."""
    for finding in findings:
        print(finding)
    if not looked_at:
        print(f"{name}: found no file to look at")
        sys.exit(1)
    print(f"{name}: {len(findings)} findings in {looked_at} files")
    sys.exit(1 if findings else 0)
