"""The control API as the tests use it: every send that is made here has its outcome checked."""

import queue
import threading

import grpc
from gateway_process import until
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from wsgate.v1 import control_service_pb2 as api
from wsgate.v1 import control_service_pb2_grpc as api_grpc
from wsgate.v1 import message_pb2, stats_pb2

CALL_SECONDS = 20
CHANNEL_OPTIONS = [("grpc.max_receive_message_length", 128 << 20),
                   ("grpc.max_send_message_length", 128 << 20),
                   ("grpc.use_local_subchannel_pool", 1)]


def check_outcome(outcome):
    """What was matched was queued or dropped: the promise of every send."""
    assert outcome.matched == outcome.queued + sum(outcome.dropped.values()), outcome
    return outcome


def error_details(error):
    """The `google.rpc` details of a failed call, by type name."""
    details = {}
    status = rpc_status.from_call(error)
    for packed in status.details if status else ():
        name = packed.TypeName().rsplit(".", 1)[-1]
        detail = getattr(error_details_pb2, name)()
        packed.Unpack(detail)
        details[name] = detail
    return details


def bad_fields(error):
    """The fields that an INVALID_ARGUMENT names."""
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT, error
    details = error_details(error)
    assert details["ErrorInfo"].domain == "wsgate"
    return [violation.field for violation in details["BadRequest"].field_violations]


class Control:
    """A backend's connection to one gateway."""

    def __init__(self, address):
        self._channel = grpc.insecure_channel(address, options=CHANNEL_OPTIONS)
        self.stub = api_grpc.ControlServiceStub(self._channel)

    def close(self):
        self._channel.close()

    @property
    def channel(self):
        return self._channel

    def send_to_user(self, user_id, options=None, **payload):
        request = api.SendToUserRequest(user_id=user_id, message=message_pb2.Message(**payload),
                                        options=options)
        return check_outcome(self.stub.SendToUser(request, timeout=CALL_SECONDS).outcome)

    def send_to_users(self, user_ids, options=None, **payload):
        request = api.SendToUsersRequest(user_ids=user_ids, message=message_pb2.Message(**payload),
                                         options=options)
        response = self.stub.SendToUsers(request, timeout=CALL_SECONDS)
        check_outcome(response.outcome)
        return response

    def send_to_session(self, session_id, **payload):
        request = api.SendToSessionRequest(session_id=session_id,
                                           message=message_pb2.Message(**payload))
        return check_outcome(self.stub.SendToSession(request, timeout=CALL_SECONDS).outcome)

    def broadcast(self, session_filter=None, options=None, **payload):
        request = api.BroadcastRequest(filter=session_filter,
                                       message=message_pb2.Message(**payload), options=options)
        return check_outcome(self.stub.Broadcast(request, timeout=CALL_SECONDS).outcome)

    def disconnect(self, code=0, reason="", **target):
        request = api.DisconnectRequest(target=message_pb2.Target(**target), code=code,
                                        reason=reason)
        return self.stub.Disconnect(request, timeout=CALL_SECONDS).disconnected

    def sessions(self, **fields):
        """The sessions that a filter names; at most 1,000."""
        request = api.ListSessionsRequest(filter=message_pb2.SessionFilter(**fields),
                                          page_size=1000)
        return list(self.stub.ListSessions(request, timeout=CALL_SECONDS).sessions)

    def stats(self):
        return self.stub.GetStats(api.GetStatsRequest(), timeout=CALL_SECONDS).total

    def expect_stats(self, **expected):
        """Waits until the statistics say so: a shard counts a moment after it has answered.
        Maps (`refused`, `closed`, `dropped`) have to hold what is given, and may hold more."""
        def told():
            stats = self.stats()
            return all(value.items() <= dict(getattr(stats, name)).items()
                       if isinstance(value, dict) else getattr(stats, name) == value
                       for name, value in expected.items())
        until(told, f"the statistics do not say {expected}")

    def limits(self):
        return self.stub.GetLimits(api.GetLimitsRequest(), timeout=CALL_SECONDS).limits

    def set_limits(self, **fields):
        request = api.SetLimitsRequest(limits=stats_pb2.Limits(**fields))
        return self.stub.SetLimits(request, timeout=CALL_SECONDS).limits

    def receive(self, **start):
        return Inbox(self.stub, **start)


class Inbox:
    """One ReceiveMessages stream: next() is the next message a client sent, acknowledged."""

    def __init__(self, stub, **start):
        self._requests = queue.SimpleQueue()
        opening = api.ReceiveMessagesRequest.Start(**start)
        self._requests.put(api.ReceiveMessagesRequest(start=opening))
        self._call = stub.ReceiveMessages(iter(self._requests.get, None), timeout=120)
        self._wait_until_taken_in()

    def _wait_until_taken_in(self):
        """The stream's headers come when it is in the group: from then on nothing is lost."""
        taken_in = threading.Event()
        threading.Thread(target=lambda: (self._call.initial_metadata(), taken_in.set()),
                         daemon=True).start()
        assert taken_in.wait(CALL_SECONDS), "ReceiveMessages sent no headers after `start`"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._requests.put(None)
        self._call.cancel()

    def __iter__(self):
        return self

    def __next__(self):
        return self.next()

    def next(self, ack=True):
        response = next(self._call)
        if ack:
            self.ack(response.number)
        return response

    def ack(self, number):
        ack = api.ReceiveMessagesRequest.Ack(number=number)
        self._requests.put(api.ReceiveMessagesRequest(ack=ack))
