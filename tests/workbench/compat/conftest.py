"""Small Panel apps that show a fault of a library."""

import panel as pn
import pytest
from serving import answers, free_port
from waiting import wait_until


@pytest.fixture
def serve():
    """Serves an app, a function that returns what to show, until the test ends; gives its address."""
    threads = []

    def start(app, **options):
        port = free_port()
        threads.append(
            pn.serve(
                {"app": app},
                address="127.0.0.1",
                port=port,
                websocket_origin=f"127.0.0.1:{port}",
                threaded=True,
                show=False,
                **options,
            )
        )
        wait_until(lambda: answers(f"http://127.0.0.1:{port}"))
        return f"http://127.0.0.1:{port}/app"

    yield start
    for thread in threads:
        thread.stop()
