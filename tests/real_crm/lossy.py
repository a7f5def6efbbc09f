"""A wire that loses answers: the server has done what it was asked, and nobody hears of it."""

from __future__ import annotations

import random
from collections.abc import Callable

import httpx


class Lossy(httpx.BaseTransport):
    """Loses the answers of about `share` of the requests; of those that write only, unless `reads_too`, and as long as
    it `is_losing`."""

    def __init__(self, seed: int, share: float, *, reads_too: bool = False) -> None:
        self._wire = httpx.HTTPTransport()
        self._chance = random.Random(seed)
        self._share = share
        self._reads_too = reads_too
        self.is_losing: Callable[[], bool] = lambda: True
        self.lost = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._wire.handle_request(request)
        may_be_lost = (self._reads_too or request.method != "GET") and self.is_losing()
        if may_be_lost and self._chance.random() < self._share:
            response.read()
            response.close()
            self.lost += 1
            raise httpx.ReadError("the connection was lost", request=request)
        return response

    def close(self) -> None:
        self._wire.close()
