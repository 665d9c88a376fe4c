#!/usr/bin/env python3
"""Fails on a source file above 300 lines: a file that long has two subjects.

usage: check_length.py              checks the tree
       check_length.py --self-test  shows what passes and what does not
"""

import fnmatch
import sys
import unittest

from tree import ROOT, project_files, report

LINES_MAX = 300
PATTERNS = ["*.h", "*.cc", "*.py", "*.sh", "*.js", "*.mjs", "*.go", "*.java", "*.proto", "*.cmake",
            ".ci/run", "tests/tools/run"]
# Files that may be longer, each with its reason.
EXCEPTIONS = {
    "proto/google/*": "kept as they were published",
    "proto/wsgate/*": "one file per subject, most of it comments that users read",
}


def problem(path, lines):
    """What is wrong with a file of so many lines, or None."""
    if lines <= LINES_MAX or any(fnmatch.fnmatch(path, pattern) for pattern in EXCEPTIONS):
        return None
    return f"{path}: {lines} lines, at most {LINES_MAX}. Split it by subject."


class CheckLengthTest(unittest.TestCase):
    def test_the_bound_itself_passes_and_one_more_does_not(self):
        self.assertIsNone(problem("gateway/base/check.h", LINES_MAX))
        self.assertIn("301 lines", problem("gateway/base/check.h", LINES_MAX + 1))

    def test_an_exception_is_by_path(self):
        self.assertIsNone(problem("proto/wsgate/v1/message.proto", 1000))
        self.assertIsNotNone(problem("tests/proto/message.proto", 1000))


def main():
    files = project_files(*PATTERNS)
    findings = [problem(path, len((ROOT / path).read_text().splitlines())) for path in files]
    report("file length", [finding for finding in findings if finding], len(files))


if __name__ == "__main__":
    if sys.argv[1:] == ["--self-test"]:
        unittest.main(argv=sys.argv[:1])
    main()
