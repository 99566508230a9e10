"""Every law of the house: true after the main job, and found broken when a hand in the database breaks it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from foundation import registries
from foundation.selectors import breaches
from tests.architecture.world import World, execute, main_job
from tests.factories import NOW
from workflow.models import ExceptionCase
from workflow.services import raise_breaches

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
ORDER = "(select id from procurement_purchaseorder where state = 'issued')"
LINE = f"(select id from procurement_purchaseorderline where order_id = {ORDER} and line_no = 10)"
REQUISITION = "(select id from procurement_requisition where state = 'ordered' and total_amount > 1000)"
DRAFT = "(select id from procurement_requisition where state = 'draft')"
BOLT = "(select id from suppliers_supplier where code = 'BOLT')"
ACME_PERSON = "(select id from foundation_user where username = 'adam.acme')"
HUGO = "(select id from foundation_user where username = 'hugo')"
RECEIPT = "(select id from procurement_goodsreceipt where state = 'posted')"
STEP = "(select id from workflow_approvalstep where state = 'approved')"


def without(table: str, *constraints: str) -> list[str]:
    return [f"alter table {table} drop constraint {name}" for name in constraints]


def forged_audit(model: str, action: str) -> str:
    """Write a second audit row of something that happened once."""
    return (
        "insert into foundation_auditevent (chain, seq, at, actor_id, action, object_type, object_id, object_number,"
        " request_id, address, policy_version, data, prev_hash, hash) select 1, 0, at, actor_id, action, object_type,"
        " object_id, object_number, '', '', '', data, '', '' from foundation_auditevent"
        f" where object_type = '{model}' and action = '{action}' order by seq limit 1"
    )


def budget(starts: str, committed: int = 0) -> list[str]:
    """Set a budget of a year past the services, for the cost centre of the order, as if it had counted something."""
    return [
        "alter table policies_budget disable trigger user",
        (
            "insert into policies_budget (cost_centre_id, starts, months, amount, committed, obligated, spent, is_active,"
            f" version, created_at, changed_at) select min(cost_centre_id), '{starts}', 12, 1000, {committed}, 0, 0,"
            f" true, 1, now(), now() from procurement_purchaseorderline where order_id = {ORDER}"
        ),
        "alter table policies_budget enable trigger user",
    ]


SIGNATURE = (
    "insert into workflow_countersignature (number, person_id, duty, held, document_type, document_id, document_number,"
    " currency, chains, policy_id, fallback_role, state, version, asked_at, due_at, reason) select 'CS-1', min(u.id),"
    " 'receive', 'request', 'receipt', 0, 'GR-0', '', '{}', min(v.id), 'finance_director', 'waiting', 1, now(), now(), ''"
    " from foundation_user u, policies_policyversion v"
)
SIGNATURE_ASKED = (
    "insert into foundation_auditevent (chain, seq, at, actor_id, action, object_type, object_id, object_number,"
    " request_id, address, policy_version, data, prev_hash, hash) select 1, 0, now(), person_id, 'ask_signature',"
    " 'workflow.countersignature', id, number, '', '', '', '{}', '', '' from workflow_countersignature"
)
BOTH_DUTIES = (
    "insert into foundation_dutyrecord (chain, document_type, document_id, duty, person_id, at) select chain,"
    " document_type, document_id, 'request', person_id, at from foundation_dutyrecord"
    " where duty = 'receive' and chain like 'requisition:%' limit 1"
)


def change_of_order(state: str, deltas: str, revision: str) -> str:
    """Write a change of the order past the services; in force it is the version that was sent."""
    return (
        "insert into procurement_orderchange (number, version, content_hash, created_at, changed_at, changed_by_id,"
        " created_by_id, order_id, ship_to_id, matter, state, base_revision, revision, content, summary, deltas,"
        " policy_version, reason, extra_amount, ended_at, ended_reason) select 'CO-1', 1, content_hash, now(), now(),"
        f" changed_by_id, created_by_id, id, ship_to_id, 'change', '{state}', 1, {revision}, '{{}}', '[]', '{deltas}', '', '',"
        f" 0, {'null' if state == 'proposed' else 'now()'}, '' from procurement_purchaseorder where id = {ORDER}"
    )


def bank_change(state: str) -> str:
    """Write a bank change past the services."""
    return (
        "insert into suppliers_bankchange (number, version, content_hash, created_at, changed_at, changed_by_id,"
        " created_by_id, supplier_id, state, source, holder, country, account, bic, fingerprint, reason, evidence_name,"
        f" evidence_type, evidence_sha256, called_whom, closed_reason) values ('BC-1', 1, 'x', now(), now(), {HUGO},"
        f" {HUGO}, {BOLT}, '{state}', 'page', 'Bolt', 'GB', 'X', '', 'f', 'r', '', '', '', '', '')"
    )


def audited(model: str, after: str) -> str:
    """Write the audit row that says in which state every row of a model of the suppliers' room is."""
    return (
        "insert into foundation_auditevent (chain, seq, at, actor_id, action, object_type, object_id, object_number,"
        " request_id, address, policy_version, data, prev_hash, hash) select 1, 0, now(), created_by_id, 'by_hand',"
        f" 'suppliers.{model}', id, number, '', '', '', '{{\"after\": \"{after}\"}}', '', '' from suppliers_{model}"
    )


BANK_ACCOUNT = [
    "alter table suppliers_bankaccount disable trigger user",
    (
        "insert into suppliers_bankaccount (supplier_id, change_id, holder, country, account, bic, fingerprint,"
        " in_force_from) select supplier_id, id, holder, country, account, bic, fingerprint, now()"
        " from suppliers_bankchange"
    ),
    "alter table suppliers_bankaccount enable trigger user",
]
RECORD_CHANGE = (
    "insert into suppliers_supplierchange (number, version, content_hash, created_at, changed_at, changed_by_id,"
    " created_by_id, supplier_id, state, source, document, before, after, why, reason, closed_reason)"
    f" values ('SC-1', 1, 'x', now(), now(), {HUGO}, {HUGO}, {BOLT}, 'proposed', 'page', '', '{{}}', '{{}}', '{{}}', '', '')"
)
CHANGE_ASKED = (
    "insert into foundation_auditevent (chain, seq, at, actor_id, action, object_type, object_id, object_number,"
    " request_id, address, policy_version, data, prev_hash, hash) select 1, 0, now(), created_by_id,"
    " 'propose_order_change', 'procurement.orderchange', id, number, '', '', '', '{}', '', '' from procurement_orderchange"
)
# law -> what the hand does; `with` names the other laws that this necessarily breaks too.
SABOTAGE: list[tuple[str, list[str], set[str]]] = [
    ("audit_has_no_gap", ["delete from foundation_auditevent where action = 'grant_role' and seq = 3"], {"role_is_audited"}),
    ("site_permission_from_role", ["delete from foundation_siteuserpermission where id = (select min(id) from foundation_siteuserpermission)"], set()),
    ("supplier_person_has_no_role", [f"update foundation_roleassignment set user_id = {ACME_PERSON} where role = 'user_admin'"], set()),
    ("role_is_audited", ["delete from foundation_roleassignment where role = 'user_admin'"], set()),
    ("event_order_kept", ["update foundation_domainevent set done_at = null where kind = 'procurement.goods_receipt.posted' and subject_id = (select min(id) from procurement_goodsreceipt)"], set()),
    ("foundation_job_state_is_audited", ["insert into foundation_job (kind, title, params, reached, phase, done, state, attempts, created_by_id, created_at, seen_at, error) select 'x', 'X', '{}', '{}', '', 0, 'waiting', 0, min(id), now(), now(), '' from foundation_user"], set()),
    ("policy_by_two_people", [*without("policies_policyversion", "policy_second_person"), "update policies_policyversion set published_by_id = created_by_id where kind = 'duty'"], set()),
    ("one_policy_in_force", ["update policies_policyversion set effective_until = null where kind = 'tolerance' and number = 1 and state = 'superseded'"], set()),
    ("budget_is_its_entries", budget("2031-01-01", 5), set()),
    ("policies_policyversion_state_is_audited", ["update policies_policyversion set state = 'discarded' where kind = 'duty'"], set()),
    ("decision_by_who_may_take_it", [f"delete from workflow_stepassignee where step_id = {STEP}"], set()),
    ("decision_once_in_a_request", [*without("workflow_approvaldecision", "one_decision_per_step_and_person"), "TWICE"], set()),
    ("decision_on_what_was_seen", ["update workflow_approvaldecision set approved_hash = 'x', reductions = '[\"less\"]'"], set()),
    ("stage_approved_by_enough", ["update workflow_approvaldecision set verdict = 'rejected'"], set()),
    ("touchless_by_a_rule", ["update workflow_approvalrequest set decision = decision || '{\"touchless\": false}' where is_touchless"], set()),
    ("compensated_is_signed_for", [BOTH_DUTIES], set()),
    ("workflow_exceptioncase_state_is_audited", ["update workflow_exceptioncase set state = 'open', closed_at = null where state = 'cured'"], set()),
    ("workflow_exceptioncase_audit_matches_events", [forged_audit("workflow.exceptioncase", "cure_case")], set()),
    ("workflow_countersignature_state_is_audited", [SIGNATURE], set()),
    ("workflow_countersignature_audit_matches_events", [SIGNATURE, SIGNATURE_ASKED], set()),
    ("suppliers_supplier_state_is_audited", [f"update suppliers_supplier set state = 'blocked' where id = {BOLT}"], set()),
    ("merged_supplier_stands_under_another", [f"insert into suppliers_suppliermerge (duplicate_id, survivor_id, state_before, reason_before, moved, reason, merged_by_id, merged_at, undo_reason) select id, {BOLT}, state, '', '{{}}', 'x', {HUGO}, now(), '' from suppliers_supplier where code = 'ACME'"], set()),
    ("supplier_person_is_a_supplier", [f"insert into suppliers_supplieruser (supplier_id, user_id, is_active) values ({BOLT}, {HUGO}, true)"], set()),
    ("contract_agreed_by_a_second_person", [f"insert into suppliers_contractversion (contract_id, revision, content, content_hash, reason, proposed_at, proposed_by_id, agreed_at, agreed_by_id) select id, 9, '{{}}', 'x', '', now(), {HUGO}, now(), {HUGO} from suppliers_contract where number = 'CON-1'"], set()),
    ("contract_says_what_was_agreed", [f"insert into suppliers_contractversion (contract_id, revision, content, content_hash, reason, proposed_at, proposed_by_id, agreed_at, agreed_by_id) select id, 9, '{{}}', 'x', '', now(), {HUGO}, now(), (select min(id) from foundation_user where id <> {HUGO}) from suppliers_contract where number = 'CON-1'", "update suppliers_contract set content_hash = 'y' where number = 'CON-1'"], set()),
    ("restriction_by_rule_holds", ["insert into suppliers_supplierrestriction (supplier_id, cause, reason, since, is_ours) select id, 'certificate', 'x', now(), true from suppliers_supplier where code = 'ACME'"], set()),
    ("catalogue_price_is_kept", ["update suppliers_catalogueprice set unit_price = unit_price + 1"], set()),
    ("quotation_suppliers_read_the_same", ["update suppliers_quotationinvitation set revision = 9 where id = (select min(id) from suppliers_quotationinvitation)"], set()),
    ("quotation_award_is_what_was_said", ["update suppliers_quotationaward set unit_price = 1 where id = (select min(id) from suppliers_quotationaward)"], set()),
    ("quotation_state_is_audited", ["update suppliers_quotationrequest set state = 'converted'"], set()),
    ("bank_account_of_a_checked_change", [bank_change("proposed"), audited("bankchange", "proposed"), *BANK_ACCOUNT], set()),
    ("suppliers_bankchange_state_is_audited", [bank_change("proposed")], set()),
    ("record_changed_by_a_second_person", [RECORD_CHANGE], set()),
    ("order_sent_is_order_authorised", [f"update procurement_purchaseorder set content_hash = 'x' where id = {ORDER}"], set()),
    ("order_version_is_frozen", [f"update procurement_orderversion set content = jsonb_set(content, '{{lines,0,quantity}}', '\"49\"') where order_id = {ORDER}"], set()),
    ("order_line_has_authority", [f"update procurement_purchaseorderline set authority = '{{}}' where id = {LINE}"], set()),
    ("order_change_was_agreed", [change_of_order("applied", '["amount"]', "1")], {"procurement_orderchange_state_is_audited"}),
    ("requisition_approved_as_seen", [f"update procurement_requisition set content_hash = 'x' where id = {REQUISITION}"], set()),
    ("receipts_add_up", [f"update procurement_goodsreceiptline set delivered = delivered + 1 where receipt_id = {RECEIPT} and order_line_id = {LINE}"], set()),
    ("receipt_within_order", [*without("procurement_purchaseorderline", "order_line_accepted_of_delivered"), *without("procurement_goodsreceiptline", "receipt_line_accepted_of_delivered"), f"update procurement_purchaseorderline set rejected = 5 where id = {LINE}", f"update procurement_goodsreceiptline set rejected = 5 where order_line_id = {LINE} and receipt_id = {RECEIPT}"], set()),
    ("ended_order_has_nothing_open", ["update procurement_purchaseorderline l set cancelled = 0 from procurement_purchaseorder o where o.id = l.order_id and o.state = 'cancelled'"], set()),
    ("ordered_once", [f"update procurement_requisitionline set base_quantity = 1 where requisition_id = {REQUISITION} and line_no = 10"], set()),
    ("ordered_line_is_on_an_order", [f"update procurement_requisitionline set ordered_at = now() where requisition_id = {DRAFT}"], set()),
    ("order_adds_up", [f"update procurement_purchaseorder set total_amount = total_amount + 1 where id = {ORDER}"], set()),
    ("requisition_adds_up", [f"update procurement_requisitionline set line_amount = line_amount + 1 where requisition_id = {DRAFT}", f"update procurement_requisition set total_amount = total_amount + 1 where id = {DRAFT}"], set()),
    ("commitment_is_open_value", [f"update procurement_purchaseorder set open_amount = 1 where id = {ORDER}"], set()),
    ("contract_consumption_is_its_orders", ["update suppliers_contract set ordered_amount = ordered_amount - 1"], set()),
    ("budget_follows_documents", budget("2026-01-01"), set()),
    ("order_parts_of_one_supplier", [f"update procurement_acknowledgmentline set supplier_id = {BOLT} where id = (select min(id) from procurement_acknowledgmentline)"], set()),
    ("receipt_at_the_orders_site", [f"update procurement_goodsreceipt set site_id = (select id from foundation_site where code = 'HUL') where id = {RECEIPT}"], set()),
    ("procurement_requisition_state_is_audited", [f"update procurement_requisition set state = 'cancelled' where id = {DRAFT}"], set()),
    ("procurement_requisition_audit_matches_events", [forged_audit("procurement.requisition", "complete")], set()),
    ("procurement_purchaseorder_state_is_audited", [f"update procurement_purchaseorder set state = 'approved' where id = {ORDER}"], set()),
    ("procurement_purchaseorder_audit_matches_events", [forged_audit("procurement.purchaseorder", "issue")], set()),
    ("procurement_orderchange_state_is_audited", [change_of_order("proposed", "[]", "null")], set()),
    ("procurement_orderchange_audit_matches_events", [change_of_order("proposed", "[]", "null"), CHANGE_ASKED], set()),
    ("procurement_orderacknowledgment_state_is_audited", ["update procurement_orderacknowledgment set state = 'review' where state = 'superseded'"], set()),
    ("procurement_orderacknowledgment_audit_matches_events", [forged_audit("procurement.orderacknowledgment", "acknowledgment_applied")], set()),
    ("procurement_goodsreceipt_state_is_audited", ["delete from foundation_auditevent where action = 'reverse_receipt'"], {"audit_has_no_gap", "procurement_goodsreceipt_audit_matches_events"}),
    ("procurement_goodsreceipt_audit_matches_events", [forged_audit("procurement.goodsreceipt", "reverse_receipt")], set()),
    ("bills_add_up", [f"update invoicing_invoicematch set quantity = quantity - 1 where order_line_id = {LINE}"], {"cleared_bills_are_spent"}),
    ("cleared_bills_are_spent", [f"update procurement_purchaseorderline set spent_quantity = spent_quantity - 1 where id = {LINE}"], set()),
    ("credited_within_billed", [*without("procurement_purchaseorderline", "order_line_counters_positive"), f"update procurement_purchaseorderline set invoiced = -invoiced where id = {LINE}"], {"bills_add_up"}),
    ("paid_within_received", [f"update invoicing_invoicematch set state = 'differs' where order_line_id = {LINE}"], set()),
    ("released_line_is_matched", [f"delete from invoicing_invoicematch where order_line_id = {LINE}", f"update procurement_purchaseorderline set invoiced = 0 where id = {LINE}"], {"cleared_bills_are_spent"}),
    ("bill_adds_up", ["update invoicing_invoice set total_amount = total_amount + 1"], set()),
    ("no_live_duplicate", [
        "drop index invoice_no_exact_duplicate", "DUPLICATE",
    ], {"invoicing_invoice_state_is_audited"}),
    ("paid_once", [forged_audit("invoicing.invoice", "release")], {"invoicing_invoice_audit_matches_events"}),
    ("settled_in_order", [*without("invoicing_invoice", "invoice_released_at"), "update invoicing_invoice set released_at = null"], set()),
    ("holds_agree_with_state", ["update invoicing_hold set state = 'open', closed_at = null, closed_by_id = null"], set()),
    ("hard_duties_apart", ["insert into foundation_dutyrecord (chain, document_type, document_id, duty, person_id, at) select chain, document_type, document_id, 'create_order', person_id, at from foundation_dutyrecord where duty = 'receive' and chain like 'requisition:%' limit 1"], set()),
    ("bill_parts_of_one_supplier", [f"update invoicing_invoiceline set supplier_id = {BOLT} where position = 1"], set()),
    ("invoicing_invoice_state_is_audited", ["update invoicing_invoice set state = 'void'"], {"voucher_of_a_released_bill", "cleared_bills_are_spent"}),
    ("invoicing_invoice_audit_matches_events", [forged_audit("invoicing.invoice", "receive")], {"invoicing_invoice_state_is_audited"}),
    ("message_has_one_effect", ["update integration_inboxmessage set effect = (select effect from integration_inboxmessage order by id limit 1)"], set()),
    ("message_kept_as_it_came", ["update integration_inboxmessage set raw = 'other' where external_id = 'm-1'"], set()),
    ("voucher_sent_once", ["VOUCHER"], {"foundation_delivery_state_is_audited"}),
    ("voucher_of_a_released_bill", ["update invoicing_invoice set state = 'cleared'"], {"invoicing_invoice_state_is_audited"}),
    ("foundation_delivery_state_is_audited", ["update foundation_delivery set state = 'parked'"], set()),
]  # fmt: skip


def copy_of(table: str, where: str, **changed: str) -> str:
    """Write a row again under another id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select column_name from information_schema.columns where table_name = %s and is_generated = 'NEVER'",
            [table],
        )
        names = [name for (name,) in cursor.fetchall() if name != "id"]
    values = [changed.get(name, name) for name in names]
    return f"insert into {table} ({', '.join(names)}) select {', '.join(values)} from {table} where {where}"


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Do the main job once; each test breaks a copy of it that is thrown away."""
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        try:
            yield main_job()
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)


def test_every_law_is_true_after_the_main_job(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_invariants")

    assert capsys.readouterr().out == f"All of {len(registries.invariants.all())} laws are true.\n"


def test_main_job_reached_what_the_laws_speak_about(world: World) -> None:
    assert (world.order.state, world.order.receipt_status, world.order.invoice_status) == ("issued", "full", "full")
    assert (world.cancelled.state, world.invoice.state, world.requisition.state) == ("issued", "released", "ordered")


def test_every_law_has_its_sabotage() -> None:
    assert [code for code, _, _ in SABOTAGE] == [law.code for law in registries.invariants.all()]


@pytest.mark.parametrize(("code", "statements", "also"), SABOTAGE, ids=[code for code, _, _ in SABOTAGE])
def test_broken_law_is_found_and_no_other(code: str, statements: list[str], also: set[str]) -> None:
    copies = {
        "DUPLICATE": lambda: copy_of(
            "invoicing_invoice", "true", number="'INV-COPY'", external_id="'again'", net_amount="0", tax_amount="0",
            total_amount="0", state="'received'", stated_rounding="0",
        ),
        "TWICE": lambda: copy_of("workflow_approvaldecision", "true"),
        "VOUCHER": lambda: copy_of("foundation_delivery", "message_type = 'voucher'", msg_id="gen_random_uuid()", dedupe_key="'again'"),
    }  # fmt: skip

    execute(*(copies[s]() if s in copies else s for s in statements))

    found = breaches()
    assert {breach.code for breach in found} == {code, *also}
    assert all(breach.number and breach.sentence for breach in found)


def test_command_names_the_document_and_fails(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    execute(f"update procurement_purchaseorder set open_amount = 1 where id = {ORDER}")

    with pytest.raises(CommandError, match="1 breaches of 1 laws"):
        call_command("check_invariants")

    assert f"{world.order.number}: commits 1.0000, its open lines are worth 0.00" in capsys.readouterr().err


def test_command_refuses_a_law_it_does_not_know() -> None:
    with pytest.raises(CommandError, match="There is no law gravity"):
        call_command("check_invariants", "gravity")


def test_nightly_check_opens_one_case_for_each_law_and_closes_it_when_true_again(world: World) -> None:
    execute(f"update procurement_purchaseorder set open_amount = 1 where id = {ORDER}")
    broken = [raise_breaches(at=NOW), raise_breaches(at=NOW)]
    execute(f"update procurement_purchaseorder set open_amount = 0 where id = {ORDER}")
    mended = raise_breaches(at=NOW)

    case = ExceptionCase.objects.get(key__startswith="invariant:")
    assert (broken, mended) == ([1, 1], 0)
    assert (case.cause, case.state, case.subject_number) == ("commitment_is_open_value", "cured", world.order.number)
    assert world.order.number in case.sentence
