"""docs/kubernetes.md: the way from `helm install` to a message in a browser, each command as it stands there."""

import sys

from cluster import HERE, ROOT

PAGE = ROOT / "docs" / "kubernetes.md"
NAMESPACES = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]


def test_the_page_does_what_it_says(cluster):
    runner = cluster.in_node(*NAMESPACES, sys.executable, HERE / "document_runner.py", PAGE)
    try:
        done = cluster.run(*runner, timeout=500)
        assert done.returncode == 0, f"{done.stdout}{done.stderr}"
        assert "every marked block did what the page says" in done.stdout
    finally:
        cluster.run("helm", "uninstall", "wsgate", "--ignore-not-found", "--wait", timeout=300)
