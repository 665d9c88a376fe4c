"""Go's `github.com/coder/websocket`."""

import functools

from gateway_process import ROOT, find_tool

from .process import BUILT, HERE, ProcessClient, compile_client


@functools.cache
def built_client():
    """The program, built once per session with the versions of tests/tools/go.mod."""
    program = BUILT / "go_client"
    compile_client(find_tool("go"), "build", "-mod=readonly", "-o", str(program),
                   str(HERE / "go_client.go"), cwd=ROOT / "tests" / "tools")
    return str(program)


class GoClient(ProcessClient):
    """Go's `github.com/coder/websocket`."""

    shows_pings = True
    compressions = ("context takeover", "no context takeover")

    def __init__(self, gateway):
        super().__init__(gateway, built_client())
