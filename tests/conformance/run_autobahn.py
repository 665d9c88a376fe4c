#!/usr/bin/env python3
"""Runs the Autobahn cases 1-7 and 10 against the gateway, with an echo backend behind it.

Every echoed message thus goes client -> gateway -> gRPC -> backend -> gRPC -> gateway -> client.
Nothing may fail, and nothing may be "non-strict" but the cases whose bad frame follows the message
at once: there the connection has to fail before an echo through another process can be back. Those
cases pass strictly where the echo lives in the gateway's own process (tests/integration).
"""

import argparse
import collections
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(ROOT / "build" / "stubs" / "python")]

# pylint: disable=wrong-import-position
import grpc  # noqa: E402
from control_client import Control  # noqa: E402
from gateway_process import Gateway, find_tool  # noqa: E402

CASES = ("1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "10.*")
CASE_COUNT = 247
# A message and a bad frame in one write: the echo cannot be faster than the failure.
MAY_BE_NON_STRICT = {"3.2", "3.3", "3.4", "4.1.3", "4.1.4", "4.1.5", "4.2.3", "4.2.4", "4.2.5",
                     "5.15"}
LIMITS = ("--limits-message-bytes-max", "64MiB", "--limits-send-bytes-max", "64MiB",
          "--limits-messages-per-second", "off", "--limits-bytes-per-second", "off",
          "--limits-queued-bytes-per-session-max", "256MiB")
RUN_SECONDS = 600


class EchoBackend:
    """Answers every message with itself, in order, on a thread of its own."""

    def __init__(self, address):
        self._control = Control(address)
        self._inbox = self._control.receive()
        self._error = None
        self._stopping = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        try:
            for said in self._inbox:
                self._answer(said)
        except grpc.RpcError as error:
            self._error = None if self._stopping else error
        except AssertionError as error:
            self._error = error

    def _answer(self, said):
        kind = said.message.WhichOneof("payload")
        try:
            self._control.send_to_session(said.session_id, **{kind: getattr(said.message, kind)})
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.NOT_FOUND:  # The case is over and its session gone.
                raise

    def stop(self):
        self._stopping = True
        self._inbox.__exit__()
        self._thread.join(30)
        self._control.close()
        if self._error is not None:
            raise self._error


def run_cases(url, directory, parallelism, include):
    """Runs the cases and returns their results by case id."""
    shutil.rmtree(directory, ignore_errors=True)
    command = [find_tool("kosoku"), "--mode", "fuzzingclient", "--outdir", str(directory),
               "--parallelism", str(parallelism)]
    for case in include:
        command += ["--include", case]
    # Its exit code says that a case failed; which, and how badly, stands in its report.
    subprocess.run([*command, url], timeout=RUN_SECONDS, check=False, stdout=subprocess.DEVNULL)
    report = json.loads((directory / "index.json").read_text())
    (results,) = report.values()
    return results


def sort_key(case):
    return [int(part) for part in case.split(".")]


def judge(results, strict):
    """The cases that are not good enough, each as a line."""
    faults = []
    for case, result in sorted(results.items(), key=lambda item: sort_key(item[0])):
        allowed = {"OK", "INFORMATIONAL"}
        if not strict and case in MAY_BE_NON_STRICT:
            allowed.add("NON-STRICT")
        if (result["behavior"] not in allowed
                or result["behaviorClose"] not in ("OK", "INFORMATIONAL")):
            faults.append(f"{case}: {result['behavior']}, close {result['behaviorClose']} "
                          f"({result['reportfile']})")
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "build" / "conformance",
                        help="where the reports go")
    parser.add_argument("--parallelism", type=int, default=4, help="cases at a time")
    parser.add_argument("--include", action="append", help="only these cases, for example 6.4.*")
    parser.add_argument("--url", help="an echo server to test instead of a gateway and backend")
    parser.add_argument("--strict", action="store_true", help="no case may be non-strict")
    options = parser.parse_args()

    include = options.include or CASES
    if options.url:
        results = run_cases(options.url, options.output, options.parallelism, include)
    else:
        with tempfile.TemporaryDirectory(prefix="wsgate-conformance-") as directory:
            gateway = Gateway(directory, *LIMITS).start()
            backend = EchoBackend(gateway.control)
            try:
                results = run_cases(f"ws://{gateway.client}/ws", options.output,
                                    options.parallelism, include)
            finally:
                backend.stop()
                gateway.stop()

    faults = judge(results, options.strict)
    if not options.include and len(results) != CASE_COUNT:
        faults.append(f"{len(results)} cases were run, not {CASE_COUNT}")
    behaviors = collections.Counter(result["behavior"] for result in results.values())
    counts = ", ".join(f"{count} {name}" for name, count in sorted(behaviors.items()))
    print(f"{len(results)} cases: {counts}")
    print(f"reports: {options.output}")
    for fault in faults:
        print("not good enough:", fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
