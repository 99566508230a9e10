"""Messages as partners' machines write them: a Peppol invoice in UBL, and an X12 855."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from xml.sax.saxutils import escape

from foundation.money import round_amount, total
from procurement.models import PurchaseOrder
from suppliers.models import Supplier

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0</cbc:CustomizationID>
<cbc:ProfileID>urn:fdc:peppol.eu:2017:poacc:billing:01:1.0</cbc:ProfileID>
<cbc:ID>{number}</cbc:ID><cbc:IssueDate>{day}</cbc:IssueDate><cbc:DueDate>{due}</cbc:DueDate>
<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>GBP</cbc:DocumentCurrencyCode>
<cac:OrderReference><cbc:ID>{order}</cbc:ID></cac:OrderReference>
<cac:AccountingSupplierParty><cac:Party><cbc:EndpointID schemeID="9932">{vat}</cbc:EndpointID>
<cac:PostalAddress><cac:Country><cbc:IdentificationCode>GB</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
<cac:PartyTaxScheme><cbc:CompanyID>{vat}</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>
</cac:PartyTaxScheme><cac:PartyLegalEntity><cbc:RegistrationName>{name}</cbc:RegistrationName>
</cac:PartyLegalEntity></cac:Party></cac:AccountingSupplierParty>
<cac:AccountingCustomerParty><cac:Party><cbc:EndpointID schemeID="9932">GB293847561</cbc:EndpointID>
<cac:PostalAddress><cac:Country><cbc:IdentificationCode>GB</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
<cac:PartyLegalEntity><cbc:RegistrationName>Northgate Supply Ltd</cbc:RegistrationName></cac:PartyLegalEntity>
</cac:Party></cac:AccountingCustomerParty>
<cac:TaxTotal><cbc:TaxAmount currencyID="GBP">{tax}</cbc:TaxAmount><cac:TaxSubtotal>
<cbc:TaxableAmount currencyID="GBP">{net}</cbc:TaxableAmount><cbc:TaxAmount currencyID="GBP">{tax}</cbc:TaxAmount>
<cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>20</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>
</cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>
<cac:LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="GBP">{net}</cbc:LineExtensionAmount>
<cbc:TaxExclusiveAmount currencyID="GBP">{net}</cbc:TaxExclusiveAmount>
<cbc:TaxInclusiveAmount currencyID="GBP">{gross}</cbc:TaxInclusiveAmount>
<cbc:PayableAmount currencyID="GBP">{gross}</cbc:PayableAmount></cac:LegalMonetaryTotal>
"""
_LINE = """<cac:InvoiceLine><cbc:ID>{no}</cbc:ID><cbc:InvoicedQuantity unitCode="{unit}">{quantity}</cbc:InvoicedQuantity>
<cbc:LineExtensionAmount currencyID="GBP">{net}</cbc:LineExtensionAmount>
<cac:OrderLineReference><cbc:LineID>{line_no}</cbc:LineID></cac:OrderLineReference>
<cac:Item><cbc:Name>{name}</cbc:Name><cac:SellersItemIdentification><cbc:ID>{part}</cbc:ID>
</cac:SellersItemIdentification><cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>20</cbc:Percent>
<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:ClassifiedTaxCategory></cac:Item>
<cac:Price><cbc:PriceAmount currencyID="GBP">{price}</cbc:PriceAmount></cac:Price></cac:InvoiceLine>
"""


def ubl_invoice(
    order: PurchaseOrder, number: str, day: date, *, supplier: Supplier, vat: str = "", name: str = ""
) -> bytes:
    """Return a right Peppol invoice for an order in pounds; `vat` and `name` make it another sender's."""
    lines = list(order.lines.select_related("unit").order_by("line_no"))
    amounts = [round_amount(line.quantity * line.unit_price, "GBP") for line in lines]
    net = total(amounts)
    tax = round_amount(net / 5, "GBP")
    head = _HEAD.format(
        number=number, day=day, due=day + timedelta(days=order.payment_terms_days), order=order.number, net=net, tax=tax,
        gross=net + tax, vat=vat or supplier.tax_id, name=escape(name or supplier.name),
    )  # fmt: skip
    body = [
        _LINE.format(
            no=place, unit=line.unit.code, quantity=_plain(line.quantity), net=amount, line_no=line.line_no,
            name=escape(line.description), part=escape(line.supplier_part), price=_plain(line.unit_price),
        )
        for place, (line, amount) in enumerate(zip(lines, amounts, strict=True), start=1)
    ]  # fmt: skip
    return "".join([head, *body, "</Invoice>\n"]).encode()


def x12_answer(sender: str, number: str, control: int, at: datetime) -> bytes:
    """Return an 855 that accepts a whole order."""
    head = f"ISA*00*          *00*          *ZZ*{sender:<15}*ZZ*{'NORTHGATE':<15}*{at:%y%m%d*%H%M}*U*00401*{control:09d}*0*P*>~"
    group = f"GS*PR*{sender}*NORTHGATE*{at:%Y%m%d*%H%M}*{control}*X*004010~"
    body = f"ST*855*0001~BAK*00*AT*{number}*{at:%Y%m%d}~SE*3*0001~GE*1*{control}~IEA*1*{control:09d}~"
    return (head + group + body).encode()


def _plain(value: Decimal) -> str:
    return format(value.normalize() + 0, "f")
