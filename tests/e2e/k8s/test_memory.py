"""A pod at its memory limit, and one that stays below it."""

import sys

from cluster import HERE, QUICK_DRAIN, is_ready, merged, restarts, until
from crowd import crowd, sessions

CLIENTS = 200
MEMORY_MIB = 96
TWO_PODS = merged(QUICK_DRAIN, {
    "replicaCount": 2,
    "resources": {"requests": {"memory": f"{MEMORY_MIB}Mi"}, "limits": {"memory": f"{MEMORY_MIB}Mi"}},
})
MESSAGE_BYTES = 900 << 10


def fill(release, pod, slow_sessions):
    """What memory_hog.py says of so many sessions that read nothing."""
    done = release.cluster.run(*release.cluster.in_node(
        sys.executable, HERE / "memory_hog.py", pod["status"]["podIP"], slow_sessions, MESSAGE_BYTES,
        release.namespace))
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_below_its_limit_a_pod_holds_what_slow_clients_do_not_read(release):
    release.install(TWO_PODS)
    pod = release.wait_for_pods(2)[0]
    assert "were taken" in fill(release, pod, slow_sessions=30)
    assert [restarts(pod) for pod in release.pods()] == [0, 0]


def test_at_its_limit_a_pod_is_killed_and_comes_back_while_the_other_goes_on(release, record):
    release.install(TWO_PODS)
    victim, other = (pod["metadata"]["name"] for pod in release.wait_for_pods(2))
    with crowd(release, CLIENTS) as clients:
        until(lambda: sum(sessions(release).values()) == CLIENTS, "not all in", 60)
        held = sessions(release)
        said = fill(release, release.get("pod", victim), slow_sessions=300)
        until(lambda: restarts(release.get("pod", victim)) == 1, "it was not killed", 60)
        until(lambda: is_ready(release.get("pod", victim)), "it is not back", 60)
        until(lambda: sum(sessions(release).values()) == CLIENTS, "not all are back", 60)
        seen = clients.finish()
    (status,) = release.get("pod", victim)["status"]["containerStatuses"]
    ended = status["lastState"]["terminated"]
    assert (ended["reason"], ended["exitCode"]) == ("OOMKilled", 137)
    assert restarts(release.get("pod", other)) == 0
    assert {close["pod"] for close in seen["closes"]} == {victim}, "the other pod's sessions went on"
    assert len(seen["closes"]) == held[victim]
    assert seen["gaps"] == []
    back = max(connect["at"] for connect in seen["connects"]) - min(close["at"] for close in seen["closes"])
    record("memory limit", f"{MEMORY_MIB} MiB, filled by sessions that read nothing ({said}): OOMKilled, restarted "
           f"by the kubelet; its {held[victim]} sessions all back {back:.1f} s after it ended, {len(seen['refused'])} "
           f"connections refused and {len(seen['failed'])} failed meanwhile; the other pod lost none of its {held[other]}")
