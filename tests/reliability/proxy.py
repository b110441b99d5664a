"""A wire that is cut at the worst moment: the server has committed, the answer never arrives."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Self


class Wire:
    """Passes bytes on to a server; when it is armed, the next COMMIT goes through and its answer does not."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._armed = threading.Event()
        self.cut = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def arm(self) -> None:
        self._armed.set()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
                for end in (client, server):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for pass_on in (self._upwards, self._downwards):
                    threading.Thread(target=pass_on, args=(client, server), daemon=True).start()

    def _upwards(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                server.sendall(data)
        _shut(client, server)

    def _downwards(self, client: socket.socket, server: socket.socket) -> None:
        tail = b""
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                tail = (tail + data)[-4096:] if self._armed.is_set() else b""
                # A write tells its followers before it commits; these are the server's words that it has done both.
                if tail.rfind(b"COMMIT\0") > tail.rfind(b"NOTIFY\0") > 0:
                    self._armed.clear()
                    self.cut += 1
                    break
                client.sendall(data)
        _shut(client, server)


def _shut(*ends: socket.socket) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
