"""Connections of a run to the outside: the ERP that takes vouchers, and a supplier that sends UBL invoices.

Needs Django set up.
"""

import base64
import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from foundation.selectors import system_user
from integration.models import Connection, Direction
from integration.services import register_client
from suppliers.models import Supplier

DOCUMENTS = "acme-invoices"
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a partner signs in with."""

    client_id: str
    client_secret: str


def connect_erp(port: int) -> str:
    """Send released invoices to a receiver on the loopback; returns the secret that signs them."""
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
    Connection.objects.create(
        code="erp",
        name="ERP",
        direction=Direction.OUT,
        purpose="erp",
        url=f"http://127.0.0.1:{port}/vouchers/",
        secret=secret,
    )
    return secret


def connect_supplier(supplier: Supplier) -> Credentials:
    """Open the machine door to a supplier's UBL invoices."""
    admitted = register_client(
        name=f"{supplier}, documents", scopes=["messages"], person=system_user("partner"), actor=None,
        at=timezone.now(),  # noqa: TID251 - a porch
    )  # fmt: skip
    client_id = admitted.client.application.client_id
    Connection.objects.create(
        code=DOCUMENTS,
        name=f"{supplier}, invoices",
        direction=Direction.IN,
        purpose="documents",
        dialect="ubl",
        supplier=supplier,
        profile={"application": client_id},
    )
    return Credentials(client_id, admitted.secret)


UBL = """<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0</cbc:CustomizationID>
<cbc:ProfileID>urn:fdc:peppol.eu:2017:poacc:billing:01:1.0</cbc:ProfileID>
<cbc:ID>{number}</cbc:ID><cbc:IssueDate>{issued}</cbc:IssueDate><cbc:DueDate>{due}</cbc:DueDate>
<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>GBP</cbc:DocumentCurrencyCode>
<cac:OrderReference><cbc:ID>{order}</cbc:ID></cac:OrderReference>
<cac:AccountingSupplierParty><cac:Party><cbc:EndpointID schemeID="0088">5790000435968</cbc:EndpointID>
<cac:PostalAddress><cac:Country><cbc:IdentificationCode>GB</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
<cac:PartyTaxScheme><cbc:CompanyID>GB123456789</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>
</cac:PartyTaxScheme><cac:PartyLegalEntity><cbc:RegistrationName>Acme Packaging</cbc:RegistrationName>
</cac:PartyLegalEntity></cac:Party></cac:AccountingSupplierParty>
<cac:AccountingCustomerParty><cac:Party><cbc:EndpointID schemeID="0088">5790000435975</cbc:EndpointID>
<cac:PostalAddress><cac:Country><cbc:IdentificationCode>GB</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
<cac:PartyLegalEntity><cbc:RegistrationName>Bench Supply Ltd</cbc:RegistrationName></cac:PartyLegalEntity></cac:Party>
</cac:AccountingCustomerParty>
<cac:TaxTotal><cbc:TaxAmount currencyID="GBP">{tax}</cbc:TaxAmount><cac:TaxSubtotal>
<cbc:TaxableAmount currencyID="GBP">{net}</cbc:TaxableAmount><cbc:TaxAmount currencyID="GBP">{tax}</cbc:TaxAmount>
<cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>20</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>
</cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>
<cac:LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="GBP">{net}</cbc:LineExtensionAmount>
<cbc:TaxExclusiveAmount currencyID="GBP">{net}</cbc:TaxExclusiveAmount>
<cbc:TaxInclusiveAmount currencyID="GBP">{gross}</cbc:TaxInclusiveAmount>
<cbc:PayableAmount currencyID="GBP">{gross}</cbc:PayableAmount></cac:LegalMonetaryTotal>
<cac:InvoiceLine><cbc:ID>1</cbc:ID><cbc:InvoicedQuantity unitCode="EA">{quantity}</cbc:InvoicedQuantity>
<cbc:LineExtensionAmount currencyID="GBP">{net}</cbc:LineExtensionAmount>
<cac:OrderLineReference><cbc:LineID>10</cbc:LineID></cac:OrderLineReference>
<cac:Item><cbc:Name>Carton</cbc:Name><cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>20</cbc:Percent>
<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:ClassifiedTaxCategory></cac:Item>
<cac:Price><cbc:PriceAmount currencyID="GBP">{price}</cbc:PriceAmount></cac:Price></cac:InvoiceLine>
</Invoice>
"""


def ubl_invoice(*, number: str, order: str, quantity: int, price: Decimal, issued: date) -> bytes:
    """Return a Peppol invoice of one line with 20 % tax."""
    net = (quantity * price).quantize(CENT)
    tax = (net / 5).quantize(CENT)
    return UBL.format(
        number=number, order=order, quantity=quantity, price=price, issued=issued, due=issued + timedelta(days=30),
        net=net, tax=tax, gross=net + tax,
    ).encode()  # fmt: skip
