"""A server on this machine that answers as Kolada does, with the faults that a test asks for."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Value = dict[str, Any]
Key = tuple[str, str, int]
Fault = Callable[["Standin", BaseHTTPRequestHandler], bool]


def value(number: float | None, gender: str = "T", status: str = "", gone: bool = False) -> Value:
    return {"gender": gender, "count": 1, "status": status, "value": number, "isdeleted": gone}


class Standin:
    """`held`: what there is. `asked`: the path and question of every request. `faults`: tried in
    order; one that has answered a request says True and is used up."""

    def __init__(self, held: dict[Key, Sequence[Value]], per_page: int = 5000) -> None:
        self.held, self.per_page = dict(held), per_page
        self.asked: list[str] = []
        self.faults: list[Fault] = []
        self.base = ""
        self.reshape: Callable[[dict[str, Any]], Any] = lambda page: page

    def answer(self, path: str) -> Any:
        parts = urlsplit(path)
        _, _, data, _, kpis, _, municipalities, _, years = parts.path.split("/")
        assert data == "data"
        found = [
            {"kpi": k, "municipality": m, "period": int(y), "values": list(self.held[k, m, int(y)])}
            for k in kpis.split(",")
            for m in municipalities.split(",")
            for y in years.split(",")
            if (k, m, int(y)) in self.held
        ]
        number = int(parse_qs(parts.query).get("page", ["1"])[0])
        shown = found[(number - 1) * self.per_page : number * self.per_page]
        more = number * self.per_page < len(found)
        following = f"{self.base}{parts.path.removeprefix('/v3')}?page={number + 1}"
        page = {"values": shown, "count": len(shown), "next_url": following if more else None}
        return self.reshape(page)


@contextmanager
def serving(standin: Standin) -> Iterator[Standin]:
    """The server while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            standin.asked.append(self.path)
            if standin.faults:
                fault = standin.faults.pop(0)  # before it answers: the next request may be here
                if fault(standin, self):
                    return
                standin.faults.insert(0, fault)
            reply(self, json.dumps(standin.answer(self.path)).encode())

        def log_message(self, *_: object) -> None:
            """Nothing: the test's output is its own."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    standin.base = f"http://127.0.0.1:{server.server_port}/v3"
    try:
        yield standin
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def reply(
    handler: BaseHTTPRequestHandler, body: bytes, code: int = 200, length: int | None = None,
    **headers: str,
) -> None:  # fmt: skip
    """An answer; with a `length` greater than the body's it is cut."""
    handler.send_response(code)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    for name, told in headers.items():
        handler.send_header(name.replace("_", "-"), told)
    handler.end_headers()
    handler.wfile.write(body)


def busy(code: int = 429, **headers: str) -> Fault:
    def fault(_: Standin, handler: BaseHTTPRequestHandler) -> bool:
        reply(handler, b"{}", code, **headers)
        return True

    return fault


def cut(standin: Standin, handler: BaseHTTPRequestHandler) -> bool:
    """Half of the answer, and then nothing."""
    body = json.dumps(standin.answer(handler.path)).encode()
    reply(handler, body[: len(body) // 2], length=len(body))
    handler.close_connection = True
    return True


def hung_up(_: Standin, handler: BaseHTTPRequestHandler) -> bool:
    """No answer at all."""
    handler.close_connection = True
    return True
