"""What a company writes about itself before it is registered, step by step, and what of it is missing (SU-1)."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from foundation.errors import InvalidError
from suppliers.decisions.plain_names import read_name
from suppliers.decisions.tax_ids import read_tax_id

COMPANY, ORDERS, CONTACTS, SERVES, BANK, CERTIFICATES = (
    "company",
    "orders",
    "contacts",
    "serves",
    "bank",
    "certificates",
)
STEPS = (
    (COMPANY, "Your company"), (ORDERS, "Orders and payment"), (CONTACTS, "Whom we talk to"),
    (SERVES, "What you sell, and where"), (BANK, "Bank account"), (CERTIFICATES, "Certificates"),
)  # fmt: skip
WRITTEN = (COMPANY, ORDERS, CONTACTS, SERVES)  # the others have pages of their own
TERMS = (0, 7, 14, 30, 45, 60, 90)  # days from the invoice
LONGEST_ADDRESS, LONGEST_PHONE = 500, 40
_PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{5,38}")
Values = dict[str, object]
# step -> (field, what to write) that must be there before it is sent
NEEDED: Mapping[str, Sequence[tuple[str, str]]] = {
    COMPANY: (("name", "the name"), ("country", "the country"), ("tax_id", "the tax number"), ("address", "the address")),
    ORDERS: (("order_email", "where orders go"), ("currency", "the currency")),
    CONTACTS: (
        ("orders_name", "whom we ask about orders"), ("orders_email", "their e-mail"), ("orders_phone", "their telephone"),
        ("accounts_name", "whom we ask about invoices"), ("accounts_email", "their e-mail"),
        ("accounts_phone", "their telephone"),
    ),
    SERVES: (("categories", "what you sell"),),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Missing:
    """What is missing in a step, in words."""

    step: str
    words: str


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands on pages of its own: whether an account was proposed, and which needed certificates are not there."""

    has_account: bool
    certificates: tuple[str, ...] = ()


def missing(profile: Mapping[str, Mapping[str, object]], beside: Beside) -> tuple[Missing, ...]:
    """Return what is missing before a profile can be sent, in the order of the steps."""
    found = [
        Missing(step, words) for step in WRITTEN for name, words in NEEDED[step] if not profile.get(step, {}).get(name)
    ]
    if not beside.has_account:
        found.append(Missing(BANK, "the bank account we pay to"))
    return (*found, *(Missing(CERTIFICATES, name) for name in beside.certificates))


def read_step(step: str, given: Mapping[str, object]) -> Values:
    """Return the values of a step as they are kept; what is empty stays empty, what is written must be right.

    :raises InvalidError: a value that cannot be one; names the field and the cure.
    """
    return _READERS[step](given)


def _company(given: Mapping[str, object]) -> Values:
    country, tax_id = _text(given, "country").upper(), _text(given, "tax_id")
    if tax_id and not country:
        raise InvalidError("country_missing", "Choose the country before the tax number.", field="country")
    name, trading = _text(given, "name"), _text(given, "trading_name")
    return {
        "name": read_name(name) if name else "",
        "trading_name": read_name(trading, field="trading_name") if trading else "",
        "country": country,
        "tax_id": read_tax_id(country, tax_id) if tax_id else "",
        "address": _lines(_text(given, "address")),
    }


def _orders(given: Mapping[str, object]) -> Values:
    days = given.get("terms_days")
    if days not in TERMS:
        raise InvalidError(
            "terms_unfit", f"Choose {', '.join(map(str, TERMS))} days.", field="terms_days", value=str(days)
        )
    return {
        "order_email": _text(given, "order_email"),
        "currency": _text(given, "currency").upper(),
        "terms_days": days,
    }


def _contacts(given: Mapping[str, object]) -> Values:
    found: Values = {}
    for role in ("orders", "accounts"):
        name, phone = _text(given, f"{role}_name"), _text(given, f"{role}_phone")
        if phone and not _PHONE.fullmatch(phone):
            raise InvalidError(
                "phone_unfit",
                "Write a telephone number such as +44 113 496 0000.",
                field=f"{role}_phone",
                value=phone[:40],
            )
        found |= {
            f"{role}_name": read_name(name, field=f"{role}_name") if name else "",
            f"{role}_email": _text(given, f"{role}_email"), f"{role}_phone": phone,
        }  # fmt: skip
    return found


def _serves(given: Mapping[str, object]) -> Values:
    return {name: sorted({str(code) for code in _list(given.get(name))}) for name in ("categories", "sites")}


def _lines(text: str) -> str:
    """Return an address line by line without hidden letters.

    :raises InvalidError: too long, or letters that hide or turn.
    """
    lines = [" ".join(line.split()) for line in unicodedata.normalize("NFC", text).splitlines()]
    plain = "\n".join(line for line in lines if line)
    if len(plain) > LONGEST_ADDRESS:
        raise InvalidError("address_too_long", f"An address has at most {LONGEST_ADDRESS} letters.", field="address")
    for line in plain.splitlines():
        read_name(line, longest=LONGEST_ADDRESS, field="address")
    return plain


def _text(given: Mapping[str, object], name: str) -> str:
    return str(given.get(name) or "").strip()


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()


_READERS: Mapping[str, Callable[[Mapping[str, object]], Values]] = {
    COMPANY: _company, ORDERS: _orders, CONTACTS: _contacts, SERVES: _serves,
}  # fmt: skip
