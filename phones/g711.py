"""G.711, A-law and mu-law, on numpy arrays (ITU-T G.711). Pure."""

from typing import Literal

import numpy as np
import numpy.typing as npt

Law = Literal["alaw", "ulaw"]
Octets = npt.NDArray[np.uint8]
Pcm = npt.NDArray[np.int16]

PAYLOAD_TYPES: dict[Law, int] = {"ulaw": 0, "alaw": 8}
SILENCE: dict[Law, int] = {"ulaw": 0xFF, "alaw": 0xD5}

_MU_BIAS = 132
_MU_CLIP = 32635


def decode(octets: Octets, law: Law) -> Pcm:
    """One octet to one 16-bit sample."""
    return _DECODE[law][octets]


def encode(pcm: Pcm, law: Law) -> Octets:
    """One 16-bit sample to one octet."""
    return _ulaw(pcm.astype(np.int32)) if law == "ulaw" else _alaw(pcm.astype(np.int32))


def _ulaw(samples: npt.NDArray[np.int32]) -> Octets:
    magnitude = np.minimum(np.abs(samples), _MU_CLIP) + _MU_BIAS
    exponent = np.maximum(np.floor(np.log2(magnitude)).astype(np.int32) - 7, 0)
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    sign = np.where(samples < 0, 0x80, 0)
    code: Octets = (~(sign | (exponent << 4) | mantissa) & 0xFF).astype(np.uint8)
    return code


def _alaw(samples: npt.NDArray[np.int32]) -> Octets:
    # A-law codes 13 bits: the low three are dropped, and a negative number is coded by its complement.
    magnitude = np.where(samples >= 0, samples, ~samples) >> 3
    exponent = np.maximum(np.floor(np.log2(np.maximum(magnitude, 1))).astype(np.int32) - 4, 0)
    shift = np.maximum(exponent, 1)
    mantissa = (magnitude >> shift) & 0x0F
    sign = np.where(samples >= 0, 0x80, 0)
    code: Octets = ((sign | (exponent << 4) | mantissa) ^ 0x55).astype(np.uint8)
    return code


def _ulaw_table() -> Pcm:
    codes = ~np.arange(256) & 0xFF
    exponent, mantissa = (codes >> 4) & 7, codes & 0x0F
    magnitude = (((mantissa << 3) + _MU_BIAS) << exponent) - _MU_BIAS
    return np.where(codes & 0x80, -magnitude, magnitude).astype(np.int16)


def _alaw_table() -> Pcm:
    codes = np.arange(256) ^ 0x55
    exponent, mantissa = (codes >> 4) & 7, codes & 0x0F
    magnitude = (mantissa << 4) + 8
    magnitude = np.where(exponent > 0, (magnitude + 0x100) << np.maximum(exponent - 1, 0), magnitude)
    return np.where(codes & 0x80, magnitude, -magnitude).astype(np.int16)


_DECODE: dict[Law, Pcm] = {"ulaw": _ulaw_table(), "alaw": _alaw_table()}
