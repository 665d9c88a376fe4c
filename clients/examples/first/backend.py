"""A first backend: says hello to ada, then answers whatever a client says with the same."""

import os
import queue

import grpc
from wsgate.v1.control_service_pb2 import ReceiveMessagesRequest, SendToSessionRequest, SendToUserRequest
from wsgate.v1.control_service_pb2_grpc import ControlServiceStub

address = os.environ.get("WSGATE_CONTROL_ADDRESS", "127.0.0.1:50051")
gate = ControlServiceStub(grpc.insecure_channel(address))
sent = gate.SendToUser(SendToUserRequest(user_id="ada", message={"text": "hello"}))
print(f"matched {sent.outcome.matched}, queued {sent.outcome.queued}", flush=True)

requests = queue.SimpleQueue()
requests.put(ReceiveMessagesRequest(start={}))
for said in gate.ReceiveMessages(iter(requests.get, None)):
    gate.SendToSession(SendToSessionRequest(session_id=said.session_id, message=said.message))
    requests.put(ReceiveMessagesRequest(ack={"number": said.number}))
