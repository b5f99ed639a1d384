"""Refuse a call through baresip with a status of one's own choosing.

baresip-python 0.5.2a3 can only refuse with 486: `Call.reject()` and `Call.hangup()` of a ringing call send the same
`486 Busy Here`. The C functions under both, `ua_hangup` and `ua_hangupf`, take any status and are exported by the
extension module, so they are called here, with libre's own lock (`re_thread_enter`) held because we are not on the
stack's thread. ctypes drops the GIL during each call, so the stack's thread can finish its callback into Python and
give the lock back.
"""

import contextlib
import ctypes
from collections.abc import Iterator
from typing import Any

from baresip import _native

REASONS = {480: b"Temporarily Unavailable", 603: b"Decline"}
MOVED = 302


class Refuser:
    """The few C functions that it needs. Raises AttributeError when another version does not export them."""

    def __init__(self) -> None:
        library = ctypes.CDLL(_native.__file__)
        self._enter = library.re_thread_enter
        self._leave = library.re_thread_leave
        self._find = library.uag_call_find
        self._find.argtypes, self._find.restype = [ctypes.c_char_p], ctypes.c_void_p
        self._agent_of = library.call_get_ua
        self._agent_of.argtypes, self._agent_of.restype = [ctypes.c_void_p], ctypes.c_void_p
        refusing: list[type[ctypes._SimpleCData[Any]]] = [
            ctypes.c_void_p,
            ctypes.c_void_p,
            ctypes.c_uint16,
            ctypes.c_char_p,
        ]
        self._hang_up = library.ua_hangup
        self._hang_up.argtypes, self._hang_up.restype = refusing, None
        self._hang_up_with = library.ua_hangupf
        self._hang_up_with.argtypes, self._hang_up_with.restype = [*refusing, ctypes.c_char_p, ctypes.c_char_p], None

    def refuse(self, sip_call_id: str, status: int) -> bool:
        """Refuse the ringing call with this SIP Call-ID, with a status of REASONS; False when it is already gone."""
        with self._locked():
            call = self._find(sip_call_id.encode())
            if call:
                self._hang_up(self._agent_of(call), call, status, REASONS[status])
            return bool(call)

    def forward(self, sip_call_id: str, uri: str) -> bool:
        """Refuse it with 302 and this address; False when it is already gone."""
        with self._locked():
            call = self._find(sip_call_id.encode())
            if call:
                headers = b"Contact: <%s>\r\nContent-Length: 0\r\n\r\n"
                self._hang_up_with(self._agent_of(call), call, MOVED, b"Moved Temporarily", headers, uri.encode())
            return bool(call)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        self._enter()
        try:
            yield
        finally:
            self._leave()
