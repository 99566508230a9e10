"""An exception reached the wrong role: whoever has it hands it on, and that is counted (EX-1)."""

from datetime import datetime

from foundation import audit, outbox
from foundation.errors import InvalidError, NotFoundError, StaleError, require
from foundation.journal import use_case
from foundation.models import Role, User
from workflow import access
from workflow.events import CaseRerouted
from workflow.models import CaseState, ExceptionCase
from workflow.selectors.told import holders_of


@use_case
def reroute_case(
    *, case_id: int, expected_version: int, role: str, reason: str, actor: User, at: datetime
) -> ExceptionCase:
    """Hand an open exception on to another role, with a reason; nobody has taken it there yet, and its hour stays.

    :raises NotFoundError: no such exception.
    :raises NotPermittedError: the case belongs to another role or site than the actor's.
    :raises StaleError: it was closed or changed meanwhile.
    :raises InvalidError: no such role, the role that has it, a role nobody holds there, or no reason.
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
    if role not in Role.values or role == case.owner_role:
        raise InvalidError("role_unknown", "Choose another role to hand it to.", field="role", value=role[:40])
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why it is theirs.", field="reason")
    before, case.owner_role, case.owner = case.owner_role, role, None
    if not holders_of(case):
        where = case.site.name if case.site else "the enterprise"
        raise InvalidError(
            "role_unheld", f"Nobody is {Role(role).label.lower()} for {where}. Choose a role somebody holds.",
            field="role", value=role,
        )  # fmt: skip
    case.reroutes += 1
    case.version += 1
    case.save(update_fields=["owner_role", "owner", "reroutes", "version"])
    audit.record(
        case, "reroute_case", actor=actor, at=at, role_before=before, role=role, reason=reason.strip()[:300],
        number_of_times=case.reroutes,
    )  # fmt: skip
    outbox.publish(
        CaseRerouted(
            subject_id=case.pk, subject_number=case.number, at=at, version=case.version, site_id=case.site_id,
            supplier_id=case.supplier_id, actor_id=actor.pk, label=Role(role).label.lower(), reason=reason.strip()[:300],
            related=((case.subject_type, case.subject_id, case.subject_number),),
        )
    )  # fmt: skip
    return case
