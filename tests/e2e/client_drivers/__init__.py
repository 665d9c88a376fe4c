"""Real client libraries behind one interface, a module each.

connect(url, compression), send(payload), receive(), closed() -> (code, reason), refusal(url) -> HTTP status, pings(),
stop(); `extensions`: what the gateway's answer said in Sec-WebSocket-Extensions, as far as the library shows it;
`shows_pings`: whether the library tells of a ping, which each of them answers by itself; `compressions`: the ways in
which it can offer permessage-deflate."""

from .browser import BrowserClient
from .go_coder import GoClient
from .java_net_http import JavaClient
from .node_ws import NodeClient
from .python_aiohttp import AiohttpClient
from .python_websockets import PythonClient

CLIENTS = [PythonClient, AiohttpClient, NodeClient, GoClient, JavaClient, BrowserClient]
