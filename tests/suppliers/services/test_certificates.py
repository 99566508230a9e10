"""SU-1: certificates are sent, looked at, warned of; who lacks one gets no orders until one is accepted."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from foundation.errors import ConflictError, InvalidError, NotPermittedError
from foundation.models import AuditEvent, Category, Delivery, Notice
from foundation.relay import drain
from procurement.models import PurchaseOrder
from suppliers.models import Certificate, Supplier, SupplierRestriction
from suppliers.services import (
    NeedDetails,
    SentCertificate,
    accept_certificate,
    drop_certificate_need,
    move_supplier,
    need_certificate,
    refuse_certificate,
    restrict_for_certificates,
    send_certificate,
    warn_of_certificates,
    withdraw_certificate,
)
from tests.factories import NOW, TODAY, approved, company
from tests.suppliers.certificates import a_kind, accepted, needed, paper, sent

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def state(supplier: Supplier) -> tuple[str, str]:
    supplier.refresh_from_db()
    return supplier.state, supplier.state_reason


def test_supplier_without_a_needed_certificate_is_restricted_once_and_gets_no_order() -> None:
    made = company()
    accepted(made, supplier=made.bolt, by=made.bolt_person)
    needed(made)

    counts = [restrict_for_certificates(today=TODAY, at=NOW) for _twice in range(2)]

    assert counts == [1, 0]
    assert state(made.acme) == ("restricted", "Liability insurance is missing")
    assert state(made.bolt)[0] == "active"
    approved(made, ("SW-500", "10"))
    drain()
    assert not PurchaseOrder.objects.filter(supplier=made.acme).exists()
    assert AuditEvent.objects.filter(action="restrict_supplier", object_id=made.acme.pk).count() == 1


def test_last_day_counts_and_the_day_after_restricts() -> None:
    made = company()
    accepted(made, until=TODAY)
    needed(made)
    accepted(made, supplier=made.bolt, by=made.bolt_person)

    restrict_for_certificates(today=TODAY, at=NOW)
    on_the_day = state(made.acme)[0]
    restrict_for_certificates(today=TODAY + DAY, at=NOW + DAY)

    assert on_the_day == "active"
    assert state(made.acme) == ("restricted", f"Liability insurance ended on {TODAY.day} {TODAY:%b %Y}")


def test_accepting_a_valid_one_lets_the_supplier_order_again_at_once() -> None:
    made = company()
    needed(made)
    restrict_for_certificates(today=TODAY, at=NOW)
    certificate = sent(made)
    before = state(made.acme)[0]

    accept_certificate(certificate_id=certificate.pk, actor=made.sue, at=NOW)

    assert before == "restricted"
    assert state(made.acme) == ("active", "Mended: Liability insurance is missing")
    assert not SupplierRestriction.objects.filter(supplier=made.acme, lifted_at=None).exists()


def test_person_who_restricted_is_not_overruled_by_a_certificate() -> None:
    made = company()
    needed(made)
    supplier = Supplier.objects.get(pk=made.acme.pk)
    move_supplier(
        supplier_id=supplier.pk, expected_version=supplier.version, move="restrict", actor=made.sue, reason="Bad goods",
        at=NOW,
    )  # fmt: skip
    restrict_for_certificates(today=TODAY, at=NOW)

    accepted(made)
    restrict_for_certificates(today=TODAY, at=NOW)

    assert state(made.acme) == ("restricted", "Bad goods")


def test_nobody_activates_while_the_cause_stands() -> None:
    made = company()
    needed(made)
    restrict_for_certificates(today=TODAY, at=NOW)
    made.acme.refresh_from_db()

    with pytest.raises(InvalidError) as refused:
        move_supplier(
            supplier_id=made.acme.pk, expected_version=made.acme.version, move="activate", actor=made.sue, reason="Please",
            at=NOW,
        )  # fmt: skip

    assert refused.value.code == "restricted_by_rule"
    assert state(made.acme)[0] == "restricted"


def test_dropping_the_need_lifts_the_restriction_with_the_next_sweep() -> None:
    made = company()
    need = needed(made)
    restrict_for_certificates(today=TODAY, at=NOW)

    drop_certificate_need(need_id=need.pk, actor=made.sue, at=NOW)
    restrict_for_certificates(today=TODAY, at=NOW)

    assert state(made.acme)[0] == "active"


def test_refusing_what_was_accepted_restricts_and_writes_to_the_sender() -> None:
    made = company()
    needed(made)
    certificate = accepted(made)

    refuse_certificate(certificate_id=certificate.pk, reason="The insurer does not know it", actor=made.sue, at=NOW)

    assert state(made.acme) == ("restricted", "Liability insurance is missing")
    letter = Delivery.objects.get(dedupe_key=f"certificate:{certificate.pk}:refused")
    assert made.acme_person.email in bytes(letter.body).decode()


def test_warnings_go_once_at_90_60_and_30_days() -> None:
    made = company()
    accepted(made, until=TODAY + timedelta(days=95))
    letters = []
    for day in (0, 4, 5, 6, 35, 36, 65, 66, 95, 96):
        for _twice in range(2):
            warn_of_certificates(today=TODAY + timedelta(days=day), at=NOW + timedelta(days=day))
        letters.append(Delivery.objects.filter(dedupe_key__startswith="certificate:").count())

    assert letters == [0, 0, 2, 2, 4, 4, 6, 6, 6, 6]  # the address of orders, and Adam
    assert Notice.objects.filter(person=made.sue, sentence__contains="ends on").count() == 3


def test_certificate_that_a_later_one_follows_is_not_warned_of() -> None:
    made = company()
    accepted(made, until=TODAY + timedelta(days=20))
    accepted(made, until=TODAY + timedelta(days=385), number="P-78")

    assert warn_of_certificates(today=TODAY, at=NOW) == 0


def test_same_file_twice_is_one_certificate() -> None:
    made = company()
    a_kind(made)
    words = SentCertificate("INS", "P-77", "Mutual plc", TODAY, TODAY + DAY, paper())

    both = [
        send_certificate(supplier_id=made.acme.pk, sent=words, actor=made.acme_person, at=NOW) for _twice in range(2)
    ]

    assert (both[0], Certificate.objects.count()) == (both[1], 1)


def test_whoever_sent_it_does_not_accept_it() -> None:
    made = company()
    certificate = sent(made, by=made.sue)

    with pytest.raises(NotPermittedError) as refused:
        accept_certificate(certificate_id=certificate.pk, actor=made.sue, at=NOW)

    certificate.refresh_from_db()
    assert (refused.value.code, certificate.state) == ("own_certificate", "waiting")


def test_another_suppliers_person_sends_and_withdraws_nothing() -> None:
    made = company()
    certificate = sent(made)

    for act in (
        lambda: sent(made, by=made.bolt_person),
        lambda: withdraw_certificate(
            certificate_id=certificate.pk, supplier_id=made.acme.pk, actor=made.bolt_person, at=NOW
        ),
    ):
        with pytest.raises(NotPermittedError) as refused:
            act()
        assert refused.value.code == "not_your_company"
    certificate.refresh_from_db()
    assert (certificate.state, Certificate.objects.count()) == ("waiting", 1)


@pytest.mark.parametrize("decided", ["refused", "withdrawn"])
def test_decided_certificate_is_not_decided_again(decided: str) -> None:
    made = company()
    certificate = sent(made)
    if decided == "refused":
        refuse_certificate(certificate_id=certificate.pk, reason="Blurred", actor=made.sue, at=NOW)
    else:
        withdraw_certificate(certificate_id=certificate.pk, supplier_id=made.acme.pk, actor=made.acme_person, at=NOW)

    with pytest.raises(ConflictError) as refused:
        accept_certificate(certificate_id=certificate.pk, actor=made.sue, at=NOW)

    certificate.refresh_from_db()
    assert (refused.value.code, certificate.state) == ("decided_already", decided)


def test_database_keeps_the_paper_as_it_was_sent() -> None:
    made = company()
    certificate = sent(made)

    for change in ({"number": "X"}, {"file": b"other"}, {"valid_until": TODAY}):
        with pytest.raises(DatabaseError, match="stays as it was sent"), transaction.atomic():
            Certificate.objects.filter(pk=certificate.pk).update(**change)
    with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic():
        certificate.delete()


def test_need_asks_who_offers_something_of_the_category() -> None:
    made = company()
    services = Category.objects.get(code="SERV")
    details = NeedDetails(kind=a_kind(made), needed_from=TODAY, category=services)
    need_certificate(details=details, actor=made.sue, at=NOW)

    assert restrict_for_certificates(today=TODAY, at=NOW) == 0

    needed(made, category=Category.objects.get(code="PACK"))
    assert restrict_for_certificates(today=TODAY, at=NOW) == 2


def test_same_need_twice_is_refused() -> None:
    made = company()
    needed(made)

    with pytest.raises(ConflictError) as refused:
        needed(made)

    assert refused.value.code == "needed_already"
