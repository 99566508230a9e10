"""The pages that have a budget besides the documents': settings, insights, the machines' side, forms and exports."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.urls import reverse

from foundation.jobs import run
from foundation.models import Delivery, Notice, User
from integration.models import ApiClient, Connection, InboxMessage
from integration.services import register_client
from intelligence.decisions.metrics import METRICS
from invoicing.models import Invoice
from policies.models import ApprovalStage, Budget, PolicyVersion
from policies.services import bring_in_file, create_draft
from procurement.decisions.changes import WantedLine
from procurement.models import OrderChange, PurchaseOrder, Requisition
from procurement.services import change_order
from suppliers.models import (
    Certificate,
    DocumentMessage,
    DuplicateProposal,
    Onboarding,
    PriceList,
    QuotationRequest,
    Supplier,
    SupplierChange,
)
from suppliers.models.bank import BankChange
from suppliers.services import NeedDetails, Told, find_duplicates, need_certificate, tell_supplier
from suppliers.services.invite_supplier import token_of
from tests.factories import NOW, Company, an_issued_order
from tests.policies import exchange
from tests.suppliers.certificates import a_kind, sent
from tests.suppliers.contracts import a_paper
from tests.suppliers.factories import a_message, letter, proposed
from tests.suppliers.onboarding import accepted, invited
from tests.suppliers.price_lists import HEAD, judged
from tests.suppliers.quotations import a_full_one
from workflow.models import ApprovalRequest, Replay
from workflow.services import start_replay

Row = tuple[str, User, list[object]]


def machines(made: Company, number: int) -> None:
    """Make one of each row of the machines' side: a message, a delivery, a client; and drafts of policies once."""
    a_paper(made, number)
    judged(made, HEAD + "".join(f"ACME-SW-500,XCS,{52 + n}.5,,\nNO-{n},XCS,1,,\n" for n in range(number)))
    for is_closed in (False, True):
        a_full_one(made, made.leeds, made.acme, made.acme_person, is_closed=is_closed)
    if number == 1:
        create_draft(kind="approval", actor=made.polly, at=NOW)
        create_draft(kind="tolerance", actor=made.polly, at=NOW)
    for written in (PurchaseOrder.objects.order_by("pk")[0], Invoice.objects.order_by("pk")[0]):
        a_message(written, made.acme_person, key=f"{written.number}-{number}", file=letter())
    a_message(written, made.pat, key=f"answer-{number}")
    a_message(written, made.acme_person, key=f"again-{number}")
    _duplicates(made)
    _replay(made)
    _change(made)
    door, _ = Connection.objects.get_or_create(
        code="ubl", defaults={"name": "Bills", "direction": "in", "purpose": "documents", "supplier": made.acme}
    )
    InboxMessage.objects.create(
        connection=door, external_id=f"m-{number}", raw=b"<x/>", received_at=NOW, body_sha256="0" * 64, status="parked"
    )
    Delivery.objects.create(
        connection="erp", message_type="voucher", subject_type="invoice", subject_id=number, subject_number="X",
        order_key=f"invoice:{number}", dedupe_key=f"budget-{number}", body=b"{}", state="parked",
    )  # fmt: skip
    Notice.objects.create(
        person=made.ursula, source=UUID(int=number), kind="order", path="/help/", subject_type="order", subject_id=1,
        subject_number="PO-1", sentence="PO-1 went to Acme", at=NOW,
    )  # fmt: skip
    if number == 1:
        proposed(made, supplier=made.bolt)
    now = datetime.now(UTC)
    if number == 1:
        accepted(made, name="Kestrel", email="new@kestrel.example", nevertheless="x", at=now)
    invited(made, name=f"Kestrel {number}", email=f"new{number}@kestrel.example", nevertheless="x", at=now)
    told = Told({"payment_terms_days": str(60 + number)}, "portal")
    tell_supplier(supplier_id=made.acme.pk, told=told, actor=made.acme_person, at=NOW)
    _certificates(made, number)
    register_client(name=f"Scanner {number}", scopes=["read"], actor=made.people["igor"], at=NOW)


def _change(made: Company) -> None:
    """Let a change of two lines of a new order wait."""
    order = an_issued_order(made, ("SW-500", "6"), ("TAPE-48", "2"))
    raised = [WantedLine(10, Decimal(60)), WantedLine(20, Decimal(20))]
    change_order(order_id=order.pk, expected_version=None, lines=raised, reason="More", actor=made.boris, at=NOW)


def _duplicates(made: Company) -> None:
    Supplier.objects.filter(pk__in=[made.acme.pk, made.bolt.pk]).update(tax_id="GB123456789")
    find_duplicates(actor=made.sue, at=NOW)


def _certificates(made: Company, number: int) -> None:
    kind = a_kind(made, f"K{number}", f"Paper {number}")
    need_certificate(details=NeedDetails(kind=kind, needed_from=NOW.date()), actor=made.sue, at=NOW)
    sent(made, number=f"P-{number}", until=NOW.date() + timedelta(days=3000))


def _replay(made: Company) -> None:
    """Replay the draft with a matrix that differs, so that every document is a difference."""
    matrix = PolicyVersion.objects.get(kind="approval", state="draft")
    matrix.approval_rules.update(is_touchless=True)
    matrix.approval_rules.filter(is_additional=True).delete()
    ApprovalStage.objects.filter(rule__policy=matrix).delete()
    ApprovalRequest.objects.update(opened_at=NOW)
    run(start_replay(version_id=matrix.pk, days=90, actor=made.polly, at=NOW + timedelta(seconds=1)).job_id or 0)


def further(made: Company) -> Iterator[tuple[str, User, str]]:
    """Yield (name of the budget, who opens it, address)."""
    for name, person, keys in (
        *_settings(made),
        *_prices(made),
        *_on_board(made),
        *_portal(made),
        *_policies(made),
        *_machines(made),
        *_forms(made),
        *_quotations(made),
    ):
        yield name, person, reverse(name, args=keys)
    sent = PurchaseOrder.objects.order_by("pk")[1]
    yield "sequence", made.sue, f"{reverse('sequence', args=['item', 'SW-500'])}?site=LDS"
    yield "invoice_new", made.pat, f"{reverse('invoice_new')}?po={sent.number}"
    yield "portal_invoice_new", made.acme_person, f"{reverse('portal_invoice_new')}?po={sent.number}"


def _settings(made: Company) -> Iterator[Row]:
    asks = made.people["ursula"]
    for name in ("help", "me", "away", "notices", "notice_choices", "people", "person_new", "sites", "site_new", "item_new", "items_csv", "items_import",
                 "category_new", "categories_csv", "unit_new", "cost_centre_new", "cost_centres_csv", "rate_new",
                 "rates_csv", "rates_import", "calendar_new", "entity_new", "region_new"):  # fmt: skip
        yield name, asks, []
    frank = made.people["frank"]
    for name in ("budgets", "budgets_csv", "budgets_xlsx", "budget_new", "budgets_import"):
        yield name, frank, []
    yield "budget", frank, [Budget.objects.order_by("pk")[0].pk]
    yield "person", asks, [made.rita.pk]
    yield "person_away", asks, [made.rita.pk]
    yield "site", asks, [made.leeds.code]
    yield "supplier_person_new", made.sue, ["ACME"]
    yield "contracts_csv", made.sue, []
    yield "off_contract", made.boris, []
    yield "contract_new", made.sue, []
    yield "contract_amend", made.sue, [made.contract.number]
    yield "contract_paper", made.sue, [made.contract.number, made.contract.papers.order_by("pk")[0].pk]
    yield "supplier_duplicates", made.sue, []
    yield "supplier_quality", made.sue, []
    yield "supplier_quality_csv", made.sue, ["no_tax_number"]
    yield "supplier_duplicate", made.sue, [DuplicateProposal.objects.order_by("pk")[0].pk]
    yield "supplier_bank_new", made.sue, ["ACME"]
    yield from _records(made)
    yield "order_change", made.boris, [OrderChange.objects.order_by("pk")[0].number]
    yield "bank_changes", made.sue, []
    yield "bank_change", made.sue, [BankChange.objects.order_by("pk")[0].number]
    yield "bank_evidence", made.sue, [BankChange.objects.order_by("pk")[0].number]
    yield "portal_bank", made.acme_person, []
    yield "portal_invite", made.acme_person, []
    yield "portal_colleague", made.acme_person, [made.acme_person.pk]
    yield "insights", made.people["erin"], []
    for metric in METRICS:
        yield "insight", made.people["erin"], [metric.slug]


def _portal(made: Company) -> Iterator[Row]:
    yield "portal_people", made.acme_person, []
    yield "portal_contracts", made.acme_person, []
    yield "portal_contract", made.acme_person, [made.contract.number]
    order, invoice = PurchaseOrder.objects.order_by("pk")[0], Invoice.objects.order_by("pk")[0]
    for name, number in (("order_messages", order.number), ("invoice_messages", invoice.number)):
        yield name, made.pat, [number]
        yield f"portal_{name}", made.acme_person, [number]
    sent = DocumentMessage.objects.exclude(file=None).order_by("pk")[0]
    yield "message_file", made.pat, [sent.pk]
    yield "portal_message_file", made.acme_person, [sent.pk]


def _records(made: Company) -> Iterator[Row]:
    yield "supplier_site_new", made.sue, ["ACME"]
    yield "supplier_changes", made.sue, []
    yield "supplier_change", made.sue, [SupplierChange.objects.order_by("pk")[0].number]
    yield "supplier_fields", made.sue, []
    yield "supplier_record", made.sue, ["ACME"]
    yield "portal_record", made.acme_person, []
    yield "supplier_site", made.sue, ["ACME", "MAIN"]


def _prices(made: Company) -> Iterator[Row]:
    yield "sequences", made.sue, []
    yield "offers", made.sue, []
    yield "offers_csv", made.sue, []
    yield "offer", made.sue, [made.acme.catalogue.order_by("pk")[0].pk]
    yield "price_lists", made.sue, []
    yield "price_list_new", made.sue, []
    for name in ("price_list", "price_list_columns", "price_list_report", "price_list_rejects", "price_list_file"):
        yield name, made.sue, [PriceList.objects.order_by("-pk")[0].number]


def _on_board(made: Company) -> Iterator[Row]:
    paper = Certificate.objects.filter(supplier=made.acme).order_by("pk")[0]
    yield "portal_certificates", made.acme_person, []
    yield "portal_certificate_file", made.acme_person, [paper.pk]
    yield "certificates", made.sue, []
    yield "onboarding", made.sue, []
    yield "supplier_spend", made.sue, ["ACME"]
    yield "supplier_invite", made.sue, []
    one = Onboarding.objects.order_by("pk")[0]
    yield "supplier_onboarding", made.sue, [one.supplier.code]
    yield "invitation", made.sue, [token_of(Onboarding.objects.filter(accepted_at=None)[0])]
    yield "portal_registration", made.acme_person, []
    yield "portal_registration_step", one.accepted_by or made.sue, ["company"]
    yield "certificate_needs", made.sue, []
    yield "supplier_certificates", made.sue, ["ACME"]
    yield "certificate_file", made.sue, ["ACME", paper.pk]


def _policies(made: Company) -> Iterator[Row]:
    matrix = PolicyVersion.objects.get(kind="approval", state="draft")
    limits = PolicyVersion.objects.get(kind="tolerance", state="draft")
    rule, level = matrix.approval_rules.order_by("pk")[0], limits.tolerances.order_by("pk")[0]
    yield "policies_home", made.polly, []
    yield "conflicts", made.polly, []
    yield "conflicts_csv", made.polly, []
    yield "conflicts_xlsx", made.polly, []
    for page in ("approvals", "tolerances", "duties", "routing", "ordering"):
        yield "policies", made.polly, [page]
        yield "policy_bring_in", made.polly, [page]
    brought = bring_in_file(
        kind="approval", name="a.json", content=exchange.file_of("approval"), note="", actor=made.polly, at=NOW
    )  # fmt: skip
    yield "policy_import", made.polly, ["approvals", brought.pk]
    yield "policy_import_faults", made.polly, ["approvals", brought.pk]
    for name in ("policy", "policy_changes", "policy_history", "policy_publish", "policy_switches"):
        yield name, made.polly, ["approvals", matrix.number]
    for form in ("json", "xlsx"):
        yield "policy_export", made.polly, ["approvals", matrix.number, form]
    yield "policy_replay_csv", made.polly, [matrix.number]
    yield "job", made.polly, [Replay.objects.get().job_id]
    for name in ("policy_grid", "rule_new", "policy_replay"):
        yield name, made.polly, [matrix.number]
    yield "rule", made.polly, [matrix.number, rule.pk]
    yield "policy_row_new", made.polly, ["tolerances", limits.number]
    yield "policy_row", made.polly, ["tolerances", limits.number, level.pk]


def _machines(made: Company) -> Iterator[Row]:
    asks = made.people["igor"]
    for name in ("messages", "deliveries", "upload_message", "api_clients", "api_client_new"):
        yield name, asks, []
    yield "message", asks, [InboxMessage.objects.order_by("pk")[0].pk]
    yield "message_body", asks, [InboxMessage.objects.order_by("pk")[0].pk]
    sent = Delivery.objects.exclude(message_type="letter").order_by("pk")[0]
    yield "delivery", asks, [sent.pk]
    yield "delivery_body", asks, [sent.pk]
    yield "api_client", asks, [ApiClient.objects.get(name="Scanner 1").pk]


def _forms(made: Company) -> Iterator[Row]:
    draft = Requisition.objects.filter(state="draft").order_by("pk")[0]
    asked = ApprovalRequest.objects.filter(state="open").order_by("pk")[0]
    done, sent = PurchaseOrder.objects.order_by("pk")[:2]
    yield "requisition_new", made.rita, []
    yield "requisition_check", made.rita, [draft.number]
    yield "approve_less", made.mona, [asked.subject_number]
    yield "catalogue", made.rita, []
    yield "found_goods", made.wanda, []
    yield "requisition_csv", made.rita, []
    yield "order_csv", made.boris, []
    yield "change_order", made.boris, [sent.number]
    yield "portal_answer", made.acme_person, [sent.number]
    yield "portal_answered", made.acme_person, [done.number, done.acknowledgments.order_by("pk")[0].number]
    invoice = Invoice.objects.order_by("pk")[0]
    yield "invoice_void", made.pat, [invoice.number]


def _quotations(made: Company) -> Iterator[Row]:
    asked, closed = (QuotationRequest.objects.filter(state=state).order_by("pk")[0] for state in ("open", "closed"))
    yield "quotations", made.boris, []
    yield "quotation_new", made.boris, []
    yield "quotation_change", made.boris, [asked.number]
    yield "quotation_paper", made.boris, [asked.number, asked.papers.order_by("pk")[0].pk]
    for number in (asked.number, closed.number):
        yield "quotation", made.boris, [number]
        yield "portal_quotation", made.acme_person, [number]
    yield "quotation_xlsx", made.boris, [closed.number]
    yield "portal_quotations", made.acme_person, []
    yield "portal_quotation_paper", made.acme_person, [asked.number, asked.papers.order_by("pk")[0].pk]
