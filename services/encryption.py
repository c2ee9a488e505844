"""Payload encryption: nothing of a case stands in Temporal's database in plain text."""

import os
from collections.abc import Iterable

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes, PayloadCodec

from services.key_ring import KeyRing

ENCODING = b"binary/encrypted"
NONCE_BYTES = 12


class EncryptionCodec(PayloadCodec):
    """AES-256-GCM over each whole payload; the key's id travels beside it, so that keys can be changed.

    A payload is bound to its key's id and not to its workflow: a state is handed on from run to run, and who opens one
    outside a workflow (the Web UI, an exported history, a replay under another namespace) could not name it.
    That a payload was put into another case shows in the record, whose heads the histories have to tell of.
    """

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    async def encode(self, payloads: Iterable[Payload]) -> list[Payload]:
        """Encrypt with the latest key."""
        return [self._encrypt(payload) for payload in payloads]

    async def decode(self, payloads: Iterable[Payload]) -> list[Payload]:
        """Decrypt what is encrypted; anything else is passed on.

        Raises:
            LookupError: a key that is not here: the workflow's task fails and is tried again until it is.
            InvalidTag: not what was sealed.
        """
        return [self._decrypt(payload) for payload in payloads]

    def _encrypt(self, payload: Payload) -> Payload:
        nonce, key = os.urandom(NONCE_BYTES), self._keys.latest()
        key_id = key.id.encode()
        sealed = AESGCM(key.secret).encrypt(nonce, payload.SerializeToString(), key_id)
        return Payload(metadata={"encoding": ENCODING, "key": key_id}, data=nonce + sealed)

    def _decrypt(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCODING:
            return payload
        key_id = payload.metadata["key"]
        cipher = AESGCM(self._keys.named(key_id.decode()).secret)
        return Payload.FromString(cipher.decrypt(payload.data[:NONCE_BYTES], payload.data[NONCE_BYTES:], key_id))


def data_converter(keys: KeyRing) -> DataConverter:
    """Pydantic models as JSON, encrypted; failure messages and stack traces too."""
    return DataConverter(
        payload_converter_class=pydantic_data_converter.payload_converter_class,
        payload_codec=EncryptionCodec(keys),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
