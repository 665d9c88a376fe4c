#!/usr/bin/env python3
"""One client that keeps its session over TLS, and looks which certificate newcomers get.

usage: tls_client.py SERVICE-ADDRESS NAMESPACE    in the node's network namespace

Prints `open SHA256` when it is in, and `new SHA256` when newcomers get another certificate; the test knows the right ones.
When its standard input ends it pings on its session, prints `alive` where that is answered, and exits.
"""

import asyncio
import hashlib
import ssl
import sys

from websockets.asyncio.client import connect

from release_keys import ReleaseKeys


def any_certificate():
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def fingerprint(transport):
    return hashlib.sha256(transport.get_extra_info("ssl_object").getpeercert(binary_form=True)).hexdigest()


async def watch(address, seen):
    host, port = address.split(":")
    while True:
        _, writer = await asyncio.open_connection(host, int(port), ssl=any_certificate())
        now = fingerprint(writer)
        writer.close()
        if now != seen:
            print("new", now, flush=True)
            seen = now
        await asyncio.sleep(0.5)


async def main():
    address, namespace = sys.argv[1], sys.argv[2]
    async with connect(f"wss://{address}/ws", ssl=any_certificate(), proxy=None, ping_interval=None,
                       additional_headers=ReleaseKeys(namespace).bearer("ada")) as socket:
        seen = fingerprint(socket.transport)
        print("open", seen, flush=True)
        watcher = asyncio.create_task(watch(address, seen))
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        watcher.cancel()
        await asyncio.wait_for(await socket.ping(), 10)
        print("alive", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
