"""SU-1: a company is invited, writes its profile, is checked with evidence, and registered by others than who invited it."""

from datetime import timedelta

import pytest
from django.core import signing

from foundation.errors import ConflictError, InvalidError, NotFoundError, NotPermittedError, StaleError
from foundation.models import AuditEvent, Category, Delivery, User
from foundation.relay import drain
from suppliers.models import Onboarding, SanctionedParty, Supplier, SupplierCheck, SupplierContact, SupplierUser
from suppliers.services import (
    accept_invitation,
    approve_bank_change,
    approve_supplier,
    decide_check,
    import_sanctions,
    invite_again,
    invite_supplier,
    move_supplier,
    record_call_back,
    reject_supplier,
    return_supplier,
    save_profile,
    send_back_supplier,
    send_profile,
)
from suppliers.services.invite_supplier import SALT, invitation_link, token_of
from tests.factories import NOW, Company, company
from tests.suppliers.certificates import accepted as accepted_certificate
from tests.suppliers.certificates import needed
from tests.suppliers.factories import OTHER, in_force, proposed
from tests.suppliers.onboarding import (
    LISTED,
    PROFILE,
    accepted,
    check_of,
    cleared,
    invitation,
    invited,
    listed,
    registered,
    written,
)
from workflow.models import ApprovalRequest

pytestmark = pytest.mark.django_db


def state(supplier: Supplier) -> str:
    supplier.refresh_from_db()
    return str(supplier.state)


def decided(made: Company, supplier: Supplier, verb: str = "approve", reason: str = "") -> Supplier:
    verbs = {"approve": approve_supplier, "reject": reject_supplier, "return": return_supplier}
    return verbs[verb](pk=supplier.pk, expected_version=None, seen_hash=None, actor=made.frank, reason=reason, at=NOW)


def test_invitation_goes_by_letter_and_its_link_is_stored_nowhere() -> None:
    made = company()

    onboarding = invited(made)

    supplier = onboarding.supplier
    letter = Delivery.objects.get(dedupe_key=f"invitation:{onboarding.pk}:1")
    assert (supplier.state, supplier.name) == ("invited", "Kestrel Fasteners")
    assert "ann@kestrel.example" in bytes(letter.body).decode()
    assert token_of(onboarding) not in bytes(letter.body).decode()
    assert invitation_link(supplier.pk).endswith(f"/invitation/{token_of(onboarding)}/")
    assert not SupplierUser.objects.filter(supplier=supplier).exists()


def test_link_opens_once_and_lets_the_mailbox_act_for_the_company() -> None:
    made = company()
    onboarding = accepted(made)

    with pytest.raises(ConflictError, match="used already"):
        accept_invitation(token=token_of(onboarding), at=NOW)

    person = User.objects.get(email="ann@kestrel.example")
    assert (person.kind, person.has_usable_password()) == ("supplier", False)
    assert SupplierUser.objects.get(user=person).supplier == onboarding.supplier


def test_link_of_an_earlier_letter_and_one_that_is_over_do_not_open() -> None:
    made = company()
    onboarding = invited(made)
    old = token_of(onboarding)
    again = invite_again(supplier_id=onboarding.supplier_id, actor=made.sue, at=NOW)

    with pytest.raises(ConflictError, match="later letter"):
        accept_invitation(token=old, at=NOW)
    with pytest.raises(ConflictError, match="is over"):
        accept_invitation(token=token_of(again), at=NOW + timedelta(days=14))
    for forged in (
        "x",
        signing.Signer(salt="other").sign_object([again.pk, 2]),
        signing.Signer(salt=SALT).sign_object([999_999, 1]),
    ):
        with pytest.raises(NotFoundError):
            accept_invitation(token=forged, at=NOW)

    assert not SupplierUser.objects.filter(supplier=onboarding.supplier).exists()


def test_person_of_another_supplier_acts_for_both() -> None:
    made = company()

    onboarding = accepted(made, email=made.acme_person.email.upper())

    assert onboarding.accepted_by == made.acme_person
    assert set(made.acme_person.supplier_memberships.values_list("supplier__code", flat=True)) == {
        "ACME", onboarding.supplier.code,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"name": "Acme Packaging Ltd"}, "supplier_known"),
        ({"email": "sue@example.com"}, "address_of_ours"),
        ({"categories": []}, "category_missing"),
        ({"categories": ["NONE"]}, "place_unknown"),
        ({"sites": ["NONE"]}, "place_unknown"),
        ({"country": "ZZ"}, "country_unknown"),
        ({"currency": "BTC"}, "currency_unknown"),
        ({"name": "K\u0435strel"}, "name_mixed_alphabets"),
        ({"name": "Kestrel\u202e"}, "name_right_to_left"),
        ({"why": " "}, "why_unfit"),
    ],
)
def test_bad_invitation_is_refused_and_nothing_is_kept(changed: dict[str, object], code: str) -> None:
    made = company()

    with pytest.raises(InvalidError) as refused:
        invited(made, **changed)

    assert refused.value.code == code
    assert not Onboarding.objects.exists()
    assert Supplier.objects.count() == 2


def test_likely_duplicate_is_invited_only_with_a_word_why() -> None:
    made = company()

    onboarding = invited(made, name="Acme Packaging Ltd", nevertheless="Another owner since January")

    event = AuditEvent.objects.get(action="invite_supplier", object_id=onboarding.supplier_id)
    assert "Acme Packaging (ACME)" in event.data["suspects"][0]
    assert event.data["nevertheless"] == "Another owner since January"


def test_requested_supplier_is_invited_under_its_record() -> None:
    made = company()
    Supplier.objects.create(
        code="OLD", name="Oldhand Ltd", country="GB", currency="GBP", created_at=NOW, changed_at=NOW
    )

    onboarding = invite_supplier(
        invitation=invitation(), supplier_id=Supplier.objects.get(code="OLD").pk, actor=made.sue, at=NOW
    )

    assert (onboarding.supplier.code, onboarding.supplier.state) == ("OLD", "invited")
    assert onboarding.profile["company"]["name"] == "Oldhand Ltd"


def test_profile_is_saved_half_way_and_says_what_is_missing() -> None:
    made = company()
    onboarding = written(made, but="contacts")

    with pytest.raises(InvalidError) as refused:
        send_profile(supplier_id=onboarding.supplier_id, expected_version=onboarding.version, actor=made.sue, at=NOW)

    onboarding.refresh_from_db()
    assert (refused.value.code, refused.value.details["field"]) == ("profile_incomplete", "contacts")
    assert onboarding.profile["orders"] == PROFILE["orders"]
    assert state(onboarding.supplier) == "invited"


@pytest.mark.parametrize(
    ("step", "changed", "code"),
    [
        ("company", {"tax_id": "GB 980 7806 85"}, "tax_id_check_digits"),
        ("company", {"country": "", "tax_id": "980780684"}, "country_missing"),
        ("company", {"country": "ZZ", "tax_id": ""}, "country_unknown"),
        ("company", {"name": "K\u0435strel"}, "name_mixed_alphabets"),
        ("company", {"address": "4 Mill\u202eLane"}, "name_right_to_left"),
        ("company", {"address": "x" * 501}, "address_too_long"),
        ("orders", {"terms_days": 31}, "terms_unfit"),
        ("orders", {"currency": "BTC"}, "currency_unknown"),
        ("contacts", {"orders_phone": "call me"}, "phone_unfit"),
        ("serves", {"categories": ["NONE"]}, "category_unknown"),
        ("serves", {"sites": ["NONE"]}, "site_unknown"),
    ],
)
def test_bad_value_of_a_step_is_refused(step: str, changed: dict[str, object], code: str) -> None:
    made = company()
    onboarding = accepted(made)

    with pytest.raises(InvalidError) as refused:
        save_profile(
            supplier_id=onboarding.supplier_id, step=step, given={**PROFILE[step], **changed},
            expected_version=onboarding.version, actor=made.sue, at=NOW,
        )  # fmt: skip

    onboarding.refresh_from_db()
    assert (refused.value.code, onboarding.version) == (code, 1)


def test_two_colleagues_do_not_overwrite_each_other() -> None:
    made = company()
    onboarding = accepted(made)
    known: dict[str, object] = {
        "supplier_id": onboarding.supplier_id,
        "expected_version": 1,
        "actor": made.sue,
        "at": NOW,
    }
    save_profile(step="orders", given=PROFILE["orders"], **known)  # type: ignore[arg-type]  # as above

    with pytest.raises(StaleError):
        save_profile(step="orders", given={**PROFILE["orders"], "terms_days": 7}, **known)  # type: ignore[arg-type]  # as above

    onboarding.refresh_from_db()
    assert onboarding.profile["orders"]["terms_days"] == 45


def test_another_suppliers_person_writes_nothing() -> None:
    made = company()
    onboarding = accepted(made)

    with pytest.raises(NotPermittedError) as refused:
        save_profile(
            supplier_id=onboarding.supplier_id, step="orders", given=PROFILE["orders"], expected_version=1,
            actor=made.bolt_person, at=NOW,
        )  # fmt: skip

    assert refused.value.code == "not_your_company"


def test_sent_profile_is_the_record_and_the_registration_is_asked_for_when_all_checks_pass() -> None:
    made = company()

    supplier = registered(made)

    supplier.refresh_from_db()
    assert (supplier.state, supplier.name, supplier.tax_id) == ("screened", "Kestrel Fasteners Ltd", "GB980780684")
    assert (supplier.payment_terms_days, supplier.order_email) == (45, "orders@kestrel.example")
    assert {c.role: c.name for c in SupplierContact.objects.all()} == {"orders": "Ann Kerr", "accounts": "Bob Kerr"}
    assert set(SupplierCheck.objects.values_list("state", flat=True)) == {"passed"}
    request = ApprovalRequest.objects.get(subject_type="supplier", subject_id=supplier.pk)
    assert (request.requester, request.facts["categories"]) == (made.sue, [["PACK"]])


def test_approved_registration_qualifies_and_gets_no_order_yet() -> None:
    made = company()
    supplier = registered(made)

    decided(made, supplier)

    onboarding = Onboarding.objects.get(supplier=supplier)
    assert (state(supplier), onboarding.closed_at) == ("qualified", None)
    assert Delivery.objects.filter(dedupe_key=f"onboarding:{onboarding.pk}:registered").exists()


def test_who_invited_does_not_approve() -> None:
    made = company()
    supplier = registered(made)

    with pytest.raises(NotPermittedError):
        approve_supplier(pk=supplier.pk, expected_version=None, seen_hash=None, actor=made.sue, reason="", at=NOW)

    assert state(supplier) == "screened"


@pytest.mark.parametrize(("verb", "becomes"), [("reject", "offboarded"), ("return", "invited")])
def test_refused_registration_ends_or_goes_back(verb: str, becomes: str) -> None:
    made = company()
    supplier = registered(made)
    with pytest.raises(InvalidError, match="Say why"):
        decided(made, supplier, verb)

    decided(made, supplier, verb, "The address is a letterbox")

    onboarding = Onboarding.objects.get(supplier=supplier)
    assert state(supplier) == becomes
    assert (onboarding.closed_at is None) is (verb == "return")
    if verb == "return":
        assert onboarding.returned_reason == "The address is a letterbox"
        assert Delivery.objects.filter(dedupe_key__startswith=f"onboarding:{onboarding.pk}:back").count() == 1


def test_sent_back_profile_is_changed_and_asked_for_anew() -> None:
    made = company()
    supplier = registered(made)
    send_back_supplier(supplier_id=supplier.pk, actor=made.sue, reason="Wrong terms", at=NOW)
    onboarding = Onboarding.objects.get(supplier=supplier)

    onboarding = save_profile(
        supplier_id=supplier.pk, step="orders", given={**PROFILE["orders"], "terms_days": 60},
        expected_version=onboarding.version, actor=made.sue, at=NOW,
    )  # fmt: skip
    send_profile(supplier_id=supplier.pk, expected_version=onboarding.version, actor=made.sue, at=NOW)

    states = ApprovalRequest.objects.filter(subject_type="supplier").order_by("pk").values_list("state", flat=True)
    assert (state(supplier), list(states)) == ("screened", ["withdrawn", "open"])


def test_missing_account_keeps_the_registration_until_it_is_proven() -> None:
    made = company()
    listed(made)
    onboarding = written(made)
    change = proposed(made, OTHER, supplier=onboarding.supplier)
    supplier = send_profile(
        supplier_id=onboarding.supplier_id, expected_version=onboarding.version, actor=made.sue, at=NOW
    )
    before = (state(supplier), check_of(supplier, "bank").evidence)

    change = record_call_back(
        change_id=change.pk, expected_version=change.version, contact_id=None, directory="Companies House", said="Ann",
        actor=made.lena, at=NOW,
    )  # fmt: skip
    approve_bank_change(pk=change.pk, expected_version=None, seen_hash=None, actor=made.frank, reason="", at=NOW)
    drain()

    assert before == ("registered", [f"{change.number} waits for evidence, call-back or a second person."])
    assert state(supplier) == "screened"


def test_missing_certificate_keeps_the_registration_until_one_is_accepted() -> None:
    made = company()
    listed(made)
    onboarding = written(made)
    in_force(made, OTHER, supplier=onboarding.supplier, at=NOW - timedelta(days=9))
    supplier = send_profile(
        supplier_id=onboarding.supplier_id, expected_version=onboarding.version, actor=made.sue, at=NOW
    )
    asked = state(supplier)
    needed(made)

    accepted_certificate(made, supplier=supplier, by=User.objects.get(email="ann@kestrel.example"))

    assert (asked, state(supplier)) == ("screened", "screened")
    assert check_of(supplier, "certificate").evidence == ["Valid: Liability insurance."]


@pytest.mark.parametrize(("verdict", "becomes"), [("passed", "screened"), ("failed", "registered")])
def test_name_like_a_listed_one_waits_for_a_person(verdict: str, becomes: str) -> None:
    made = company()
    listed(made, LISTED + b"X-3,Kestrel Fastener Limited,,GB,Arms\n")
    onboarding = written(made)
    in_force(made, OTHER, supplier=onboarding.supplier, at=NOW - timedelta(days=9))
    supplier = send_profile(
        supplier_id=onboarding.supplier_id, expected_version=onboarding.version, actor=made.sue, at=NOW
    )
    check = check_of(supplier, "sanctions")
    before = (state(supplier), check.state)

    decide_check(check_id=check.pk, verdict=verdict, reason="Born 1990, Leeds", actor=made.sue, at=NOW)

    assert before == ("registered", "open")
    assert "Test list X-3: “Kestrel Fastener Limited” is" in check.evidence[0]
    assert "the same country" in check.evidence[0]
    assert state(supplier) == becomes
    assert check_of(supplier, "sanctions").decided_by == made.sue


def test_company_that_ends_takes_back_what_was_asked() -> None:
    made = company()
    supplier = registered(made)

    move_supplier(
        supplier_id=supplier.pk,
        expected_version=supplier.version,
        move="offboard",
        actor=made.sue,
        reason="Changed mind",
        at=NOW,
    )

    assert ApprovalRequest.objects.get(subject_type="supplier").state == "withdrawn"
    assert Onboarding.objects.get(supplier=supplier).outcome == "Changed mind"


def test_insurance_is_needed_of_who_says_it_sells_the_category() -> None:
    made = company()
    needed(made, category=Category.objects.get(code="PACK"))
    onboarding = written(made)

    with pytest.raises(InvalidError, match="Liability insurance"):
        send_profile(supplier_id=onboarding.supplier_id, expected_version=onboarding.version, actor=made.sue, at=NOW)


def test_open_check_blocks_the_approval() -> None:
    made = company()
    supplier = registered(made)
    SupplierCheck.objects.filter(supplier=supplier, kind="bank").update(state="open")

    with pytest.raises(NotPermittedError) as refused:
        decided(made, supplier)

    assert (refused.value.code, state(supplier)) == ("check_open", "screened")


def test_fact_is_not_decided_by_word() -> None:
    made = company()
    supplier = registered(made)

    with pytest.raises(ConflictError) as refused:
        cleared(made, supplier, "bank")

    assert refused.value.code == "check_is_fact"


def test_new_list_stops_an_active_supplier_until_a_person_clears_it_and_then_stays_cleared() -> None:
    made = company()
    content = LISTED + b"X-3,Acme Packaging Company,,GB,Arms\n"

    brought = import_sanctions(
        name="Test list", file_name="l.csv", content=content, dry_run=False, actor=made.sue, at=NOW
    )
    stopped = state(made.acme)
    cleared(made, made.acme, "sanctions")
    after = state(made.acme)
    import_sanctions(name="Test list", file_name="l.csv", content=content, dry_run=False, actor=made.sue, at=NOW)

    assert brought.suppliers == ("ACME",)
    assert (stopped, after, state(made.acme), state(made.bolt)) == ("restricted", "active", "active", "active")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"reference,name\nA,\n", "fault"),
        (b"reference,name\nA,One\nA,Two\n", "fault"),
        (b"reference,name,country\nA,One,ZZ\n", "fault"),
        (b"ref,title\nA,One\n", "column_missing"),
        (b"reference,name\n", "file_empty"),
        (b"reference,name\nX-9,Other\n", "list_shrinks"),
    ],
)
def test_list_with_a_gap_replaces_nothing(content: bytes, says: str) -> None:
    made = company()
    listed(made, LISTED + b"X-3,Third,,,\n")
    try:
        brought = import_sanctions(
            name="Test list", file_name="l.csv", content=content, dry_run=False, actor=made.sue, at=NOW
        )
        found = "fault" if brought.rows.faults else "taken"
    except (InvalidError, ConflictError) as error:
        found = error.code

    assert (found, SanctionedParty.objects.count()) == (says, 3)
