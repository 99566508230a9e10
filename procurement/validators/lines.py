"""What a line must be, whichever door it comes through. Raises Django's ValidationError, which forms and API show."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError

from foundation.quantity import QUANTITY_DECIMALS

MAX_QUANTITY = Decimal(10) ** 9
MAX_PRICE = Decimal(10) ** 9
MAX_LINES = 500


def validate_quantity(value: Decimal) -> None:
    """Accept a positive number of at most 4 decimals."""
    if not value.is_finite() or value <= 0:
        raise ValidationError("Enter a quantity above zero.", code="quantity_not_positive")
    if value >= MAX_QUANTITY:
        raise ValidationError(
            "This quantity is too large. Check for a missing decimal point.", code="quantity_too_large"
        )
    if -value.normalize().as_tuple().exponent > QUANTITY_DECIMALS:  # type: ignore[operator]  # a finite number has a whole exponent
        raise ValidationError("Use at most 4 decimals.", code="quantity_too_precise")


def validate_price(value: Decimal) -> None:
    """Accept zero or a positive price per unit of at most 6 decimals."""
    if not value.is_finite() or value < 0:
        raise ValidationError("Enter a price of zero or more.", code="price_negative")
    if value >= MAX_PRICE:
        raise ValidationError("This price is too large. Check for a missing decimal point.", code="price_too_large")


def validate_need_by(value: date, today: date) -> None:
    """Accept today or later, at the ship-to site."""
    if value < today:
        raise ValidationError("This day has passed. Choose today or later.", code="need_by_past")
