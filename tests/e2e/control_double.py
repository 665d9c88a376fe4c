"""A gRPC server that answers the control API with what a test gives it: what the gateway says only
when it is old, busy, or knows who asks."""

import concurrent.futures

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from wsgate.v1 import control_service_pb2_grpc as api_grpc


def refusal(code, reason, message, retry_ms=0):
    """A failed call as the gateway makes it."""
    details = [error_details_pb2.ErrorInfo(domain="wsgate", reason=reason)]
    if retry_ms:
        delay = duration_pb2.Duration(nanos=retry_ms * 1_000_000)
        details.append(error_details_pb2.RetryInfo(retry_delay=delay))
    status = status_pb2.Status(code=code_pb2.Code.Value(code), message=message)
    for detail in details:
        packed = any_pb2.Any()
        packed.Pack(detail)
        status.details.append(packed)
    return status


class ControlDouble:
    """Serves `answers`, by the name of the RPC: a response, a list of them for a stream, or what
    refusal() makes. An RPC without an answer is UNIMPLEMENTED. `calls` has each RPC's name, its
    request and its metadata."""

    def __init__(self, **answers):
        self.answers = answers
        self.calls = []
        servicer = api_grpc.ControlServiceServicer()
        for name in answers:
            setattr(servicer, name, self._handler(name))
        self._server = grpc.server(concurrent.futures.ThreadPoolExecutor(4))
        api_grpc.add_ControlServiceServicer_to_server(servicer, self._server)
        self.control = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"

    def _handler(self, name):
        answer = self.answers[name]
        both_ways = name == "ReceiveMessages"

        def note(request, context):
            self.calls.append((name, request, dict(context.invocation_metadata())))
            if isinstance(answer, status_pb2.Status):
                context.abort_with_status(rpc_status.to_status(answer))

        def unary(request, context):
            note(request, context)
            return answer

        def stream(request, context):
            note(next(request) if both_ways else request, context)
            for response in answer:
                yield response
                if both_ways:
                    acknowledged = next(request, None)
                    if acknowledged is None:  # It has said all that it will.
                        return
                    self.calls.append((name, acknowledged, {}))

        return stream if both_ways or isinstance(answer, list) else unary

    def __enter__(self):
        self._server.start()
        return self

    def __exit__(self, *_):
        self._server.stop(grace=0).wait()
