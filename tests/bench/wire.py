"""A client as light as can be, so that the machine's time is the server's: one kept connection, no library."""

import re
import socket
from urllib.parse import urlencode

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_COOKIE = re.compile(rb"(?i)\r\nset-cookie: *([^=]+)=([^;]*)")


class Wire:
    """One browser: a connection that is kept, and its cookies."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), 60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._cookies: dict[bytes, bytes] = {}
        self._cookie_line = b""

    def get(self, address: str) -> tuple[int, bytes]:
        return self._ask(b"GET " + address.encode() + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n" + self._cookie_line + b"\r\n")

    def post(self, address: str, fields: dict[str, str] | bytes, headers: bytes = b"") -> tuple[int, bytes]:
        """``fields``: what a form holds, or that encoded already."""
        body = fields if isinstance(fields, bytes) else urlencode(fields).encode()
        return self._ask(
            b"POST "
            + address.encode()
            + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            + self._cookie_line
            + headers
            + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n" % len(body)
            + body
        )

    def _ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of the answer; the server states every body's length."""
        self._socket.sendall(request)
        got = b""
        while b"\r\n\r\n" not in got:
            got += self._more()
        head, _, body = got.partition(b"\r\n\r\n")
        found = _LENGTH.search(head)
        length = int(found[1]) if found else 0
        while len(body) < length:
            body += self._more()
        if b"et-" in head or b"ET-" in head:
            self._keep(head)
        return int(head[9:12]), body

    def _more(self) -> bytes:
        chunk = self._socket.recv(65536)
        if not chunk:
            raise ConnectionError("the server closed the connection")
        return chunk

    def _keep(self, head: bytes) -> None:
        found = _COOKIE.findall(head)
        if found:
            self._cookies.update(found)
            pairs = b"; ".join(name + b"=" + value for name, value in self._cookies.items())
            self._cookie_line = b"Cookie: " + pairs + b"\r\n"

    def close(self) -> None:
        self._socket.close()
