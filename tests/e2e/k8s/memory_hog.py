#!/usr/bin/env python3
"""Fills a gateway's memory: sessions that never read, each sent messages until its queue is at the limit.

usage: memory_hog.py POD-ADDRESS SESSIONS BYTES NAMESPACE    in the node's network namespace; ends when the gateway does
"""

import socket
import sys

import grpc

from release_keys import ReleaseKeys
from wsgate.v1 import control_service_pb2 as api
from wsgate.v1 import control_service_pb2_grpc as api_grpc
from wsgate.v1 import message_pb2

REQUEST = ("GET /ws HTTP/1.1\r\nAuthorization: Bearer {}\r\nHost: hog\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")


def open_session(address, token):
    opened = socket.socket()
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    opened.connect((address, 8080))
    opened.sendall(REQUEST.format(token).encode())
    assert opened.recv(12) == b"HTTP/1.1 101"
    return opened


def main():
    address, count, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    keys = ReleaseKeys(sys.argv[4])
    held = [open_session(address, keys.session_token(f"hog-{number}")) for number in range(count)]
    with grpc.insecure_channel(f"{address}:50051") as channel:
        stub = api_grpc.ControlServiceStub(channel)
        for number in range(len(held)):
            # A text of its own for each: what is the same is kept once.
            message = message_pb2.Message(text=f"{number:08} " + "x" * size)
            try:
                stub.SendToUser(api.SendToUserRequest(user_id=f"hog-{number}", message=message), timeout=10,
                                metadata=keys.control_metadata)
            except grpc.RpcError as error:
                print(f"after {number} messages of {size} bytes: {error.code().name}", flush=True)
                return
    print(f"{count} messages of {size} bytes were taken", flush=True)


if __name__ == "__main__":
    main()
