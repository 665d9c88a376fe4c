#!/usr/bin/env python3
"""Runs Autobahn's cases against the gateway, with an echo backend behind it.

Every echoed message thus goes client -> gateway -> OnMessage hook -> backend -> gateway -> client.
Nothing may fail, and nothing may be "non-strict" but the cases whose bad frame follows the message
at once: there the connection has to fail before an echo through another process can be back. Those
cases pass strictly where the echo lives in the gateway's own process (tests/integration).

Of the cases 9 (large messages), 12 and 13 (compression) a few stand for all, so that CI stays
short; --whole runs every one.
"""

import argparse
import collections
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(ROOT / "build" / "stubs" / "python")]

# pylint: disable=wrong-import-position
from gateway_process import Gateway, binary_path  # noqa: E402

BASIC = ("1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "10.*")
# One of each kind of data and of each set of parameters: 256 B, and 8 KiB in frames of 256 B; of the
# large messages 1 MiB whole, 4 MiB in frames and in pieces.
THINNED = BASIC + ("9.1.3", "9.2.3", "9.3.4", "9.4.4", "9.5.4", "9.6.4", "9.7.3", "9.8.3",
                   "12.*.3", "12.*.11", "13.*.3", "13.*.11")
THINNED_COUNT = 279
WHOLE = BASIC + ("9.*", "12.*", "13.*")
WHOLE_COUNT = 517
# A message and a bad frame in one write: the echo cannot be faster than the failure.
MAY_BE_NON_STRICT = {"3.2", "3.3", "3.4", "4.1.3", "4.1.4", "4.1.5", "4.2.3", "4.2.4", "4.2.5",
                     "5.15"}
LIMITS = ("--limits-message-bytes-max", "64MiB", "--limits-send-bytes-max", "64MiB",
          "--limits-messages-per-second", "off", "--limits-bytes-per-second", "off",
          "--limits-queued-bytes-per-session-max", "256MiB",
          "--compression-enabled", "--compression-bytes-min", "1")
RUN_SECONDS = 3600


class EchoBackend:
    """A HookService that answers every message with itself."""

    def __init__(self):
        binary = pathlib.Path(binary_path()).parent / "wsgate-test-echo"
        self._process = subprocess.Popen([binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         text=True)
        self.address = self._process.stdout.readline().strip()
        assert self.address, f"{binary} did not start"

    def stop(self):
        self._process.stdin.close()
        code = self._process.wait(30)
        assert code == 0, f"the echo backend ended with {code}"


def run_cases(url, directory, parallelism, include):
    """Runs the cases and returns their results by case id."""
    shutil.rmtree(directory, ignore_errors=True)
    command = [sys.executable, str(HERE / "kosoku_fixed.py"), "--mode", "fuzzingclient", "--outdir", str(directory),
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
    parser.add_argument("--whole", action="store_true", help="every case, not a few of 9, 12, 13")
    parser.add_argument("--include", action="append", help="only these cases, for example 6.4.*")
    parser.add_argument("--url", help="an echo server to test instead of a gateway and backend")
    parser.add_argument("--strict", action="store_true", help="no case may be non-strict")
    options = parser.parse_args()

    include = options.include or (WHOLE if options.whole else THINNED)
    count = WHOLE_COUNT if options.whole else THINNED_COUNT
    start = time.monotonic()
    if options.url:
        results = run_cases(options.url, options.output, options.parallelism, include)
    else:
        with tempfile.TemporaryDirectory(prefix="wsgate-conformance-") as directory:
            backend = EchoBackend()
            gateway = Gateway(directory, "--hooks-on-message-targets", backend.address,
                              *LIMITS).start()
            try:
                results = run_cases(f"ws://{gateway.client}/ws", options.output,
                                    options.parallelism, include)
            finally:
                gateway.stop()
                backend.stop()

    faults = judge(results, options.strict)
    if not options.include and len(results) != count:
        faults.append(f"{len(results)} cases were run, not {count}")
    behaviors = collections.Counter(result["behavior"] for result in results.values())
    counts = ", ".join(f"{count} {name}" for name, count in sorted(behaviors.items()))
    print(f"{len(results)} cases in {time.monotonic() - start:.0f} s: {counts}")
    print(f"reports: {options.output}")
    for fault in faults:
        print("not good enough:", fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
