"""Bearer tokens: who asks, and what they may. A token itself is never kept, compared in the clear, or logged."""

import hashlib
import hmac
from collections import OrderedDict
from http import HTTPStatus

from aiohttp import web

from acd.ports import Clock
from cti.ports import TokenBook, TokenGrant
from cti.problems import Refusal
from cti.topics import OWN_AGENT
from kernel.instants import Instant, elapsed_ms

_MINUTE_MS = 60_000
_PEERS_MAX = 10_000
_TOKEN_CHARS_MAX = 4_096


class Doorman:
    """Knows tokens, and turns away a peer who has shown too many bad ones in the last minute.

    A peer that is turned away is not even looked at, so that guessing is slow; others are not touched.
    """

    def __init__(self, tokens: TokenBook, clock: Clock, refusals_per_minute_max: int) -> None:
        self._tokens = tokens
        self._clock = clock
        self._refusals_max = refusals_per_minute_max
        self._refusals: OrderedDict[str, tuple[Instant, int]] = OrderedDict()

    def admit(self, request: web.Request) -> TokenGrant:
        """The grant of the request's token.

        Raises:
            Refusal: 401 without a good token, 429 after too many bad ones.
        """
        peer = request.remote or ""
        self._turn_away_a_guesser(peer)
        grant = self._grant(request.headers.get("Authorization", ""))
        if grant is None:
            self._count_refusal(peer)
            raise Refusal(
                HTTPStatus.UNAUTHORIZED,
                "unauthorized",
                "A valid bearer token is needed.",
                where="Authorization",
                how="Send the header Authorization: Bearer <token>.",
                headers={"WWW-Authenticate": 'Bearer realm="sambut"'},
            )
        return grant

    def _grant(self, header: str) -> TokenGrant | None:
        scheme, _, token = header.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token or len(token) > _TOKEN_CHARS_MAX:
            return None
        shown = hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
        found: TokenGrant | None = None
        for grant in self._tokens.grants():
            # Every token is compared, so that the time taken tells nothing of which came near.
            if hmac.compare_digest(grant.sha256.lower().encode(), shown.encode()):
                found = grant
        return found

    def _turn_away_a_guesser(self, peer: str) -> None:
        began, count = self._refusals.get(peer, (self._clock.now(), 0))
        passed_ms = elapsed_ms(began, self._clock.now())
        if passed_ms >= _MINUTE_MS:
            self._refusals.pop(peer, None)
        elif count >= self._refusals_max:
            wait_s = (_MINUTE_MS - passed_ms) // 1000 + 1
            raise Refusal(
                HTTPStatus.TOO_MANY_REQUESTS,
                "too_many_requests",
                "Too many requests without a valid token came from this address.",
                how=f"Wait {wait_s} seconds.",
                headers={"Retry-After": str(wait_s)},
            )

    def _count_refusal(self, peer: str) -> None:
        began, count = self._refusals.get(peer, (self._clock.now(), 0))
        self._refusals[peer] = (began, count + 1)
        while len(self._refusals) > _PEERS_MAX:
            self._refusals.popitem(last=False)


DOORMAN = web.AppKey("doorman", Doorman)


def admitted(request: web.Request, *scopes: str) -> TokenGrant:
    """The request's grant, if it has any one of ``scopes`` (none named: any good token).

    Raises:
        Refusal: 401, 403 or 429.
    """
    grant = request.app[DOORMAN].admit(request)
    if scopes and not grant.scopes.intersection(scopes):
        raise Refusal(
            HTTPStatus.FORBIDDEN,
            "forbidden",
            "The token does not reach this.",
            where="Authorization",
            how=f"Use a token with the scope {scopes[0]}.",
        )
    return grant


def own_agent(agent_id: str) -> str:
    """The scope that lets an agent's own desk follow and control that agent."""
    return f"{OWN_AGENT}{agent_id}"
