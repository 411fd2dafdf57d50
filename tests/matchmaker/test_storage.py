"""The store of files: a folder, or a service that speaks S3."""

import os
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from matchmaker import storage
from matchmaker.config import ConfigError, Settings
from models import now


def _app(**settings: Any) -> Flask:
    app = Flask("stored")
    storage.init_app(app, Settings(database_url="sqlite:///", secret_key="x" * 40, **settings))
    return app


class _Bucket(BaseHTTPRequestHandler):
    """As much of S3 as keeping single files takes."""

    kept: dict[str, bytes]

    def do_PUT(self) -> None:
        self.kept[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(200)

    def do_GET(self) -> None:
        content = self.kept.get(self.path)
        self._answer(404 if content is None else 200, content or b"")

    def do_POST(self) -> None:
        wanted = self.rfile.read(int(self.headers["Content-Length"])).decode()
        keys = re.findall("<Key>(.*?)</Key>", wanted)
        for key in keys:
            self.kept.pop(f"/files/{key}", None)
        gone = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
        self._answer(200, f"<DeleteResult>{gone}</DeleteResult>".encode())

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""

    def _answer(self, status: int, content: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", '"1"')
        self.send_header("Last-Modified", "Sun, 22 Nov 2026 00:00:00 GMT")
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bytes]]:
    """Give what a local service that speaks S3 keeps."""
    kept: dict[str, bytes] = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bucket", (_Bucket,), {"kept": kept}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name, value in {
        "AWS_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_SECRET_ACCESS_KEY": "something",
        "AWS_REGION": "cn-east-1",
    }.items():
        monkeypatch.setitem(os.environ, name, value)
    yield kept
    server.shutdown()
    server.server_close()


def test_a_file_is_kept_read_and_deleted_in_the_folder(tmp_path: Path) -> None:
    with _app(data=tmp_path).app_context():
        storage.put("one", b"content")
        assert (tmp_path / "attachments" / "one").read_bytes() == b"content"
        assert b"".join(storage.read("one")) == b"content"
        assert list(storage.kept_before(now() - timedelta(minutes=1))) == []
        assert list(storage.kept_before(now() + timedelta(minutes=1))) == ["one"]
        storage.delete("one")
        storage.delete("one")
        with pytest.raises(FileNotFoundError):
            storage.read("one")


def test_a_file_is_kept_read_and_deleted_in_an_s3_bucket(bucket: dict[str, bytes]) -> None:
    with _app(attachments_url="s3://files/matchmaker").app_context():
        storage.put("one", b"content")
        assert list(bucket.values()) == [b"content"]
        assert "matchmaker/one" in next(iter(bucket))
        assert b"".join(storage.read("one")) == b"content"
        storage.delete("one")
        assert bucket == {}


def test_a_store_that_cannot_keep_says_so(tmp_path: Path) -> None:
    with _app(data=tmp_path).app_context():
        (tmp_path / "attachments").rmdir()
        (tmp_path / "attachments").write_text("in the way")
        with pytest.raises(storage.StorageError):
            storage.put("one", b"content")


def test_an_address_of_no_known_store_is_refused() -> None:
    with pytest.raises(ConfigError, match="ATTACHMENTS_URL"):
        Settings(database_url="sqlite:///", secret_key="x" * 40, attachments_url="ftp://files")
