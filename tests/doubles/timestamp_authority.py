"""An authority of time stamps, for tests: OpenSSL's, with a certificate of its own, behind a small HTTP server."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

CONFIG = """
[req]
distinguished_name = name
prompt = no
[name]
CN = {name}
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[tsa]
extendedKeyUsage = critical, timeStamping
keyUsage = critical, digitalSignature
[tsa_config]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
"""


@dataclass
class Authority:
    """Where it listens, the certificate that vouches for it, and whether it answers."""

    folder: Path
    address: str = ""
    away: bool = False
    replayed: bytes = b""
    """What it answers in place of a stamp."""

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    def found(self, name: str) -> None:
        """Make its certificates."""
        (self.folder / "config").write_text(CONFIG.format(name=name, folder=self.folder), encoding="utf-8")
        (self.folder / "serial").write_text("01\n", encoding="utf-8")
        new = ("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", "config")
        self._openssl(*new, "-x509", "-extensions", "ca", "-keyout", "ca.key", "-out", "ca.pem", "-days", "30")
        self._openssl(*new, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", f"/CN={name} stamps")
        signed = ("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial")
        self._openssl(*signed, "-extfile", "config", "-extensions", "tsa", "-days", "30", "-out", "tsa.pem")

    def answer(self, query: bytes) -> bytes:
        """Stamp what is asked."""
        (self.folder / "query").write_bytes(query)
        reply = ("ts", "-reply", "-queryfile", "query", "-signer", "tsa.pem", "-inkey", "tsa.key")
        self._openssl(*reply, "-config", "config", "-section", "tsa_config", "-out", "reply")
        return (self.folder / "reply").read_bytes()

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(("openssl", *arguments), cwd=self.folder, check=True, capture_output=True)  # noqa: S603, S607


@contextmanager
def timestamp_authority(folder: Path, name: str = "Test time") -> Iterator[Authority]:
    """The authority, listening."""
    folder.mkdir(parents=True)
    authority = Authority(folder)
    authority.found(name)

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(503 if authority.away else 200)
            self.end_headers()
            self.wfile.write(b"" if authority.away else authority.replayed or authority.answer(query))

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    authority.address = f"http://127.0.0.1:{server.server_address[1]}/tsa"
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield authority
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
