"""A bad connection: stands before a server, and loses, cuts, repeats or delays what passes. Its luck is seeded."""

import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from random import Random

FATES = {"well": 50, "lost-before": 12, "lost-after": 14, "cut": 8, "twice": 10, "slow": 6}
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_KEPT = re.compile(rb"(?i)\r\nconnection: *[^\r]*")
PATIENCE = 30.0


class Chaos:
    """Listens on a port of its own and passes each request on to ``port``, on a connection of its own.

    Only what ``matters`` says of a request's first line meets a fate; all else passes well. ``met`` counts the fates.
    """

    def __init__(self, port: int, seed: int, matters: Callable[[bytes], bool]) -> None:
        self._to, self._luck, self._matters = port, Random(seed), matters
        self._lock = threading.Lock()
        self.met: Counter[str] = Counter()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            client.settimeout(PATIENCE)
            try:
                request = _whole_request(client)
                if request:
                    self._pass(client, request)
            except OSError:
                return

    def _pass(self, client: socket.socket, request: bytes) -> None:
        fate = self._fate(request.partition(b"\r\n")[0])
        if fate == "lost-before":
            return
        if fate == "slow":
            time.sleep(0.5)
        if fate == "twice":
            threading.Thread(target=self._ask, args=(request,), daemon=True).start()
        reply = self._ask(request)
        if fate == "lost-after":
            return
        client.sendall(reply[: len(reply) // 2] if fate == "cut" else reply)

    def _fate(self, line: bytes) -> str:
        if not self._matters(line):
            return "well"
        with self._lock:
            fate = self._luck.choices(list(FATES), list(FATES.values()))[0]
            self.met[fate] += 1
        return fate

    def _ask(self, request: bytes) -> bytes:
        """The server's whole reply; nothing when it is not there or dies over it."""
        reply = bytearray()
        try:
            with socket.create_connection(("127.0.0.1", self._to), PATIENCE) as server:
                server.sendall(request)
                while chunk := server.recv(65536):
                    reply += chunk
        except OSError:
            return b""
        return bytes(reply)


def _whole_request(client: socket.socket) -> bytes:
    """One request with its body, asking for the connection to be closed after it; empty when none comes."""
    got = b""
    while b"\r\n\r\n" not in got:
        chunk = client.recv(65536)
        if not chunk:
            return b""
        got += chunk
    head, _, body = got.partition(b"\r\n\r\n")
    found = _LENGTH.search(head)
    while len(body) < (int(found[1]) if found else 0):
        chunk = client.recv(65536)
        if not chunk:
            return b""
        body += chunk
    return _KEPT.sub(b"", head) + b"\r\nConnection: close\r\n\r\n" + body
