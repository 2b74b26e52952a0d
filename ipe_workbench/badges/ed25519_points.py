"""Whether an Ed25519 public key is a point that a signature can be trusted with.

OpenSSL accepts points of small order; for the neutral element one fixed signature is valid for every message. So such
keys are refused when they are loaded. Arithmetic on public data only, so it need not run in constant time.
"""

from __future__ import annotations

from functools import lru_cache

__all__ = ["is_sound_point"]

_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)


@lru_cache(maxsize=1024)
def is_sound_point(encoded: bytes) -> bool:
    """Whether 32 bytes are the canonical encoding of a point of the curve whose order is not 1, 2, 4 or 8.

    References
    ----------
    RFC 8032, sections 5.1.3 (decoding) and 5.1.4 (doubling).

    Examples
    --------
    >>> neutral = (1).to_bytes(32, "little")
    >>> base = bytes.fromhex("58" + "66" * 31)
    >>> is_sound_point(neutral), is_sound_point(base)
    (False, True)
    """
    if len(encoded) != 32:
        return False
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    x = _abscissa(y, sign)
    if x is None:
        return False
    point = (x, y, 1)
    for _ in range(3):
        point = _doubled(point)
    # The neutral element is (0, z, z) in these coordinates.
    return bool(point[0] or point[1] != point[2])


def _abscissa(y: int, sign: int) -> int | None:
    if y >= _P:
        return None
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    root = u * v**3 * pow(u * v**7, (_P - 5) // 8, _P) % _P
    square = v * root * root % _P
    if square == -u % _P:
        root = root * _ROOT_OF_MINUS_ONE % _P
    elif square != u:
        return None
    if root == 0 and sign:
        return None
    return root if root & 1 == sign else _P - root


def _doubled(point: tuple[int, int, int]) -> tuple[int, int, int]:
    x, y, z = point
    a, b, c = x * x, y * y, 2 * z * z
    h = a + b
    e, g = h - (x + y) ** 2, a - b
    f = c + g
    return e * f % _P, g * h % _P, f * g % _P
