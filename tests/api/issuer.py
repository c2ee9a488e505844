"""An OpenID Connect issuer of the tests' own: its keys are known, so that tokens can be forged."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

AUDIENCE = "jingpin"
CLIENT = "jingpin-pages"
ACCESS_TOKEN = "what opens another product"


class OwnIssuer:
    """Discovery and keys over HTTP; `token` signs what it is told to."""

    def __init__(self) -> None:
        self.keys = [RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})]
        self.asked = 0
        self.url = ""
        self.name: str | None = None
        """What it calls itself, if it lies."""
        self.codes: dict[str, tuple[str, dict[str, Any]]] = {}
        self.authorizations: list[str | None] = []

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Claims of a case manager that are good for five minutes."""
        now = int(time.time())
        known = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "8c1f",
            "exp": now + 300,
            "auth_time": now,
            "preferred_username": "lin",
            "name": "林经理",
            "email": "lin@example.org",
            "body": "demo",
            "realm_access": {"roles": ["case_manager", "offline_access"]},
        }
        return {name: value for name, value in (known | changes).items() if value is not None}

    def token(self, header: dict[str, Any] | None = None, key: Any = None, **changes: Any) -> str:
        """A token; `header` and `key` as a forger would choose them."""
        wished = {"alg": "RS256", "kid": "one"} | (header or {})
        header = {name: value for name, value in wished.items() if value is not None}
        return jwt.encode(header, self.claims(**changes), key or self.keys[0], algorithms=[header["alg"]])

    def answer(self, path: str) -> dict[str, Any] | None:
        """What stands at a path."""
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.name or self.url,
                "jwks_uri": f"{self.url}/jwks",
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "end_session_endpoint": f"{self.url}/end",
            }
        if path == "/jwks":
            self.asked += 1
            return {"keys": [key.as_dict(private=False) for key in self.keys]}
        return None

    def signed_in(self, asked: str, **changes: Any) -> dict[str, str]:
        """Somebody signs in where `asked` led them; what they bring back. `changes` are to the ID token's claims."""
        query = {name: value[0] for name, value in parse_qs(urlsplit(asked).query).items()}
        known = {"aud": CLIENT, "nonce": query["nonce"], "iat": int(time.time())}
        code = f"code-{len(self.codes)}"
        self.codes[code] = (query["code_challenge"], self.claims(**known | changes))
        return {"code": code, "state": query["state"], "iss": self.url}

    def exchanged(self, form: dict[str, str]) -> dict[str, Any] | None:
        """The tokens for a code, once, for whoever has its verifier (RFC 7636, 4.6)."""
        challenge, claims = self.codes.pop(form["code"], ("", {}))
        made = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if made != challenge or form["redirect_uri"] != "https://jingpin.test/sign-in/return":
            return None
        header = {"alg": "RS256", "kid": "one"}
        return {"access_token": ACCESS_TOKEN, "id_token": jwt.encode(header, claims, self.keys[0])}


@contextmanager
def own_issuer() -> Iterator[OwnIssuer]:
    """One that answers on 127.0.0.1."""
    issuer = OwnIssuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the server's name for it
            found = issuer.answer(self.path)
            self.send_response(200 if found else 404)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def do_POST(self) -> None:
            sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            issuer.authorizations.append(self.headers["Authorization"])
            found = issuer.exchanged({name: value[0] for name, value in sent.items()})
            self.send_response(200 if found else 400)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def log_message(self, *_: Any) -> None:  # type: ignore[override]
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
