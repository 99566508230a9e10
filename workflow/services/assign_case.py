from datetime import datetime

from foundation import audit, outbox
from foundation.errors import InvalidError, NotFoundError, StaleError, require
from foundation.journal import use_case
from foundation.models import User
from workflow import access
from workflow.events import CaseAssigned
from workflow.models import CaseState, ExceptionCase


@use_case
def assign_case(*, case_id: int, expected_version: int, person: User, actor: User, at: datetime) -> ExceptionCase:
    """Give an open exception to a person who holds its role there; its owner role stays (EX-1).

    :raises NotFoundError: no such exception.
    :raises NotPermittedError: the case belongs to another role or site than the actor's.
    :raises InvalidError: the person could not settle it, or has left.
    :raises StaleError: it was closed or changed meanwhile.
    """
    rows = ExceptionCase.objects.select_for_update(of=("self",), no_key=True).select_related("site")
    case = rows.filter(pk=case_id).first()
    if case is None:
        raise NotFoundError("not_found", "There is no such exception.")
    require(access.can_work_case(actor, case))
    if case.state != CaseState.OPEN:
        raise StaleError("already_closed", f"{case.number} is closed: {case.outcome}", number=case.number)
    if case.version != expected_version:
        raise StaleError("changed_since_opened", f"{case.number} changed since you opened it.", number=case.number)
    if not person.is_active or not access.can_work_case(person, case):
        said = f"{person} could not settle {case.number}: it belongs to another role or site. Choose somebody who holds it."
        raise InvalidError("cannot_own", said, field="person", value=str(person))
    case.owner = person
    case.version += 1
    case.save(update_fields=["owner", "version"])
    audit.record(case, "assign_case", actor=actor, at=at, owner=person.username)
    outbox.publish(
        CaseAssigned(
            subject_id=case.pk, subject_number=case.number, at=at, version=case.version, site_id=case.site_id,
            supplier_id=case.supplier_id, actor_id=actor.pk, owner_id=person.pk,
            related=((case.subject_type, case.subject_id, case.subject_number),),
        )
    )  # fmt: skip
    return case
