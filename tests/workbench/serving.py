import socket
from contextlib import suppress
from urllib.parse import urlsplit


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def answers(address):
    """Whether a server does, at all: the page itself would start a session."""
    with suppress(OSError):
        socket.create_connection(urlsplit(address).netloc.split(":"), timeout=60).close()
        return True
