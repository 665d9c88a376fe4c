"""permessage-deflate against Python's zlib: what no client library shows. The libraries themselves are in
test_client_compression."""

import zlib

import pytest
from raw_client import TEXT, RawClient

RECORDS = "".join('{"price":%d,"side":"buy"},' % (i * 37 % 1001) for i in range(100))


def read_compressed(client):
    """The payload of the next frame, which must be compressed."""
    opcode, payload = client.read_frame()
    assert (opcode, client.first_byte) == (TEXT, 0x80 | 0x40 | TEXT)
    return payload


@pytest.mark.parametrize("bits", [9, 12, 15])
def test_zlib_of_another_language_inflates_each_message_by_itself(start_gateway, connect_control,
                                                                  bits):
    gateway = start_gateway("--compression-enabled")
    control = connect_control(gateway)
    text = RECORDS[:(1 << bits) - 1]
    with RawClient(gateway.client) as client:
        answer = client.connect("/ws?user=ada", [
            f"Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits={bits}"])
        assert answer.headers["sec-websocket-extensions"] == (
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
            f"server_max_window_bits={bits}")
        for _ in range(3):
            assert control.send_to_user("ada", text=text).queued == 1
            inflater = zlib.decompressobj(-bits)
            payload = read_compressed(client) + b"\x00\x00\xff\xff"
            assert inflater.decompress(payload).decode() == text

        # And the other way: one deflater with its own context would be refused, one a message not.
        with control.receive() as inbox:
            for _ in range(2):
                deflater = zlib.compressobj(wbits=-bits)
                payload = deflater.compress(text.encode()) + deflater.flush(zlib.Z_SYNC_FLUSH)
                client.send(payload[:-4], TEXT, first_bits=0xC0)
                assert inbox.next().message.text == text
        payload = deflater.compress(text.encode()) + deflater.flush(zlib.Z_SYNC_FLUSH)
        client.send(payload[:-4], TEXT, first_bits=0xC0)
        assert client.read_close() == (1007, "invalid_deflate")


def test_a_bomb_is_refused_and_takes_no_memory(start_gateway):
    gateway = start_gateway("--compression-enabled", "--limits-bytes-per-second", "off")
    deflater = zlib.compressobj(9, wbits=-15)
    bomb = b"".join(deflater.compress(bytes(1 << 20)) for _ in range(256))
    bomb += deflater.flush(zlib.Z_SYNC_FLUSH)[:-4]
    assert len(bomb) < 300_000

    def explode():
        with RawClient(gateway.client) as client:
            client.connect(headers=["Sec-WebSocket-Extensions: permessage-deflate"])
            # Below the bound of 64 KiB itself, and a thousand times that inflated.
            client.send(bomb[:60_000], TEXT, first_bits=0xC0)
            assert client.read_close() == (1009, "message_too_big")

    explode()
    before = gateway.peak_resident_bytes()
    for _ in range(20):
        explode()
    assert gateway.peak_resident_bytes() - before < 4 << 20
