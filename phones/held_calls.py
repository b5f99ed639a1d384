"""The calls that one phone has now, whatever its stack: found by name, and each asked to do what the phone is asked."""

from typing import Generic, Protocol, TypeVar
from urllib.parse import quote

from phones.commands import Register
from phones.exchange import NotDone
from phones.plans import KeyPress


class HeldCall(Protocol):
    """What a stack's call can be asked. Each raises NotDone when it cannot begin."""

    name: str

    async def pick_up(self) -> None:
        """Answer."""

    async def refuse(self, status: int) -> None:
        """Refuse with 480, 486 or 603."""

    async def hang_up(self) -> None:
        """End it in whatever state it is."""

    async def hold(self) -> None:
        """Hold the far end."""

    async def resume(self) -> None:
        """Take the far end off hold."""

    async def press(self, press: tuple[KeyPress, ...]) -> None:
        """Begin to press keys."""

    async def transfer(self, uri: str) -> None:
        """Begin a blind transfer."""


C = TypeVar("C", bound=HeldCall)


class HeldCalls(Generic[C]):
    """The part of `exchange.Phone` that is about calls; an empty name means the newest."""

    def __init__(self, settings: Register) -> None:
        self._settings = settings
        self._calls: dict[str, C] = {}
        self._calls_made = 0

    def _next_name(self) -> str:
        self._calls_made += 1
        return f"{self._settings.device}-{self._calls_made}"

    def _forget(self, call: C) -> None:
        self._calls.pop(call.name, None)

    def _call(self, name: str) -> C:
        found = self._calls.get(name) if name else next(reversed(self._calls.values()), None)
        if found is None:
            raise NotDone("no_such_call", "the phone has no such call now")
        return found

    async def pick_up(self, call: str) -> None:
        """Answer a ringing call."""
        await self._call(call).pick_up()

    async def refuse(self, call: str, status: int) -> None:
        """Refuse a ringing call."""
        await self._call(call).refuse(status)

    async def hang_up(self, call: str) -> None:
        """End a call."""
        await self._call(call).hang_up()

    async def hold(self, call: str) -> None:
        """Hold the far end."""
        await self._call(call).hold()

    async def resume(self, call: str) -> None:
        """Take the far end off hold."""
        await self._call(call).resume()

    async def press(self, call: str, press: tuple[KeyPress, ...]) -> None:
        """Begin to press keys."""
        await self._call(call).press(press)

    async def transfer(self, call: str, target: str) -> None:
        """Begin a blind transfer."""
        await self._call(call).transfer(uri_of(target, self._settings))


def uri_of(target: str, settings: Register) -> str:
    """The URI of a dialled target: `*11#` becomes `sip:*11%23@server:port`; a whole URI stays as it is."""
    if target.startswith(("sip:", "sips:")):
        return target
    user = quote(target, safe="*+-_.!~'()&=$,;?/")
    return f"sip:{user}@{settings.server}:{settings.port};transport={settings.transport}"
