"""An order as a sample bill would have it: supplier, items, order and receipt from the bill's own lines."""

from decimal import Decimal
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from foundation.intake import xml
from foundation.models import ExchangeRate
from foundation.relay import drain
from integration import canonical
from integration.dialects.ubl import invoice as ubl
from integration.dialects.ubl.document import NS, lines
from integration.models import InboxMessage
from invoicing.models import Invoice
from procurement.models import PurchaseOrder
from suppliers.models import CatalogueItem, Supplier, SupplierIdentifier
from tests.integration import factories
from tests.invoicing import factories as f

for _prefix, _uri in NS.items():
    register_namespace(_prefix, _uri)


def read(path: Path) -> canonical.Invoice:
    (document,) = ubl.decode(xml.parse(path.read_bytes())).documents
    assert isinstance(document, canonical.Invoice)
    return document


def for_order(path: Path, number: str) -> bytes:
    """Return a sample that names our order and its lines, where it names none itself; nothing else is touched."""
    root = xml.parse(path.read_bytes())
    if root.find("cac:OrderReference", NS) is None:
        _set(root, "OrderReference", "ID", number)
    for place, line in enumerate(lines(root), start=1):
        found = line.find("cac:OrderLineReference", NS)
        if found is not None:
            line.remove(found)
        _set(line, "OrderLineReference", "LineID", str(place * 10))
    return tostring(root)


def _set(parent: Element, reference: str, field: str, value: str) -> None:
    node = SubElement(parent, f"{{{NS['cac']}}}{reference}")
    SubElement(node, f"{{{NS['cbc']}}}{field}").text = value


def supplier_of(document: canonical.Invoice) -> Supplier:
    """Return the supplier of a bill, known by the first id it states."""
    found = f.supplier("SAMPLE", name=document.supplier.name[:100] or "Sample", currency=document.currency)
    first = next(i for i in document.supplier.ids if i.scheme)
    SupplierIdentifier.objects.get_or_create(scheme=first.scheme, value=first.value, defaults={"supplier": found})
    ExchangeRate.objects.get_or_create(
        currency=document.currency, base_currency="GBP", date="2000-01-01", defaults={"rate": "0.5", "source": "test"}
    )
    return found


def ordered_and_received(
    document: canonical.Invoice, *, quantity: Decimal = Decimal(1), price: Decimal = Decimal(1)
) -> PurchaseOrder:
    """Store the order a bill is for, received whole; `quantity` and `price` are shares of the first line's as billed."""
    f.ground()
    supplier = supplier_of(document)
    made = []
    for place, line in enumerate(document.lines):
        share = quantity if place == 0 else Decimal(1)
        billed = line.net_amount / line.quantity * (price if place == 0 else Decimal(1))
        amount = str(line.quantity * share)
        base = f.unit(line.unit)
        item = f.item(f"OUR-{place}")
        item.base_unit = base
        item.save()
        if line.supplier_part:
            CatalogueItem.objects.create(
                supplier=supplier, item=item, supplier_part=line.supplier_part[:40], unit=base, unit_price=billed,
                currency=document.currency, valid_from="2000-01-01",
            )  # fmt: skip
        made.append(
            f.order_line(amount, f"{billed:.6f}", received=amount, item=item, unit_code=line.unit,
                         supplier_part=line.supplier_part[:40])
        )  # fmt: skip
    return f.order(*made, of=supplier, number=document.order_number or "PO-SAMPLE", currency=document.currency)


def bill_through_the_door(raw: bytes) -> tuple[InboxMessage, Invoice]:
    """Send a sample to a connection of nobody in particular; returns the message and what became of the bill."""
    message = factories.take(factories.way_in("ubl"), raw)
    drain()
    return message, Invoice.objects.get(number=message.document_number)
