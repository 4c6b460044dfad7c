"""An SCM site in small: takes a package and answers what is asked of deployments, as a test wants it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class ScmSite:
    """What it answers, and a journal of what was asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.packages: list[bytes] = []
        self.before: str | None = "older"
        """Id of the deployment that was there already; None: there was none."""
        self.gate = 200
        """Status of the answer to whoever asks for anything."""
        self.taken: tuple[int, str] = (202, '"new"')
        """Answer to the package; status 0 breaks the connection off."""
        self.steps: list[int | dict[str, Any]] = [0, 1, 2, 4]
        """What the deployment says, one after the other; the last one stays. An int over 99 is an HTTP status."""
        self.log: list[dict[str, str]] = []
        self.elsewhere = ""

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, str]:
        if self.gate != 200:
            return self.gate, "Ip Forbidden"
        if method == "POST":
            self.packages.append(body)
            return self.taken
        if path.endswith("/log"):
            return 200, json.dumps(self.log)
        if not self.packages:
            return (404, "") if self.before is None else (200, json.dumps({"id": self.before, "status": 4}))
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        if isinstance(step, int) and step > 99:
            return step, ""
        said = {"id": "new", "status": step} if isinstance(step, int) else step
        return 200, json.dumps(said)


@contextmanager
def serving(site: ScmSite) -> Iterator[str]:
    """Its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._serve("GET")

        def do_POST(self) -> None:
            self._serve("POST")

        def log_message(self, *_: object) -> None:
            pass

        def _serve(self, method: str) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            site.calls.append((method, self.path))
            site.headers.append(dict(self.headers))
            status, text = site.answer(method, self.path, body)
            if status == 0:
                return
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", site.elsewhere)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
