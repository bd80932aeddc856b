"""A model hub on the loopback interface: the four requests that a download makes, and the hub's ways to refuse them."""

from __future__ import annotations

import hashlib
import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

REFUSALS = {"missing": (404, "RepoNotFound"), "gated": (403, "GatedRepo"), "down": (503, "")}


class HubServer:
    """Serves folders as repositories `org/NAME` at one revision; keeps the paths that were asked for."""

    def __init__(self, repositories: dict[str, Path], revision: str) -> None:
        self.repositories = repositories
        self.revision = revision
        self.asked: list[str] = []
        self.refuses: dict[str, str] = {}
        """Repository → a key of `REFUSALS`."""
        self.flowing = Event()
        """While it is cleared, files that are asked for do not arrive."""
        self.flowing.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body for a path."""
        self.asked.append(path)
        if found := re.fullmatch(r"/api/models/(org/[^/?]+)(?:/(?:tree|revision)/(\w+))?(?:\?.*)?", path):
            repo, revision = found[1], found[2] or "main"
            refused = self._refusal(repo, revision)
            return refused or (200, {"Content-Type": "application/json"}, self._listing(repo, path))
        if found := re.fullmatch(r"/(org/[^/]+)/resolve/(\w+)/(.+)", path):
            self.flowing.wait(30)
            repo, revision, name = found.groups()
            content = (self.repositories[repo] / name).read_bytes()
            headers = {"ETag": f'"{hashlib.sha1(content).hexdigest()}"', "X-Repo-Commit": self.revision}
            return self._refusal(repo, revision, gate=True) or (200, headers, content)
        return 404, {"X-Error-Code": "EntryNotFound"}, b""

    def _refusal(self, repo: str, revision: str, gate: bool = False) -> tuple[int, dict[str, str], bytes] | None:
        reason = self.refuses.get(repo, "" if repo in self.repositories else "missing")
        if reason and (reason != "gated" or gate):
            status, code = REFUSALS[reason]
            return status, {"X-Error-Code": code}, b""
        if revision not in (self.revision, "main"):
            return 404, {"X-Error-Code": "RevisionNotFound"}, b""
        return None

    def _listing(self, repo: str, path: str) -> bytes:
        root = self.repositories[repo]
        files = [file for file in root.rglob("*") if file.is_file()]
        sizes = {file.relative_to(root).as_posix(): file.stat().st_size for file in files}
        if "/tree/" in path:
            entries = [{"type": "file", "path": name, "size": n, "oid": "0" * 40} for name, n in sizes.items()]
            return json.dumps(entries).encode()
        siblings = [{"rfilename": name, "size": n} for name, n in sizes.items()]
        return json.dumps({"id": repo, "sha": self.revision, "siblings": siblings}).encode()

    def _handler(server: HubServer) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, headers, body = server.answer(self.path)
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(body)

            do_HEAD = do_GET  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        return Handler
