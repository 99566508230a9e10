"""Values of a supplier's record in one spelling, whoever tells them (SU-5)."""

from collections.abc import Callable, Mapping

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from foundation.errors import InvalidError
from foundation.validators import known_country, known_currency
from suppliers.decisions.plain_names import read_name
from suppliers.decisions.tax_ids import read_tax_id
from suppliers.models import OrderChannel

MOST_DAYS, MOST_HOURS = 365, 240


def read_field(field: str, text: str, *, country: str) -> str:
    """Return a value as it is stored; `country` is the supplier's, for its tax number.

    :raises InvalidError: it cannot be one; names the field, the value and the cure.
    """
    if field == "tax_id":
        return read_tax_id(country, text) if text.strip() else ""
    return _READ[field](text.strip())


def _address(text: str) -> str:
    if len(text) > 500:  # noqa: PLR2004 - the column's width
        raise InvalidError("address_too_long", "An address has at most 500 letters.", field="address", value=text[:80])
    return text


def _mail(text: str) -> str:
    try:
        if text:
            validate_email(text)
    except ValidationError as error:
        raise InvalidError("email_unfit", "Write a mail address.", field="order_email", value=text[:80]) from error
    return text


def _number(field: str, most: int, unit: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not (text.isascii() and text.isdigit()) or not 0 < int(text) <= most:
            raise InvalidError("number_unfit", f"Write whole {unit} from 1 to {most}.", field=field, value=text[:40])
        return str(int(text))

    return read


def _channel(text: str) -> str:
    if text not in OrderChannel.values:
        cure = f"Use one of {', '.join(OrderChannel.values)}."
        raise InvalidError("channel_unknown", cure, field="order_channel", value=text[:40])
    return text


_READ: Mapping[str, Callable[[str], str]] = {
    "name": read_name, "country": known_country, "currency": known_currency, "address": _address, "order_email": _mail,
    "payment_terms_days": _number("payment_terms_days", MOST_DAYS, "days"),
    "acknowledge_hours": _number("acknowledge_hours", MOST_HOURS, "hours"), "order_channel": _channel,
    "remit_to": str.upper,
}  # fmt: skip
