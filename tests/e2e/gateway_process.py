"""Runs the real gateway as a child process, on ports of its own, and checks how it ends."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEFAULT_BINARY = ROOT / "build" / "bin" / "wsgate"

# What a sanitizer writes when it has found something.
SANITIZER_REPORT = re.compile(r"(Address|Leak|Thread|Memory)Sanitizer|runtime error:")

# Drains at once, so that a test never waits for readiness probes that nobody sends.
QUICK_DRAIN = ("--drain-notice", "0s", "--drain-window", "5s")


def binary_path():
    """The gateway under test; GATEWAY_BINARY names another build of it."""
    return os.environ.get("GATEWAY_BINARY") or str(DEFAULT_BINARY)


def find_tool(name):
    """The path of a tool that the build installs; fails where it is missing."""
    path = shutil.which(name)
    assert path, f"`{name}` is not on PATH: run the tests with `make test`"
    return path


def clean_environment(extra=None):
    """This process's environment without any setting of the gateway, then `extra`."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("WSGATE_")}
    environment.update(extra or {})
    return environment


def until(condition, what, timeout=10.0, pause=0.005):
    """Returns the first true value of `condition()`; fails with `what` after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"after {timeout} s: {what}")
        time.sleep(pause)  # Between two looks, never instead of one.


class Gateway:
    """One gateway process: start() waits until every port listens, stop() until it has drained.

    `tls`: its certificates.ServerFiles; clients then speak TLS, `tls_highest` ("1.2") at most.
    """

    def __init__(self, directory, *flags, env=None, config=None, auth_mode="insecure", tls=None, tls_highest=None):
        self.tls, self.tls_highest = tls, tls_highest
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.ready_file = self.directory / "ready.json"
        self.config_file = self.directory / "wsgate.yaml"
        self.log_file = self.directory / "gateway.log"
        self.env = env
        self.process = None
        self.addresses = {}
        command = [binary_path(), "serve", "--ready-file", str(self.ready_file)]
        for port in ("client", "control", "admin"):
            if f"--{port}-address" not in flags:
                command += [f"--{port}-address", "127.0.0.1:0"]
        if auth_mode:
            command += ["--auth-mode", auth_mode]
        if config is not None:
            self.config_file.write_text(config)
            command += ["--config", str(self.config_file)]
        if "--drain-window" not in flags:
            command += QUICK_DRAIN
        if tls is not None:
            command += tls.flags
        self.command = command + [str(flag) for flag in flags]

    def start(self):
        self.ready_file.unlink(missing_ok=True)
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(
                self.command, stdout=log, stderr=log, env=clean_environment(self.env))
        until(self._is_ready, f"no ready file; its log:\n{self.log()}", timeout=30)
        self.addresses = json.loads(self.ready_file.read_text())
        return self

    def _is_ready(self):
        code = self.process.poll()
        if code is not None:
            raise AssertionError(f"the gateway ended with {code} at its start:\n{self.log()}")
        try:
            return bool(json.loads(self.ready_file.read_text()))
        except (FileNotFoundError, ValueError):
            return False

    def log(self):
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    @property
    def client(self):
        return self.addresses["client"]

    @property
    def control(self):
        return self.addresses["control"]

    @property
    def admin(self):
        return self.addresses["admin"]

    def ws_url(self, user="", path="/ws", **metadata):
        """The URL at which `user` connects; no user is an anonymous session."""
        query = {"user": user} if user else {}
        query.update({f"meta.{key}": value for key, value in metadata.items()})
        return f"{'wss' if self.tls else 'ws'}://{self.client}{path}" + ("?" + urllib.parse.urlencode(query) if query else "")

    def peak_resident_bytes(self):
        """The most memory that the gateway has had."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024

    def metric(self, name, labels=""):
        """A figure of /metrics, as `name{labels}` stands there."""
        with urllib.request.urlopen(f"http://{self.admin}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        start = name + ("{" + labels + "}" if labels else "") + " "
        (line,) = [line for line in lines if line.startswith(start)]
        return float(line.removeprefix(start))

    def cpu_seconds(self):
        """Processor time that the gateway has used."""
        stat = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text()
        user, system = stat.rsplit(")", 1)[1].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, timeout=30):
        """Waits for the end and returns the exit code; a sanitizer's report is a failure."""
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"no end within {timeout} s:\n{self.log()[-4000:]}") from None
        found = SANITIZER_REPORT.search(self.log())
        assert not found, f"{found.group(0)} in the log:\n{self.log()[-8000:]}"
        return code

    def stop(self):
        """One SIGTERM: the gateway drains and exits 0."""
        if self.process is None or self.process.poll() is None:
            self.signal(signal.SIGTERM)
        code = self.wait()
        assert code == 0, f"exit code {code}:\n{self.log()[-4000:]}"


def run_gateway(*arguments, env=None, timeout=30, cwd=None):
    """Runs the gateway's command line to its end and returns the finished process."""
    return subprocess.run([binary_path(), *map(str, arguments)], capture_output=True, text=True,
                          env=clean_environment(env), timeout=timeout, cwd=cwd, check=False)
