"""What a message names and we do not know: an exception with the message, a cure, a replay, one effect."""

from typing import Any

import pytest

from foundation.errors import ConflictError, InvalidError
from foundation.models import AuditEvent, ExchangeRate, Item, UnitOfMeasure
from integration.models import Connection, InboxMessage
from integration.services import replay_message, teach_meaning
from invoicing.models import Invoice
from suppliers.models import Supplier, SupplierIdentifier
from tests.factories import Company, an_issued_order, company
from tests.integration import factories as f
from workflow.models import ExceptionCase

pytestmark = pytest.mark.django_db
LINE = "<cac:OrderLineReference><cbc:LineID>10</cbc:LineID></cac:OrderLineReference>"
PART = "ACME-SW-500"
TO_EUR = ('"GBP"', '"SEK"'), (">GBP<", ">SEK<")


@pytest.fixture
def made() -> Company:
    return company()


@pytest.mark.parametrize(
    ("_case", "changes", "code", "word", "meaning"),
    [
        ("supplier",               [],                                                     "supplier_unknown", "0060:123456789", "ACME"),
        ("unit",                   [('unitCode="XCS"', 'unitCode="XPK"')],                 "unit_unknown",     "XPK",            "XCS"),
        ("item without a line no", [(LINE, ""), (PART, "THEIR-1")],                        "item_unknown",     "THEIR-1",        "SW-500"),
        ("currency",               TO_EUR,                                                 "currency_unknown", "SEK",            "0.075"),
    ],
)  # fmt: skip
def test_unknown_word_waits_as_an_exception_and_is_applied_once_taught(
    _case: str, changes: list[tuple[str, str]], code: str, word: str, meaning: str, made: Company
) -> None:
    order = an_issued_order(made)
    connection = f.way_in(supplier=None if code == "supplier_unknown" else made.acme)
    raw = f.bill(order.number, *changes)

    parked = f.take(connection, raw, "m-1")
    case = f.case_of(parked)

    assert (parked.status, parked.effect["faults"][0]["code"], parked.effect["faults"][0]["value"]) == (
        "parked",
        code,
        word,
    )
    assert case is not None
    assert (case.state, case.category, case.cause, case.owner_role) == ("open", "message", code, "integration_engineer")
    assert (case.subject_type, case.subject_id, bytes(parked.raw)) == ("message", parked.pk, raw)
    assert Invoice.objects.count() == 0

    teach_meaning(message_id=parked.pk, meaning=meaning, actor=made.igor, at=f.now())
    applied = f.go_on(parked)
    case.refresh_from_db()

    invoice = Invoice.objects.get()
    assert (applied.status, applied.document_number) == ("applied", invoice.number)
    assert (case.state, case.outcome) == ("cured", "The message was applied.")
    assert AuditEvent.objects.filter(action="teach_meaning").count() == 1


def test_what_was_taught_holds_for_the_next_message(made: Company) -> None:
    order = an_issued_order(made)
    connection = f.way_in(supplier=made.acme)
    strange = [(LINE, ""), (PART, "THEIR-1"), ('unitCode="XCS"', 'unitCode="XPK"')]
    first = f.take(connection, f.bill(order.number, *strange))
    for meaning in ("XCS", "SW-500"):
        teach_meaning(message_id=first.pk, meaning=meaning, actor=made.igor, at=f.now())
        f.go_on(first)

    second = f.take(connection, f.bill(order.number, *strange, ("INV-77", "INV-78")))

    connection.refresh_from_db()
    assert connection.profile["means"] == {"unit": {"XPK": "XCS"}, "item": {"THEIR-1": "SW-500"}}
    assert (first.status, second.status) == ("applied", "applied")
    assert [(x.unit_code, x.item_code) for i in Invoice.objects.all() for x in i.lines.all()] == [("XCS", "SW-500")] * 2


@pytest.mark.parametrize(
    ("_case", "changes", "cure"),
    [
        ("supplier", [],                                     lambda m: SupplierIdentifier.objects.create(supplier=m.acme, scheme="0060", value="123456789")),
        ("unit",     [('unitCode="XCS"', 'unitCode="XPK"')], lambda _: UnitOfMeasure.objects.create(code="XPK", name="pack", symbol="pack")),
        ("item",     [(LINE, ""), (PART, "SW-500X"), ("Name>\n", "Name>\n<cac:BuyersItemIdentification><cbc:ID>SW-500X</cbc:ID></cac:BuyersItemIdentification>")],
         lambda m: Item.objects.create(code="SW-500X", name="Wrap", category=m.items["SW-500"].category, base_unit=m.items["SW-500"].base_unit)),
        ("currency", TO_EUR,                                 lambda _: ExchangeRate.objects.create(currency="SEK", base_currency="GBP", date="2026-01-01", rate="0.07", source="t")),
    ],
)  # fmt: skip
def test_cure_in_the_master_data_and_a_replay_do_as_well(
    _case: str, changes: list[tuple[str, str]], cure: Any, made: Company
) -> None:
    order = an_issued_order(made)
    connection = f.way_in(supplier=None if _case == "supplier" else made.acme)
    parked = f.take(connection, f.bill(order.number, *changes))
    assert parked.status == "parked"

    cure(made)
    replay_message(message_id=parked.pk, actor=made.igor, at=f.now())
    applied = f.go_on(parked)

    assert applied.status == "applied"
    assert Invoice.objects.count() == 1
    assert ExceptionCase.objects.get(key=f"message:{parked.pk}").state == "cured"


@pytest.mark.parametrize(
    ("_case", "changes", "meaning", "code"),
    [
        ("no such unit", [('unitCode="XCS"', 'unitCode="XPK"')], "NOPE", "unit_unknown"),
        ("no such item", [(LINE, ""), (PART, "THEIR-1")], "NOPE", "item_unknown"),
        ("no rate",      TO_EUR, "0", "rate_unusable"),
        ("not a number", TO_EUR, "NaN", "rate_unusable"),
    ],
)  # fmt: skip
def test_meaning_that_leads_nowhere_is_refused_and_changes_nothing(
    _case: str, changes: list[tuple[str, str]], meaning: str, code: str, made: Company
) -> None:
    connection = f.way_in(supplier=made.acme)
    parked = f.take(connection, f.bill(an_issued_order(made).number, *changes))

    with pytest.raises(InvalidError) as caught:
        teach_meaning(message_id=parked.pk, meaning=meaning, actor=made.igor, at=f.now())

    assert caught.value.code == code
    assert InboxMessage.objects.get().status == "parked"
    assert Connection.objects.get().profile == {}


def test_message_that_waits_for_nothing_learns_nothing(made: Company) -> None:
    message = f.take(f.way_in(supplier=made.acme), f.bill(an_issued_order(made).number))

    with pytest.raises(ConflictError):
        teach_meaning(message_id=message.pk, meaning="XCS", actor=made.igor, at=f.now())


def test_part_number_that_happens_to_be_another_item_of_ours_is_not_taken_for_it(made: Company) -> None:
    order = an_issued_order(made)
    raw = f.bill(order.number, (LINE, ""), (PART, "TAPE-48"))  # the supplier's own part, and our code for tape

    message = f.take(f.way_in(supplier=made.acme), raw)

    assert (message.status, message.effect["faults"][0]["code"]) == ("parked", "item_unknown")


def test_bill_without_an_order_of_ours_needs_no_items(made: Company) -> None:
    message = f.take(f.way_in(supplier=made.acme), f.bill("THEIR-OWN-REF", (LINE, ""), (PART, "ENERGY")))

    assert message.status == "applied"
    assert Supplier.objects.get(code="ACME") == Invoice.objects.get().supplier
