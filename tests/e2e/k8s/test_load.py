"""The load generator against a release, as docs/wsgate-load.md says."""

import json
import re

from cluster import ROOT

DOCUMENT = ROOT / "docs/wsgate-load.md"


def commands():
    """The document's two blocks for a release: the keys and the port-forward, then the load."""
    part = DOCUMENT.read_text(encoding="utf-8").split("**A release of the chart.**")[1]
    forward, load = re.findall(r"```sh\n(.*?)```", part, re.DOTALL)[:2]
    return forward, load


def test_a_load_on_a_release_arrives_whole(release, tmp_path):
    release.install()
    (tmp_path / "build").symlink_to(ROOT / "build")
    forward, load = commands()
    script = f"""
      cd {tmp_path}
      kubectl() {{ command kubectl -n {release.namespace} "$@"; }}
      {{ {forward} }} >/dev/null & forward=$!
      trap 'kill $forward $(pgrep -P $forward) 2>/dev/null' EXIT
      until (: </dev/tcp/127.0.0.1/50051 && : </dev/tcp/127.0.0.1/8080) 2>/dev/null; do kill -0 $forward; done
      {load.rstrip()} -o json
    """
    done = release.cluster.run(*release.cluster.in_node("bash", "-euc", script), timeout=90)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    report = json.loads(done.stdout)
    assert report["clean"] and report["sessions"]["opened"] == 200
    assert report["sends"]["delivered"] > 0 and report["messages"]["delivered"] > 0
