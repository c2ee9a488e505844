"""Readiness probes for the supervisor's commands."""

import httpx

from deploy.embedded.child import Probe


def answers_http(url: str) -> Probe:
    """A probe that says yes when the address answers a GET with a status below 400."""

    async def probe() -> bool:
        try:
            # Without the environment's proxies: the address is on this machine.
            async with httpx.AsyncClient(trust_env=False, timeout=5.0) as client:
                return (await client.get(url)).status_code < httpx.codes.BAD_REQUEST
        except httpx.TransportError:
            return False

    return probe
