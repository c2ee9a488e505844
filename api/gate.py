"""How often one address may ask what is open to everybody."""

import math
import time
from ipaddress import IPv6Address, ip_address, ip_network

from fastapi import Request
from fastapi.responses import JSONResponse
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from api.problems import problem
from domain.refusal import Refused

ONE_HOUSEHOLD = 64
"""Bits of an IPv6 address that a single connection is given to choose the rest of."""


class TooOften(Refused):
    """`rate_limited`, and after how many seconds the next request is answered."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("rate_limited", "请求过于频繁，请稍后重试", "Too many requests; try again later.")
        self.retry_after = retry_after


class Gate:
    """Counts the requests of each address, or of each account, over the minutes that just passed, in memory."""

    def __init__(self, most: int, minutes: int = 1) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._rate = RateLimitItemPerMinute(most, minutes)

    def enter(self, address: str) -> None:
        """Let one request pass.

        Raises:
            TooOften: these minutes' are used up.
        """
        if not self._limiter.hit(self._rate, _counted_as(address)):
            raise self._too_often(address)

    def check(self, address: str) -> None:
        """Whether one more could pass; it is not counted.

        Raises:
            TooOften: these minutes' are used up.
        """
        if not self._limiter.test(self._rate, _counted_as(address)):
            raise self._too_often(address)

    def _too_often(self, address: str) -> TooOften:
        reset = self._limiter.get_window_stats(self._rate, _counted_as(address)).reset_time
        return TooOften(max(1, math.ceil(reset - time.time())))


async def within_limit(request: Request) -> None:
    """What a public route depends on; counts the caller's address."""
    gate: Gate = request.app.state.gate
    gate.enter(request.client.host if request.client else "")


def too_often(request: Request, error: TooOften) -> JSONResponse:
    """The problem document of a request too many."""
    answer = problem(request, error.refusal)
    answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def _counted_as(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, ONE_HOUSEHOLD), strict=False)) if isinstance(found, IPv6Address) else address
