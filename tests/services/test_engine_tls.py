"""The engine is spoken to by TLS, each side showing a certificate."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from services.engine import connect


def certificate(folder: Path, name: str, signer: str = "") -> None:
    """Make `name`.pem and `name`.key in a folder, signed by another one there or by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer, issuers_key = subject, key
    if signer:
        issuer = x509.load_pem_x509_certificate((folder / f"{signer}.pem").read_bytes()).subject
        issuers_key = KEYS[folder, signer]
    KEYS[folder, name] = key
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=not signer, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(issuers_key, hashes.SHA256())
    )
    (folder / f"{name}.pem").write_bytes(made.public_bytes(Encoding.PEM))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / f"{name}.key").write_bytes(pem)


KEYS: dict[tuple[Path, str], ec.EllipticCurvePrivateKey] = {}


async def shown(folder: Path, pems: dict[str, Path] | None) -> str:
    """The name in the certificate that a client shows to an engine that asks for one; empty where none got in."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(folder / "ca.pem"))
    context.load_cert_chain(folder / "engine.pem", folder / "engine.key")
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols(["h2"])
    names: list[str] = []

    async def taken(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        subject = dict(part[0] for part in writer.get_extra_info("peercert")["subject"])
        names.append(subject["commonName"])
        writer.close()

    async with await asyncio.start_server(taken, "127.0.0.1", ssl=context) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(RuntimeError):  # it speaks no Temporal
            await asyncio.wait_for(connect(f"127.0.0.1:{port}", "jingpin", folder / "payload.key", pems=pems), 20)
    return names[0] if names else ""


async def test_each_side_of_the_engine_shows_a_certificate(tmp_path: Path) -> None:
    certificate(tmp_path, "ca")
    certificate(tmp_path, "engine", "ca")
    certificate(tmp_path, "worker", "ca")
    files = {"ca": tmp_path / "ca.pem", "cert": tmp_path / "worker.pem", "key": tmp_path / "worker.key"}
    assert await shown(tmp_path, files) == "worker"
    assert not await shown(tmp_path, {"ca": files["ca"]})
    assert not await shown(tmp_path, None)


async def test_an_engine_that_another_authority_vouches_for_gets_nothing(tmp_path: Path) -> None:
    for name, signer in (("ca", ""), ("engine", "ca"), ("worker", "ca"), ("other", "")):
        certificate(tmp_path, name, signer)
    files = {"ca": tmp_path / "other.pem", "cert": tmp_path / "worker.pem", "key": tmp_path / "worker.key"}
    assert not await shown(tmp_path, files)
