"""Every UBL, Peppol and EN 16931 bill of the public samples: taken or refused as a checked-in table says."""

import csv
from decimal import Decimal
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from django.db.models import F

from foundation.intake import xml
from integration.dialects.ubl.invoice import CREDIT_NOTE, INVOICE, decode
from integration.dialects.ubl.rules import PEPPOL_RULES, RULES
from invoicing.models import Invoice
from tests.integration import factories
from tests.integration.samples import matching
from tests.invoicing import factories as f
from tests.samples import SAMPLES, need, sample_files

pytestmark = pytest.mark.samples
EXPECTED = Path(__file__).parent / "expected"
VEFA = "{http://difi.no/xsd/vefa/validator/1.0}"
KNOWN = {rule.id: rule for rule in RULES + PEPPOL_RULES}
FAMILIES = ("en16931/*/*.xml", "peppol/*/*.xml", "ubl/*/*.xml")


def table(name: str) -> list[dict[str, str]]:
    """Return the rows of an expectation table: file, what the sample says of itself, what we do."""
    with (EXPECTED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def documents() -> dict[str, Element]:
    found = {}
    for path in (path for pattern in FAMILIES for path in sample_files(pattern)):
        root = xml.parse(path.read_bytes())
        if root.tag in {INVOICE, CREDIT_NOTE}:
            found[str(path.relative_to(SAMPLES))] = root
    return found


def verdict(root: Element) -> str:
    fatal = [fault.code for fault in decode(root).faults if fault.is_fatal]
    return f"refused:{fatal[0]}" if fatal else "accepted"


def test_every_sample_bill_is_taken_or_refused_as_the_table_says() -> None:
    need(SAMPLES)

    found = {name: verdict(root) for name, root in documents().items()}

    assert found == {row["file"]: row["ours"] for row in table("bills.csv")}


def test_table_agrees_with_what_the_samples_say_of_themselves() -> None:
    need(SAMPLES)
    index = (SAMPLES / "INDEX.md").read_text(encoding="utf-8")
    said = {}
    for entry in index.split("\n- `")[1:]:
        name, text = entry.split("`", 1)
        if "no fatal rule" in text or "EN 16931 itself: valid" in text:
            said[name] = "valid"
        elif "marks as wrong" in text:
            said[name] = "wrong"

    rows = table("bills.csv")
    differ = [
        row["file"] for row in rows
        if (stated := said.get(Path(row["file"]).name)) and (row["ours"] == "accepted") != (stated == "valid")
    ]  # fmt: skip

    assert [row["says"] for row in rows] == [said.get(Path(row["file"]).name, "nothing") for row in rows]
    assert len([row for row in rows if row["says"] != "nothing"]) == 23
    assert differ == []


def test_refusals_say_the_rule_its_words_and_the_place() -> None:
    need(SAMPLES)
    refused = [decode(root) for root in documents().values() if decode(root).is_refused]

    assert len(refused) >= 9
    for decoded in refused:
        assert decoded.documents == ()
        assert all(f.code and len(f.message) > len(f.code) + 10 and f.position for f in decoded.faults), decoded.faults


def test_every_rule_test_of_the_publishers_comes_out_as_the_table_says() -> None:
    need(SAMPLES)
    files = sample_files("en16931/*-unit-UBL/*.xml") + sample_files("peppol/unit-UBL-*/*.xml")
    found = []
    for path in files:
        for place, test in enumerate(xml.parse(path.read_bytes()).findall(f"{VEFA}test"), start=1):
            decode(test[-1])  # whatever it is, it is read
            asserts = test.find(f"{VEFA}assert")
            for said in asserts if asserts is not None else []:
                level, rule = said.tag.removeprefix(VEFA), (said.text or "").strip()
                if level in {"success", "error", "warning", "fatal"}:
                    ours = _judged(rule, test[-1], fires=level != "success")
                    found.append([f"{path.parent.name}/{path.name}", str(place), f"{level} {rule}", ours])

    assert found == [[row["file"], row["test"], row["says"], row["ours"]] for row in table("rule_tests.csv")]
    assert sum(row[3] == "agrees" for row in found) >= 430
    assert not [row for row in found if row[3] == "differs"]


def _judged(rule: str, document: Element, *, fires: bool) -> str:
    if rule not in KNOWN:
        return "not judged"
    return "agrees" if KNOWN[rule].broken(document) == fires else "differs"


@pytest.mark.django_db
def test_every_accepted_sample_becomes_an_invoice_through_the_inbox() -> None:
    need(SAMPLES)
    f.ground()
    connection = factories.way_in("ubl")
    accepted = [row["file"] for row in table("bills.csv") if row["ours"] == "accepted"]
    stored, stated = {}, {}
    for name in accepted:
        path = SAMPLES / name
        document = matching.read(path)
        Invoice.objects.update(supplier_number=F("number"))  # two samples share a number and a supplier
        supplier = matching.supplier_of(document)
        for line in document.lines:
            f.unit(line.unit)
        message = factories.take(connection, path.read_bytes(), name)
        assert message.status == "applied", (name, message.effect)
        invoice = Invoice.objects.get(number=message.document_number)
        stored[name] = (invoice.kind, invoice.stated_total, invoice.currency, invoice.lines.count(), invoice.supplier)
        stated[name] = (
            document.kind,
            document.total + document.rounding,
            document.currency,
            len(document.lines),
            supplier,
        )

    assert len(accepted) == 20
    assert stored == stated


# Samples an order can be built for: no credit, no line that takes goods back. What is billed besides goods was never
# ordered, so the clerk sees it; example 5 also asks to be paid to somebody else.
BESIDES = {"charge_not_on_order"}
MATCHED = [
    ("en16931/ubl-invoice/cen__ubl-tc434-example5.xml", BESIDES | {"remit_to_differs"}),
    ("en16931/ubl-invoice/cen__ubl-tc434-example8.xml", set()),
    ("en16931/ubl-invoice/cen__BIS_Billing_30-Elhandel.xml", set()),
    ("en16931/ubl-invoice/cen__BIS_Billing_30-Elnat.xml", set()),
    ("en16931/ubl-invoice/cen__BIS_Billing_30-Factoring.xml", set()),
    ("en16931/ubl-invoice/cen__BIS_Billing_30-Forskott__ej_moms_.xml", set()),
    ("en16931/ubl-invoice/cen__BIS_Billing_30-InomstatligFakturering.xml", set()),
    ("en16931/ubl-invoice/cen__BIS_Billing_30-OmvandSkattskyldighet.xml", set()),
    ("en16931/ubl-invoice/cen__BIS_Billing_30-Rantefaktura_Saml.xml", set()),
    ("en16931/ubl-invoice/cen__Invoice-Min_content_with_VAT.xml", set()),
    ("peppol/invoice/bis3__Allowance-example.xml", BESIDES),
    ("peppol/invoice/bis3__Vat-category-S.xml", BESIDES),
    ("peppol/invoice/bis3__vat-category-E.xml", set()),
]


def holds(invoice: Invoice) -> set[str]:
    return set(invoice.holds.filter(state="open").values_list("code", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "besides"), MATCHED)
def test_order_built_from_a_sample_matches_it_three_ways(name: str, besides: set[str]) -> None:
    need(SAMPLES)
    order = matching.ordered_and_received(matching.read(SAMPLES / name))

    _, invoice = matching.bill_through_the_door(matching.for_order(SAMPLES / name, order.number))

    assert (invoice.state, holds(invoice)) == ("held" if besides else "released", besides)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("_case", "changed", "hold"),
    [
        ("half was ordered and came", {"quantity": Decimal("0.5")}, "invoiced_over_received"),
        ("a lower price was agreed",  {"price": Decimal("0.5")},    "price_above_tolerance"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("name", "besides"), MATCHED[::3])
def test_sample_that_bills_otherwise_than_ordered_is_held(
    _case: str, changed: dict[str, Decimal], hold: str, name: str, besides: set[str]
) -> None:
    need(SAMPLES)
    order = matching.ordered_and_received(matching.read(SAMPLES / name), **changed)

    _, invoice = matching.bill_through_the_door(matching.for_order(SAMPLES / name, order.number))

    assert (invoice.state, holds(invoice)) == ("held", {hold} | besides)


@pytest.mark.django_db
def test_sample_that_names_our_order_matches_byte_for_byte_as_published() -> None:
    need(SAMPLES)
    path = SAMPLES / MATCHED[0][0]
    order = matching.ordered_and_received(matching.read(path))
    for ours, theirs in ((10, 1), (20, 2), (30, 3)):  # the sample's own line numbers; its third line states only a part
        order.lines.filter(line_no=ours).update(line_no=theirs)

    _, invoice = matching.bill_through_the_door(path.read_bytes())

    assert (invoice.supplier_number, invoice.order_reference) == ("TOSL110", "PO4711")
    assert (invoice.state, holds(invoice)) == ("held", MATCHED[0][1])
