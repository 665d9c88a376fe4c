"""Real client libraries behind one interface, a module each.

connect(url), send(payload), receive(), closed() -> (code, reason), refusal(url) -> HTTP status, pings(), stop();
`shows_pings`: whether the library tells of a ping, which each of them answers by itself."""

from .browser import BrowserClient
from .go_coder import GoClient
from .java_net_http import JavaClient
from .node_ws import NodeClient
from .python_aiohttp import AiohttpClient
from .python_websockets import PythonClient

CLIENTS = [PythonClient, AiohttpClient, NodeClient, GoClient, JavaClient, BrowserClient]
