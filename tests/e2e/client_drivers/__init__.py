"""Real client libraries behind one interface, a module each.

connect(url), send(payload), receive(), closed() -> (code, reason), refusal(url) -> HTTP status, pings(), stop();
`shows_pings`: whether the library tells of a ping, which each of them answers by itself."""

from .browser import BrowserClient
from .node_ws import NodeClient
from .python_websockets import PythonClient

CLIENTS = [PythonClient, NodeClient, BrowserClient]
