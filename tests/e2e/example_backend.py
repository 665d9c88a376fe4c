"""Runs the backends of clients/examples by the lines of their READMEs."""

import contextlib
import os
import re
import signal
import subprocess

from gateway_process import ROOT, clean_environment

BUILD_SECONDS = 300  # The first `go run` compiles gRPC.


def command_of(readme, language):
    """The README's line for a language."""
    return re.search(rf"^# {language}: \S+\n(.+)$", readme.read_text(), re.MULTILINE).group(1)


@contextlib.contextmanager
def running(command, environment, **settings):
    """A backend that a shell line starts; ended with all that it started (its own group)."""
    settings = {"stdout": subprocess.PIPE, "text": True, **settings}
    backend = subprocess.Popen(command, shell=True, cwd=ROOT, env=clean_environment(environment),
                               start_new_session=True, **settings)
    try:
        yield backend
    finally:
        os.killpg(backend.pid, signal.SIGKILL)
        backend.wait()
