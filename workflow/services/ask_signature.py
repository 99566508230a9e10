from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from foundation import audit, outbox
from foundation.documents import next_number
from foundation.journal import use_case
from foundation.models import Site
from foundation.selectors import system_user
from policies.decisions.duties import Conflict
from policies.models import PolicyKind
from policies.selectors import version_in_force
from workflow.events import SignatureAsked
from workflow.models import Countersignature
from workflow.selectors.routing import fallback_role
from workflow.selectors.signatures import signers


@use_case
def ask_signature(
    *,
    person_id: int,
    conflict: Conflict,
    chains: Sequence[str],
    document_type: str,
    document_id: int,
    document_number: str,
    site: Site | None,
    amount: Decimal | None,
    currency: str,
    at: datetime,
) -> Countersignature:
    """Ask a second person to sign for an act that a compensated pair allows; asking again returns the first (SD-1).

    Due the calendar days of the pair after the act. Where nobody holds the duty besides the person, the fallback owner
    has it at once.
    """
    policy = version_in_force(PolicyKind.DUTY, at)
    fallback = fallback_role(version_in_force(PolicyKind.APPROVAL, at))
    same = Countersignature.objects.filter(
        document_type=document_type, document_id=document_id, duty=conflict.duty, held=conflict.held,
        person_id=person_id,
    ).first()  # fmt: skip
    if same is not None:
        return same
    asked, _ = signers(
        duty=conflict.duty, site=site, fallback_role=fallback, chains=chains, person_id=person_id, at=at
    )  # fmt: skip
    signature = Countersignature.objects.create(
        number=next_number("CS", site.code if site else ""), person_id=person_id, duty=conflict.duty,
        held=conflict.held, document_type=document_type, document_id=document_id, document_number=document_number,
        site=site, amount=amount, currency=currency, chains=list(chains), policy=policy, fallback_role=fallback,
        asked_at=at, due_at=at + timedelta(days=conflict.days), escalated_at=None if asked else at,
    )  # fmt: skip
    audit.record(
        signature, "ask_signature", actor=system_user("workflow"), at=at, policy_version=policy.label,
        about=document_number, person=str(signature.person), duty=conflict.duty, held=conflict.held,
        due=signature.due_at.isoformat(),
    )  # fmt: skip
    outbox.publish(
        SignatureAsked(
            subject_id=signature.pk, subject_number=signature.number, at=at, version=signature.version,
            site_id=signature.site_id, is_human=False, duty=conflict.duty, held=conflict.held,
            related=((document_type, document_id, document_number),), due_at=signature.due_at.isoformat(),
        )
    )  # fmt: skip
    return signature
