"""Fixtures of the tests in a real cluster. K8S_KEEP=1 leaves the node up afterwards."""

import os
import re

import pytest

from cluster import Cluster, Release
from image_archive import ARCHIVE


@pytest.fixture(scope="session")
def cluster():
    """One node for all tests, with the image of `make image`."""
    assert ARCHIVE.exists(), f"{ARCHIVE} is missing: run `make image`"
    started = Cluster()
    started.import_image(ARCHIVE)
    started.define_routes()
    yield started
    if not os.environ.get("K8S_KEEP"):
        started.down()


@pytest.fixture
def release(cluster, request):
    """A release that is not installed yet, in a namespace of the test's own."""
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")[:50].strip("-")
    with cluster.namespace(name):
        yield Release(cluster, name)


@pytest.fixture
def record(capsys):
    """Notes a result, for docs/results: K8S_RESULTS names the file."""
    def note(name, text):
        with capsys.disabled():
            print(f"\n{name}: {text}")
        if os.environ.get("K8S_RESULTS"):
            with open(os.environ["K8S_RESULTS"], "a", encoding="utf-8") as results:
                results.write(f"{name}: {text}\n")
    return note
