"""The one way in for what a source tells of a supplier's record, whatever the door (SU-5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from foundation import audit, outbox
from foundation.documents import content_hash, next_number
from foundation.duties import chain_of
from foundation.errors import ConflictError, InvalidError, NotFoundError, require
from foundation.journal import use_case
from foundation.models import User
from foundation.portal_role import as_owner
from foundation.selectors import system_user
from suppliers import access
from suppliers.decisions.master_data import FIELDS, Outcome, judge_value
from suppliers.events import SupplierChangeProposed
from suppliers.models import FieldOrigin, SiteUse, Supplier, SupplierChange, SupplierChangeState, SupplierState
from suppliers.models.supplier import COMING
from suppliers.selectors.master_data import rules, sources_of, values_of
from suppliers.validators.profile import read_field
from workflow.selectors.matters import enterprise_facts, no_money
from workflow.services import Asking, DoneOn, open_approval, record_duty, require_duty

PROPOSE, APPROVE = "propose_supplier", "approve_supplier"
_NUMBERS = {"payment_terms_days", "acknowledge_hours"}


@dataclass(frozen=True, slots=True)
class Told:
    """What a source says: values by field as written; `document` is the paper, file line or message it came with."""

    values: Mapping[str, str]
    source: str
    document: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of it: fields that are written now, and the request about the others."""

    written: tuple[str, ...]
    change: SupplierChange | None


@use_case
def tell_supplier(*, supplier_id: int, told: Told, actor: User, at: datetime) -> Heard:
    """Take what a source tells of a supplier: what it may say is written, the rest becomes one request (SU-5).

    Nothing is overwritten silently: a controlled field, and one that a stronger source filled, waits for a second
    person with both values side by side. The same told again while it waits is the same request.

    :raises NotFoundError: there is no such supplier, or it is not the actor's own.
    :raises NotPermittedError: somebody who may not tell it.
    :raises InvalidError: a value cannot be one, or a field that the supplier does not decide about.
    :raises ConflictError: another record stands for it, or the relation has ended.
    """
    with as_owner():
        require(access.can_tell_supplier(actor, supplier_id))
        supplier = Supplier.objects.select_for_update(of=("self",), no_key=True).filter(pk=supplier_id).first()
        if supplier is None:
            raise NotFoundError("not_found", "There is no such supplier.")
        if supplier.state in {SupplierState.MERGED, SupplierState.OFFBOARDED}:
            raise ConflictError("record_closed", f"{supplier} is {supplier.get_state_display().lower()}.")
        wanted = _read(supplier, told, actor)
        now, held, ruled = values_of(supplier), sources_of(supplier.pk), rules()
        judged = {
            code: judge_value(
                now=now[code], told=value, held=held.get(code, ""), source=told.source, rule=ruled[code],
                in_use=supplier.state not in COMING,
            )
            for code, value in wanted.items()
        }  # fmt: skip
        written = [code for code, outcome in judged.items() if outcome == Outcome.WRITE]
        if written:
            new = {code: wanted[code] for code in written}
            before = {code: now[code] for code in written}
            write_record(supplier, new, source=told.source, document=told.document, by=actor, at=at)
            audit.record(
                supplier, "tell_supplier", actor=actor, at=at, source=told.source, document=told.document, was=before,
                now=new,
            )  # fmt: skip
        asked = {code: judged[code] for code in wanted if judged[code] in {Outcome.CONTROLLED, Outcome.WEAKER}}
        return Heard(tuple(written), _ask(supplier, asked, now, wanted, told, actor, at) if asked else None)


def _read(supplier: Supplier, told: Told, actor: User) -> dict[str, str]:
    theirs = actor.kind == User.Kind.SUPPLIER
    for code in told.values:
        if code not in FIELDS or (theirs and not FIELDS[code].asked):
            raise InvalidError("field_unknown", f"{code} is no field to tell here.", field=code, value=code)
    country = read_field("country", told.values.get("country", supplier.country), country="")
    wanted = {code: read_field(code, text, country=country) for code, text in told.values.items()}
    code = wanted.get("remit_to", "")
    if code and not supplier.sites.filter(code=code, is_active=True).exclude(payments=SiteUse.NO).exists():
        raise InvalidError(
            "remit_to_unknown", f"{supplier} has no location {code} that is paid.", field="remit_to", value=code
        )
    return wanted


def write_record(
    supplier: Supplier, values: Mapping[str, str], *, source: str, document: str, by: User, at: datetime
) -> None:
    """Write values to a locked record, with where they come from."""
    named = [code for code in values if code != "remit_to"]
    for code in named:
        setattr(supplier, code, int(values[code]) if code in _NUMBERS else values[code])
    supplier.version += 1
    supplier.changed_at = at
    supplier.save(update_fields=[*named, "version", "changed_at"])
    if "remit_to" in values:
        supplier.sites.filter(payments=SiteUse.DEFAULT).update(payments=SiteUse.YES)
        supplier.sites.filter(code=values["remit_to"]).update(payments=SiteUse.DEFAULT)
    remember(supplier, list(values), source=source, document=document, by=by, at=at)


def remember(supplier: Supplier, fields: Sequence[str], *, source: str, document: str, by: User, at: datetime) -> None:
    """Keep where values come from."""
    FieldOrigin.objects.bulk_create(
        (
            FieldOrigin(supplier=supplier, field=code, source=source, document=document[:120], by=by, at=at)
            for code in fields
        ),
        update_conflicts=True, unique_fields=["supplier", "field"], update_fields=["source", "document", "by", "at"],
    )  # fmt: skip


def _ask(
    supplier: Supplier, asked: Mapping[str, str], now: Mapping[str, str], wanted: Mapping[str, str], told: Told,
    actor: User, at: datetime,
) -> SupplierChange:  # fmt: skip
    after = {code: wanted[code] for code in asked}
    same = SupplierChange.objects.filter(supplier=supplier, state=SupplierChangeState.PROPOSED, after=after)
    existing = same.filter(before={code: now[code] for code in asked}).first()
    if existing is not None:
        return existing
    change = SupplierChange.objects.create(
        number=next_number("SC"), supplier=supplier, source=told.source, document=told.document[:120], after=after,
        before={code: now[code] for code in asked}, why={code: str(outcome) for code, outcome in asked.items()},
        reason=told.reason.strip()[:300], content_hash=content_hash([supplier.pk, sorted(after.items())]), created_at=at,
        created_by=actor, changed_at=at, changed_by=actor,
    )  # fmt: skip
    chain = chain_of("supplier_change", change.pk)
    judged = require_duty(duty=PROPOSE, person=actor, chains=[chain], at=at)
    record_duty(judged=judged, on=DoneOn("supplier_change", change.pk, change.number), at=at)
    audit.record(
        change, "propose_supplier_change", actor=actor, at=at, supplier=supplier.code, source=told.source,
        document=told.document, was=change.before, now=after, after="proposed",
    )  # fmt: skip
    outbox.publish(
        SupplierChangeProposed(
            subject_id=change.pk, subject_number=change.number, at=at, version=change.version,
            supplier_id=supplier.pk, actor_id=actor.pk, source=told.source,
            related=(("supplier", supplier.pk, supplier.code),),
        )
    )  # fmt: skip
    _open_approval(change, supplier, actor, at)
    return change


def _open_approval(change: SupplierChange, supplier: Supplier, actor: User, at: datetime) -> None:
    requester = actor if actor.kind == User.Kind.STAFF else system_user("relay")
    labels = ", ".join(FIELDS[code].label.lower() for code in change.after)
    asking = Asking(
        subject_type="supplier_change", subject_id=change.pk, subject_number=change.number,
        subject_version=change.version, content_hash=change.content_hash, title=f"{supplier}: {labels}"[:200], site=None,
        requester=requester, amount=None, currency="", need_by=None, rate=no_money(at), duty=APPROVE,
        chains=(chain_of("supplier_change", change.pk),),
    )  # fmt: skip
    facts = enterprise_facts("supplier_change", requester=requester, supplier_states=[supplier.state])
    open_approval(asking=asking, facts=facts, actor=actor, at=at)
