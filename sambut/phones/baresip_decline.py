"""Decline with 603 through baresip.

baresip-python 0.5.2a3 can only refuse with 486: `Call.reject()` and `Call.hangup()` of a ringing call send the same
`486 Busy Here`. The C function under both, `ua_hangup`, takes any status and is exported by the extension module, so
it is called here, with libre's own lock (`re_thread_enter`) held because we are not on the stack's thread. ctypes
drops the GIL during each call, so the stack's thread can finish its callback into Python and give the lock back.
"""

import ctypes

from baresip import _native

DECLINE = 603


class Decliner:
    """The few C functions that a 603 needs. Raises AttributeError when another version does not export them."""

    def __init__(self) -> None:
        library = ctypes.CDLL(_native.__file__)
        self._enter = library.re_thread_enter
        self._leave = library.re_thread_leave
        self._find = library.uag_call_find
        self._find.argtypes, self._find.restype = [ctypes.c_char_p], ctypes.c_void_p
        self._agent_of = library.call_get_ua
        self._agent_of.argtypes, self._agent_of.restype = [ctypes.c_void_p], ctypes.c_void_p
        self._hang_up = library.ua_hangup
        self._hang_up.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint16, ctypes.c_char_p]
        self._hang_up.restype = None

    def decline(self, sip_call_id: str) -> bool:
        """Refuse the ringing call with this SIP Call-ID; False when it is already gone."""
        self._enter()
        try:
            call = self._find(sip_call_id.encode())
            if not call:
                return False
            self._hang_up(self._agent_of(call), call, DECLINE, b"Decline")
            return True
        finally:
            self._leave()
