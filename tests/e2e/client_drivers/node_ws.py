"""Node's `ws`."""

import re

from gateway_process import find_tool

from .process import HERE, ProcessClient


class NodeClient(ProcessClient):
    """Node's `ws`."""

    shows_pings = True
    compressions = ("on",)

    def __init__(self, gateway):
        super().__init__(gateway, find_tool("node"), str(HERE / "node_client.js"))

    def refusal(self, url):
        """The status stands in the error's message."""
        self.do("connect", url=url, compression="")
        message = self.event("error")["message"]
        return int(re.fullmatch(r"Unexpected server response: (\d+)", message).group(1))
