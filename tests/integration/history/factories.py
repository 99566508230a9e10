"""Rows in the layout of the SCMS delivery history, made up for tests."""

import csv
import io

HEAD = (
    "ID", "Project Code", "PQ #", "PO / SO #", "ASN/DN #", "Country", "Managed By", "Fulfill Via", "Vendor INCO Term",
    "Shipment Mode", "PQ First Sent to Client Date", "PO Sent to Vendor Date", "Scheduled Delivery Date",
    "Delivered to Client Date", "Delivery Recorded Date", "Product Group", "Sub Classification", "Vendor",
    "Item Description", "Molecule/Test Type", "Brand", "Dosage", "Dosage Form", "Unit of Measure (Per Pack)",
    "Line Item Quantity", "Line Item Value", "Pack Price", "Unit Price", "Manufacturing Site", "First Line Designation",
    "Weight (Kilograms)", "Freight Cost (USD)", "Line Item Insurance (USD)",
)  # fmt: skip
USUAL = {
    "ID": "1", "PO / SO #": "SCMS-1", "ASN/DN #": "ASN-1", "Country": "Kenya", "Fulfill Via": "Direct Drop",
    "Vendor INCO Term": "EXW", "Shipment Mode": "Air", "PO Sent to Vendor Date": "2010-03-01",
    "Scheduled Delivery Date": "2010-04-01", "Delivered to Client Date": "2010-04-03", "Product Group": "WRAP",
    "Sub Classification": "Stretch", "Vendor": "WRAPPERS (FORMERLY FILMCO), LTD", "Item Description": "Wrap, 20 rolls",
    "Unit of Measure (Per Pack)": "20", "Line Item Quantity": "100", "Line Item Value": "450", "Pack Price": "4.5",
    "Weight (Kilograms)": "13", "Freight Cost (USD)": "780.34",
}  # fmt: skip


def cells(**changes: str) -> dict[str, str]:
    """Return a good row with some cells changed; an underscore in a name stands for what Python cannot write."""
    names = {
        "id": "ID", "order": "PO / SO #", "shipment": "ASN/DN #", "site": "Country", "via": "Fulfill Via",
        "sent": "PO Sent to Vendor Date", "came": "Delivered to Client Date", "vendor": "Vendor",
        "item": "Item Description", "pack": "Unit of Measure (Per Pack)", "quantity": "Line Item Quantity",
        "value": "Line Item Value", "price": "Pack Price", "freight": "Freight Cost (USD)", "weight": "Weight (Kilograms)",
    }  # fmt: skip
    return dict.fromkeys(HEAD, "") | USUAL | {names[name]: text for name, text in changes.items()}


def table(*rows: dict[str, str]) -> bytes:
    """Return rows as the source's file."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, HEAD)
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode()


def three_orders() -> bytes:
    """Two orders with three shipments, one more order, and the refused: warehouse, no day, too early, twice."""
    return table(
        cells(),
        cells(id="2", item="Film, 6 rolls", pack="6", quantity="10", value="31", price="3.1"),
        cells(id="3", shipment="ASN-2", came="2010-05-01", quantity="7", value="31.5"),
        cells(id="4", order="SCMS-2", site="Côte d'Ivoire", vendor="OTHERS INC.", quantity="3", value="10", price="3.33",
              freight="Freight Included in Commodity Cost", weight="Weight Captured Separately"),
        cells(id="5", order="SCMS-3", shipment="ASN-5"),
        cells(id="6", order="SO-9", via="From RDC", vendor="SCMS from RDC"),
        cells(id="7", order="SCMS-4", sent="Date Not Captured"),
        cells(id="8", order="SCMS-5", came="2010-02-28"),
        cells(id="9"),
        cells(id="2", order="SCMS-6"),
        cells(id="10", order="SCMS-1", site="Ghana"),
    )  # fmt: skip
