#!/usr/bin/env python3
"""Clients that count, in the node's network namespace: each keeps one session at the Service, checks that the numbered
broadcasts of its pod arrive without a gap and none twice, and comes back when and only when it is told to. The release is
called wsgate, with keys of the chart's.

usage: counting_clients.py SERVICE-ADDRESS CLIENTS NAMESPACE

Prints `connected` when all are in. When its standard input ends it prints a JSON object and exits: what clients saw
("closes", "connects": lists of events; "gaps", "refused", "failed": lists of texts; "sessions", "messages": counts) and
"lag": the longest that this process was late at looking, in seconds.
Beside the clients it is the service: as long as it runs, it broadcasts a number to every pod, three times a second.
"""

import asyncio
import json
import re
import sys
import time

import grpc
import websockets
from websockets.asyncio.client import connect

from release_keys import ReleaseKeys
from wsgate.v1 import control_service_pb2 as api
from wsgate.v1 import control_service_pb2_grpc as api_grpc
from wsgate.v1 import message_pb2

HINT = re.compile(r"^draining reconnect_after_ms=(\d+)$")
BROADCASTS_PER_SECOND = 3
# Each pod that there is: name and address. One line for each change.
WATCH_PODS = ["kubectl", "get", "pods", "-l", "app.kubernetes.io/component=gateway", "--watch",
              "-o", r'jsonpath={.metadata.name} {.status.podIP} {.status.phase}{"\n"}', "-n"]


class Books:
    """What all clients saw."""

    def __init__(self):
        self.closes, self.connects, self.gaps, self.refused, self.failed = [], [], [], [], []
        self.sessions = self.messages = 0
        self.lag = 0.0
        self.all_in = asyncio.Event()

    async def watch_lag(self):
        """The event loop is late by as much as this wakes up late."""
        await self.all_in.wait()
        while True:
            due = time.monotonic() + 0.02
            await asyncio.sleep(0.02)
            self.lag = max(self.lag, time.monotonic() - due)


class Client:
    """One user, who comes back for ever."""

    def __init__(self, number, url, keys, books):
        self._number, self._url, self._books = number, url, books
        self._headers = keys.bearer(f"client-{number}")
        self._wanted = None  # When its hint is over.

    async def run(self, clients):
        while True:
            try:
                async with connect(self._url, additional_headers=self._headers, compression=None, ping_interval=None,
                                   open_timeout=20, max_queue=None, proxy=None) as socket:
                    await self._session(socket, clients)
            except ConnectionRefusedError as error:
                self._books.refused.append(f"{time.time():.3f} client {self._number}: {error}")
            except (OSError, asyncio.TimeoutError, websockets.InvalidHandshake) as error:
                self._books.failed.append(f"{time.time():.3f} client {self._number}: {type(error).__name__}: {error}")
            await asyncio.sleep(0.05)

    async def _session(self, socket, clients):
        self._books.sessions += 1
        if self._wanted is not None:
            self._books.connects.append({"at": time.time(), "late": time.monotonic() - self._wanted})
            self._wanted = None
        if self._books.sessions == clients:
            self._books.all_in.set()
        pod = last = None
        try:
            async for text in socket:
                pod, number = text.split()
                number = int(number)
                self._books.messages += 1
                if last is not None and number != last + 1:
                    self._books.gaps.append(f"client {self._number}, {pod}: {number} after {last}")
                last = number
        except websockets.ConnectionClosed:
            pass
        self._books.sessions -= 1
        code, reason = socket.close_code, socket.close_reason or ""
        hint = HINT.match(reason)
        wait = int(hint[1]) / 1000 if hint else 0
        self._wanted = time.monotonic() + wait
        self._books.closes.append({"at": time.time(), "pod": pod, "code": code, "reason": reason, "hint": wait})
        await asyncio.sleep(wait)


class Service:
    """Broadcasts to every pod, each with numbers of its own."""

    def __init__(self, namespace, keys):
        self._namespace, self._keys, self._pods = namespace, keys, {}

    async def watch(self):
        process = await asyncio.create_subprocess_exec(*WATCH_PODS, self._namespace, stdout=asyncio.subprocess.PIPE)
        try:
            async for line in process.stdout:
                name, address, *phase = line.decode().split() + ["", ""]
                if address and address[0].isdigit() and "Running" in phase and name not in self._pods:
                    self._pods[name] = asyncio.create_task(self._broadcast(name, address))
        finally:
            process.terminate()

    async def _broadcast(self, name, address):
        number = 0
        async with grpc.aio.insecure_channel(f"{address}:50051") as channel:
            stub = api_grpc.ControlServiceStub(channel)
            while True:
                try:
                    request = api.BroadcastRequest(message=message_pb2.Message(text=f"{name} {number}"))
                    await stub.Broadcast(request, timeout=10, wait_for_ready=True, metadata=self._keys.control_metadata)
                    number += 1
                except grpc.aio.AioRpcError:
                    if number:
                        return  # The pod has ended.
                await asyncio.sleep(1 / BROADCASTS_PER_SECOND)


async def wait_for_service(address):
    """Until a fresh Service's rules have reached the node, and its address answers."""
    host, port = address.split(":")
    while True:
        try:
            _, writer = await asyncio.open_connection(host, int(port))
        except OSError:
            await asyncio.sleep(0.1)
            continue
        writer.close()
        return


async def main():
    address, count, namespace = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    keys = ReleaseKeys(namespace)
    books, service = Books(), Service(namespace, keys)
    await wait_for_service(address)
    tasks = [asyncio.create_task(service.watch()), asyncio.create_task(books.watch_lag())]
    for number in range(count):
        tasks.append(asyncio.create_task(Client(number, f"ws://{address}/ws", keys, books).run(count)))
        await asyncio.sleep(0.002)  # All at once would be a test of the backlog.
    await books.all_in.wait()
    print("connected", flush=True)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()
    seen = {key: value for key, value in vars(books).items() if key != "all_in"}
    print(json.dumps(seen), flush=True)
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    asyncio.run(main())
