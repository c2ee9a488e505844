"""An S3 bucket for tests: on moto's server, or on the one at `TEST_S3_ENDPOINT`, with the environment's keys."""

import contextlib
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

KEYS = {"AWS_ACCESS_KEY_ID": "tests", "AWS_SECRET_ACCESS_KEY": "of the tests", "AWS_REGION": "us-east-1"}


@dataclass
class Bucket:
    """A new bucket, seen past the product."""

    name: str
    client: Any

    @property
    def url(self) -> str:
        return f"s3://{self.name}/evidence"

    def names(self) -> list[str]:
        found = self.client.list_objects_v2(Bucket=self.name)
        return [one["Key"] for one in found.get("Contents", [])]

    def forge(self, key: str, data: bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=key, Body=data)


@contextlib.contextmanager
def endpoint() -> Iterator[str]:
    """The address of an S3 server."""
    if named := os.environ.get("TEST_S3_ENDPOINT"):
        yield named
        return
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def new_bucket(address: str, environment: pytest.MonkeyPatch) -> Bucket:
    """A new bucket at this address; the environment says how to reach it."""
    for name, value in KEYS.items():
        environment.setenv(name, os.environ.get(name, value))
    environment.setenv("AWS_ENDPOINT_URL", address)
    environment.setenv("AWS_ALLOW_HTTP", "true")
    bucket = Bucket(f"b{uuid.uuid4().hex}", boto3.client("s3", region_name=os.environ["AWS_REGION"]))
    bucket.client.create_bucket(Bucket=bucket.name)
    return bucket
