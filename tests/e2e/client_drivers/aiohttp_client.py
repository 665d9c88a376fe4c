"""Python's `aiohttp`, driven by lines of JSON on stdin; what happens to the socket is written to stdout likewise."""

import asyncio
import base64
import json
import os
import ssl
import sys

import aiohttp


def say(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


async def read(socket):
    """Tells what comes until the end."""
    while True:
        message = await socket.receive()
        if message.type is aiohttp.WSMsgType.TEXT:
            say("message", text=message.data)
        elif message.type is aiohttp.WSMsgType.BINARY:
            say("message", base64=base64.b64encode(message.data).decode())
        elif message.type is aiohttp.WSMsgType.CLOSE:
            return say("close", code=message.data, reason=message.extra)
        else:  # The connection is lost, or what came on it is no WebSocket frame.
            say("error", message=f"{message.type}: {message.data}")
            return say("close", code=socket.close_code, reason="")


def tls_context():
    context = ssl.create_default_context()
    if os.environ.get("E2E_TLS_HIGHEST") == "1.2":
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context


async def connect(http, url, window_bits):
    """`window_bits`: of the gateway's compression; 0: none is offered."""
    try:
        socket = await http.ws_connect(url, compress=window_bits, ssl=tls_context())
    except aiohttp.WSServerHandshakeError as error:
        say("refused", status=error.status, retryAfter=error.headers.get("Retry-After", ""))
        return None, None
    say("open", extensions="permessage-deflate" if socket.compress else "")
    return socket, asyncio.create_task(read(socket))


async def main():
    lines = asyncio.StreamReader(limit=64 << 20)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async with aiohttp.ClientSession() as http:
        socket, reading = None, None  # The task is named so that it is not collected.
        async for line in lines:
            command = json.loads(line)
            if command["do"] == "connect":
                socket, reading = await connect(http, command["url"], int(command["compression"] or 0))
            elif "text" in command:
                await socket.send_str(command["text"])
            else:
                await socket.send_bytes(base64.b64decode(command["base64"]))
        if reading is not None:
            reading.cancel()


asyncio.run(main())
