"""Time stamps by RFC 3161: somebody else's clock and signature over a hash of ours."""

import hashlib
from datetime import timedelta

import httpx
from rfc3161_client import HashAlgorithm, PKIStatus, TimestampRequestBuilder, decode_timestamp_response

PATIENCE = timedelta(seconds=20)


class StampUnavailable(Exception):  # noqa: N818  # the outage is the name
    """No answer that stamps what was asked; asking again later is right."""


def stamp(url: str, data: bytes) -> bytes:
    """The authority's answer, in DER, whose message imprint is the SHA-256 of `data`.

    Its signature is for whoever trusts the authority to check.

    Raises:
        StampUnavailable: there is none.
    """
    request = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).build()
    try:
        answer = httpx.post(
            url,
            content=request.as_bytes(),
            headers={"Content-Type": "application/timestamp-query"},
            timeout=PATIENCE.total_seconds(),
        ).raise_for_status()
        response = decode_timestamp_response(answer.content)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        # What the error says may hold the address, and with it a password.
        raise StampUnavailable(type(error).__name__) from None
    except ValueError as error:
        raise StampUnavailable(f"not an answer by RFC 3161: {error}") from error
    if response.status != PKIStatus.GRANTED:
        raise StampUnavailable(f"the authority refuses: {response.status_string}")
    told = response.tst_info
    if (told.nonce, told.message_imprint.message) != (request.nonce, hashlib.sha256(data).digest()):
        raise StampUnavailable("the authority stamped something else")
    return answer.content
