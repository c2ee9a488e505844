"""Reads the time stamps of the daily roots (RFC 3161), and holds them against the roots."""

from collections.abc import Iterator
from pathlib import Path

from cryptography import x509
from rfc3161_client import VerificationError, Verifier, VerifierBuilder, decode_timestamp_response
from sqlalchemy import Connection

from checker.record import rows


def findings(connection: Connection, authorities: Path | None) -> Iterator[str]:
    """Each stamp is of its root and, where a PEM file of certificates is given, signed by somebody they trust."""
    verifier = trusting(authorities) if authorities else None
    of_day = "SELECT s.day, s.response, r.root FROM root_stamps s JOIN roots r ON r.day = s.day ORDER BY s.day"
    for row in rows(connection, of_day):
        try:
            response = decode_timestamp_response(row["response"])
            if response.tst_info.message_imprint.message.hex() != row["root"]:
                yield f"the time stamp of {row['day']} is of something else than the root"
            elif verifier:
                verifier.verify(response, bytes.fromhex(row["root"]))
        except (ValueError, VerificationError) as error:
            yield f"the time stamp of {row['day']} is not to be trusted: {error}"


def trusting(authorities: Path) -> Verifier:
    """What takes signatures by these certificates: those that sign themselves are roots."""
    builder = VerifierBuilder()
    for one in x509.load_pem_x509_certificates(authorities.read_bytes()):
        add = builder.add_root_certificate if one.issuer == one.subject else builder.add_intermediate_certificate
        builder = add(one)
    return builder.build()
