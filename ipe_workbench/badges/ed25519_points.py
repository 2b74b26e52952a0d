"""Whether an Ed25519 public key is a point that a signature can be trusted with.

OpenSSL accepts points of small order; for the neutral element one fixed signature is valid for every message. So such keys are
refused when they are loaded. Arithmetic on public data only, so it need not run in constant time.
"""

from __future__ import annotations

__all__ = ["is_sound_point"]

_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P


def is_sound_point(encoded: bytes) -> bool:
    """Whether 32 bytes are the canonical encoding of a point of the curve whose order is not 1, 2, 4 or 8.

    References
    ----------
    RFC 8032, sections 5.1.3 (decoding) and 5.1.4 (addition).

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
    point = (x, y)
    for _ in range(3):
        point = _doubled(point)
    return point != (0, 1)


def _abscissa(y: int, sign: int) -> int | None:
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    root = pow(square, (_P + 3) // 8, _P)
    if (root * root - square) % _P:
        root = root * pow(2, (_P - 1) // 4, _P) % _P
    if (root * root - square) % _P or (root == 0 and sign):
        return None
    return root if root & 1 == sign else _P - root


def _doubled(point: tuple[int, int]) -> tuple[int, int]:
    x, y = point
    product = _D * x * x * y * y % _P
    return (
        2 * x * y * pow(1 + product, -1, _P) % _P,
        (y * y + x * x) * pow(1 - product, -1, _P) % _P,
    )
