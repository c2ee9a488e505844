"""Payload encryption: nothing of a case stands in Temporal's database in plain text."""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes, PayloadCodec

from services.keys import kept

ENCODING = b"binary/encrypted"
NONCE_BYTES = 12
KEY_BYTES = 32


class EncryptionCodec(PayloadCodec):
    """AES-256-GCM over each whole payload; the key's id travels beside it, so that keys can be changed."""

    def __init__(self, keys: dict[str, bytes], active: str) -> None:
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}
        self._active = active

    async def encode(self, payloads: Iterable[Payload]) -> list[Payload]:
        """Encrypt with the active key."""
        return [self._encrypt(payload) for payload in payloads]

    async def decode(self, payloads: Iterable[Payload]) -> list[Payload]:
        """Decrypt what is encrypted; anything else is passed on."""
        return [self._decrypt(payload) for payload in payloads]

    def _encrypt(self, payload: Payload) -> Payload:
        nonce = os.urandom(NONCE_BYTES)
        key_id = self._active.encode()
        sealed = self._ciphers[self._active].encrypt(nonce, payload.SerializeToString(), key_id)
        return Payload(metadata={"encoding": ENCODING, "key": key_id}, data=nonce + sealed)

    def _decrypt(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCODING:
            return payload
        key_id = payload.metadata["key"]
        cipher = self._ciphers[key_id.decode()]
        return Payload.FromString(cipher.decrypt(payload.data[:NONCE_BYTES], payload.data[NONCE_BYTES:], key_id))


def local_key(path: Path) -> bytes:
    """The key of an embedded installation: 32 random bytes."""
    return kept(path, lambda: secrets.token_bytes(KEY_BYTES))


def data_converter(key: bytes) -> DataConverter:
    """Pydantic models as JSON, encrypted; failure messages and stack traces too."""
    return DataConverter(
        payload_converter_class=pydantic_data_converter.payload_converter_class,
        payload_codec=EncryptionCodec({"local": key}, "local"),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
