"""Marks as whole half-points: 59.5 points is 119. No float ever holds a mark.

Source: under-selection in a multiple-choice question earns half a point for each right option, so totals
move in steps of 0.5 (DOMAIN.md 1.2) and must not be rounded before they meet a pass line.
"""

from decimal import Decimal, InvalidOperation

HALF_POINTS_PER_POINT = 2
LARGEST_POINTS = 10_000  # no paper has more; keeps a mistyped exponent from becoming a huge number


def parse_marks(text: str) -> int:
    """Half-points written as points: ``"59.5"`` is 119; full-width digits are read.

    Raises:
        ValueError: not a finite number, negative, or not a multiple of half a point.
    """
    try:
        points = Decimal(text.strip())
    except InvalidOperation as error:
        raise ValueError(f"not a number: {text!r}") from error
    if not points.is_finite() or not 0 <= points <= LARGEST_POINTS:
        raise ValueError(f"not a mark: {text!r}")
    doubled = points * HALF_POINTS_PER_POINT
    if doubled != doubled.to_integral_value():
        raise ValueError(f"not a multiple of half a point: {text!r}")
    return int(doubled)


def format_marks(half_points: int) -> str:
    """Points as people write them: 119 is ``"59.5"``, 120 is ``"60"``; a minus sign is kept."""
    sign, whole = ("-", -half_points) if half_points < 0 else ("", half_points)
    points, half = divmod(whole, HALF_POINTS_PER_POINT)
    return f"{sign}{points}.5" if half else f"{sign}{points}"
