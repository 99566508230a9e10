"""Input rules of a bill, shared by portal, staff form, API and messages. Source: RELIABILITY section 5."""

import re
import unicodedata
from decimal import Decimal

from foundation.errors import InvalidError
from invoicing.decisions.commands import ChargeCommand, InvoiceCommand, LineCommand

MAX_LINES = 1000
HIGHEST = Decimal(10) ** 12
_CURRENCY = re.compile(r"^[A-Z]{3}$")
KINDS = ("invoice", "credit_note")


def check_command(command: InvoiceCommand) -> None:
    """Refuse what cannot be a bill.

    :raises InvalidError: names the field, the value and the cure.
    """
    check_number(command.supplier_number)
    if command.kind not in KINDS:
        raise _invalid("kind", command.kind, "Say invoice or credit_note.")
    if not _CURRENCY.match(command.currency):
        raise _invalid("currency", command.currency, "Give a three-letter ISO 4217 code, such as GBP.")
    if not command.lines:
        raise _invalid("lines", "", "Give at least one line.")
    if len(command.lines) > MAX_LINES:
        raise _invalid("lines", str(len(command.lines)), f"Split the bill: at most {MAX_LINES} lines.")
    if command.due_date and command.due_date < command.invoice_date:
        raise _invalid("due_date", command.due_date.isoformat(), "Give a day not before the invoice date.")
    for name in ("stated_total", "stated_net", "stated_tax", "stated_rounding"):
        _check_amount(name, getattr(command, name))
    for place, line in enumerate(command.lines):
        _check_line(place, line)
    for place, charge in enumerate(command.charges):
        _check_charge(place, charge)


def check_number(text: str) -> None:
    """Refuse an invoice number that is empty or holds letters that only look like Latin ones.

    A Cyrillic letter falls out of the key that finds duplicates, so the same bill could be paid twice.

    :raises InvalidError: says which character.
    """
    plain = unicodedata.normalize("NFKC", text)
    foreign = next((c for c in plain if c.isalpha() and "LATIN" not in unicodedata.name(c, "")), None)
    if foreign is not None:
        raise _invalid("supplier_number", text, f"Type the number in Latin letters; {foreign!r} is not one.")
    if not any(c.isalnum() for c in plain) or len(plain) > 60:  # noqa: PLR2004 - the column's width
        raise _invalid("supplier_number", text, "Give the number printed on the bill, at most 60 characters.")


def _check_line(place: int, line: LineCommand) -> None:
    where = f"lines[{place}]"
    _check_amount(f"{where}.net_amount", line.net_amount)
    if not line.quantity.is_finite() or abs(line.quantity) >= HIGHEST:
        raise _invalid(f"{where}.quantity", str(line.quantity), "Give a quantity below one trillion.")
    if line.quantity == 0 and line.net_amount != 0:
        raise _invalid(f"{where}.quantity", "0", "Give the quantity that was billed.")
    if not line.unit_code:
        raise _invalid(f"{where}.unit_code", "", "Every quantity has a unit; give its code.")
    _check_percent(f"{where}.tax_percent", line.tax_percent)


def _check_charge(place: int, charge: ChargeCommand) -> None:
    _check_amount(f"charges[{place}].amount", charge.amount)
    _check_percent(f"charges[{place}].tax_percent", charge.tax_percent)


def _check_amount(name: str, amount: Decimal | None) -> None:
    if amount is not None and (not amount.is_finite() or abs(amount) >= HIGHEST):
        raise _invalid(name, str(amount), "Give an amount below one trillion.")


def _check_percent(name: str, value: Decimal | None) -> None:
    if value is not None and (not value.is_finite() or not 0 <= value < 1000):  # noqa: PLR2004 - the column's range
        raise _invalid(name, str(value), "Give a percentage, where 20 means 20 %.")


def _invalid(name: str, value: str, cure: str) -> InvalidError:
    label = name.rsplit(".", maxsplit=1)[-1].replace("_", " ")
    return InvalidError(
        "invoice_field", f"The {label} {value!r} cannot be used. {cure}", field=name, value=value, cure=cure
    )
