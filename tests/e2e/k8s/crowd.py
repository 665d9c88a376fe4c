"""Clients at a release's Service, run in the node's network namespace: counting_clients.py."""

import contextlib
import json
import sys

from cluster import HERE
from release_keys import CONTROL_TOKEN_FILE


class Crowd:
    """counting_clients.py, from its start until it has told what it saw."""

    def __init__(self, process):
        self._process = process
        self.seen = None

    def finish(self):
        out, _ = self._process.communicate("", timeout=60)
        self.seen = json.loads(out.splitlines()[-1])
        return self.seen


@contextlib.contextmanager
def crowd(release, clients):
    command = release.cluster.in_node(sys.executable, HERE / "counting_clients.py", release.service_address(), clients,
                                      release.namespace)
    with release.cluster.background(*command) as process:
        assert process.stdout.readline() == "connected\n", process.stdout.read()
        yield Crowd(process)


def sessions(release):
    """How many sessions each running pod that answers holds."""
    counts = {}
    for pod in release.running_pods():
        name = pod["metadata"]["name"]
        done = release.cluster.run("kubectl", "-n", release.namespace, "exec", name, "--",
                                   "wsgatectl", "stats", "-o", "json", "--token-file", CONTROL_TOKEN_FILE)
        if done.returncode == 0:
            counts[name] = int(json.loads(done.stdout)["total"]["sessions"])
    return counts
