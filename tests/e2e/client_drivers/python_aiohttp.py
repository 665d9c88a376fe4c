"""Python's `aiohttp`."""

import sys

from .process import HERE, ProcessClient


class AiohttpClient(ProcessClient):
    """Python's `aiohttp`. It answers pings below what a program sees."""

    shows_pings = False
    compressions = ("15", "9")  # Bits of the gateway's window.

    def __init__(self, gateway):
        super().__init__(gateway, sys.executable, str(HERE / "aiohttp_client.py"))
