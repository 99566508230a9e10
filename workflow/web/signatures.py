"""A second signature: what one person did twice, and signing or refusing as another (SD-1)."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from foundation import registries
from foundation.errors import InvalidError
from foundation.models import User
from foundation.selectors import timeline
from foundation.web.typed import seen_version, words
from policies.decisions.vocabulary import DUTIES
from policies.decisions.vocabulary import words as duty_words
from workflow import access
from workflow.models import Countersignature, SignatureState
from workflow.selectors.signatures import acts_of, signers, waiting_signatures
from workflow.services import countersign, refuse_signature


class StaffRequest(HttpRequest):
    """A request of a signed-in person of ours."""

    user: User


def _now() -> Any:
    return timezone.now()  # noqa: TID251 - the porch reads the clock


@require_safe
@login_required
def signature(request: StaffRequest, number: str) -> HttpResponse:
    """Show what was done by one person, who may sign, and the signature or refusal."""
    return _page(request, _find(request, number))


def _find(request: StaffRequest, number: str) -> Countersignature:
    return get_object_or_404(access.visible_signatures(request.user).select_related("policy"), number=number)


def _page(request: StaffRequest, row: Countersignature, error: str = "") -> HttpResponse:
    now = _now()
    asked: tuple[list[User], list[User]] = ([], [])
    if row.state == SignatureState.WAITING:
        asked = signers(
            duty=row.duty, site=row.site, fallback_role=row.fallback_role, chains=row.chains,
            person_id=row.person_id, at=now,
        )  # fmt: skip
    context = {
        "signature": row, "days": (row.due_at - row.asked_at).days, "now": now, "error": error,
        "acts": [(act, duty_words(act.duty, DUTIES), *_document(request.user, act)) for act in acts_of(row)],
        "signers": asked[0], "fallback": asked[1], "may_sign": access.can_sign(request.user, row, now),
        "history": timeline("signature", row.pk),
    }  # fmt: skip
    return render(request, "workflow/signature.html", context, status=422 if error else 200)


def _document(user: User, act: Any) -> tuple[str, str]:
    """Return address and title of what was done; no address for who may not see it."""
    subject = registries.subjects.get(act.document_type)
    if subject is None:
        return "", act.document_type
    return subject.url(act.document_id) if subject.visible(user, act.document_id) else "", subject.title(
        act.document_id
    )


@require_POST
@login_required
def decide(request: StaffRequest, number: str, verb: str) -> HttpResponse:
    """Sign or refuse; then the next one opens."""
    if verb not in {"sign", "refuse"}:
        raise Http404
    row = _find(request, number)
    act = countersign if verb == "sign" else refuse_signature
    try:
        act(
            signature_id=row.pk, expected_version=seen_version(request), actor=request.user, at=_now(),
            reason=words(request, "reason", 300),
        )  # fmt: skip
    except InvalidError as error:
        return _page(request, row, error.message)
    done = "is countersigned" if verb == "sign" else "is refused; its exception is open"
    left = waiting_signatures(request.user, _now())
    messages.success(request, f"{row.document_number} {done}.{f' Next: {left[0].document_number}.' if left else ''}")
    return redirect("signature", left[0].number) if left else redirect("inbox")
