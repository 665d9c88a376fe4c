"""A backend that its gateway calls: it says who may come in, answers what clients say, and hears who has left."""

import os
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs

import grpc
from wsgate.v1.hook_service_pb2 import OnConnectResponse, OnDisconnectResponse, OnMessageResponse
from wsgate.v1.hook_service_pb2_grpc import HookServiceServicer, add_HookServiceServicer_to_server

USERS = {"ada", "grace"}  # A real backend checks a signature, or asks its database.


class Hooks(HookServiceServicer):
    def OnConnect(self, request, context):
        (token,) = parse_qs(request.query).get("token", [""])[:1]
        if token not in USERS:
            return OnConnectResponse(refuse={"status": 401, "reason": "say who you are with ?token=NAME"})
        return OnConnectResponse(accept={"user_id": token})

    def OnMessage(self, request, context):
        text = request.message.text  # Empty where the message is binary.
        if not text.startswith("all:"):
            return OnMessageResponse(reply=request.message)
        everyone = {"target": {"all": True}, "message": {"text": f"{request.user_id}: {text[4:]}"}}
        return OnMessageResponse(sends=[everyone])

    def OnDisconnect(self, request, context):
        end = request.end
        print(f"{end.session.user_id} left: {end.code} {end.reason}", flush=True)
        return OnDisconnectResponse()


host, _, port = os.environ.get("BACKEND_ADDRESS", "127.0.0.1:50052").rpartition(":")
server = grpc.server(ThreadPoolExecutor(max_workers=16))  # As many calls as are answered at once.
add_HookServiceServicer_to_server(Hooks(), server)
port = server.add_insecure_port(f"{host}:{port}")
server.start()
print(f"listening on {host}:{port}", flush=True)
server.wait_for_termination()
