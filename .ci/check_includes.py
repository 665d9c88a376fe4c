#!/usr/bin/env python3
"""Fails on an include against the arrows: each folder sees only what lies to its left.

usage: check_includes.py              checks the tree
       check_includes.py --self-test  shows a good and a bad include of each kind
"""

import re
import sys
import unittest

from tree import ROOT, project_files, report

# Leftmost first: a folder of gateway/ includes itself and the folders before it.
ORDER = ["base", "config", "message", "websocket", "metrics", "admission", "auth", "tls", "session", "shard", "net", "fanout", "app"]
# control/ includes itself and these folders of gateway/: an RPC cannot even name a Session.
CONTROL_SEES = ["base", "config", "message", "metrics", "fanout"]
# Who may include generated protobuf code and gRPC.
GRPC_FOLDERS = ["control", "clients", "bench", "tests"]

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
GENERATED = re.compile(r"^(wsgate|google/rpc)/.*\.pb\.h$")
GRPC = re.compile(r"^grpc(pp)?/")


def room(path):
    """The folder that the arrows speak of: `gateway/session`, `control`, `tests`."""
    parts = path.split("/")
    return "/".join(parts[:2]) if parts[0] == "gateway" and len(parts) > 2 else parts[0]


def allowed_rooms(source):
    """The rooms of ours that files in room `source` may include; None: all of them."""
    if source == "gateway/app":
        return ["control"] + [f"gateway/{folder}" for folder in ORDER]
    if source == "control":
        return ["control"] + [f"gateway/{folder}" for folder in CONTROL_SEES]
    if source.startswith("gateway/"):
        folder = source.removeprefix("gateway/")
        if folder not in ORDER:
            return []
        return [f"gateway/{left}" for left in ORDER[: ORDER.index(folder) + 1]]
    return None


def problem(path, included, quoted, is_beside):
    """What is wrong with this include, with the remedy, or None. `is_beside`: it names a file in the same folder."""
    source, target = room(path), room(included)
    if quoted and is_beside:
        folder = path.rpartition("/")[0]
        return f'"{included}" is relative. Write it from the root: "{folder}/{included}".'
    if source not in GRPC_FOLDERS:
        if GENERATED.match(included):
            return (f"{source} -> generated protobuf code. Only {', '.join(GRPC_FOLDERS)} see it: convert there, "
                    "and hand over a struct of gateway/message.")
        if GRPC.match(included):
            return f"{source} -> gRPC. Only {', '.join(GRPC_FOLDERS)} see it: hand over a completion instead."
    if not included.startswith(("gateway/", "control/", "clients/", "bench/", "tests/")):
        return None
    allowed = allowed_rooms(source)
    if allowed is None or target in allowed:
        return None
    if not allowed:
        return f"{source} has no place in the order. Give it one: ORDER in .ci/check_includes.py."
    return (f"{source} -> {target}. {source} sees {', '.join(allowed)}: move what is needed to one of these, or "
            "declare an interface there and implement it on the right.")


def check(path, text):
    """All findings in one file."""
    findings = []
    for number, line in enumerate(text.splitlines(), start=1):
        match = INCLUDE.match(line)
        if match:
            included = match.group(2)
            is_beside = (ROOT / path).parent.joinpath(included).is_file()
            said = problem(path, included, match.group(1) == '"', is_beside)
            if said:
                findings.append(f"{path}:{number}: {said}")
    return findings


class CheckIncludesTest(unittest.TestCase):
    def problem_of(self, path, included, is_beside=False):
        return problem(path, included, quoted=True, is_beside=is_beside)

    def test_a_folder_sees_itself_and_its_left(self):
        self.assertIsNone(self.problem_of("gateway/session/a.h", "gateway/session/b.h"))
        self.assertIsNone(self.problem_of("gateway/session/a.h", "gateway/message/message.h"))
        self.assertIn("gateway/session -> gateway/shard", self.problem_of("gateway/session/a.h", "gateway/shard/s.h"))

    def test_control_cannot_name_a_session(self):
        self.assertIsNone(self.problem_of("control/send_rpc.cc", "gateway/fanout/router.h"))
        self.assertIn("control -> gateway/session", self.problem_of("control/send_rpc.cc", "gateway/session/session.h"))

    def test_app_sees_all_of_the_house_but_not_the_clients(self):
        self.assertIsNone(self.problem_of("gateway/app/main.cc", "control/server.h"))
        self.assertIsNone(self.problem_of("gateway/app/main.cc", "gateway/shard/shard.h"))
        self.assertIn("clients", self.problem_of("gateway/app/main.cc", "clients/loadgen/load.h"))

    def test_generated_code_and_grpc_stay_at_the_edge(self):
        self.assertIsNone(self.problem_of("control/send_rpc.cc", "wsgate/v1/message.pb.h"))
        self.assertIsNone(self.problem_of("tests/unit/control/a_test.cc", "grpcpp/grpcpp.h"))
        self.assertIn("generated", self.problem_of("gateway/app/main.cc", "wsgate/v1/control_service.grpc.pb.h"))
        self.assertIn("generated", self.problem_of("gateway/fanout/a.cc", "google/rpc/status.pb.h"))
        self.assertIn("gRPC", self.problem_of("gateway/shard/a.cc", "grpcpp/grpcpp.h"))

    def test_includes_are_written_from_the_root(self):
        self.assertIn('"gateway/base/check.h"', self.problem_of("gateway/base/a.cc", "check.h", is_beside=True))
        self.assertIsNone(self.problem_of("gateway/base/a.cc", "absl/status/status.h"))

    def test_an_unknown_folder_needs_a_place(self):
        self.assertIn("no place", self.problem_of("gateway/novel/a.h", "gateway/base/check.h"))

    def test_lines_are_numbered_and_comments_ignored(self):
        text = '// #include "gateway/app/app.h"\n#include "gateway/app/app.h"\n'
        self.assertEqual(len(check("gateway/base/none.h", text)), 1)
        self.assertTrue(check("gateway/base/none.h", text)[0].startswith("gateway/base/none.h:2: "))


def main():
    files = project_files("*.h", "*.cc")
    findings = [finding for path in files for finding in check(path, (ROOT / path).read_text())]
    report("include arrows", findings, len(files))


if __name__ == "__main__":
    if sys.argv[1:] == ["--self-test"]:
        unittest.main(argv=sys.argv[:1])
    main()
