"""The page behind the link of an invitation: it does nothing when opened, and signs nobody in by itself (SU-1)."""

from allauth.account.views import request_login_code
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from foundation.errors import ConflictError, NotFoundError
from foundation.web.door import now
from suppliers.services import accept_invitation
from suppliers.services.invite_supplier import read_invitation, refusal_of


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    """Say who invites whom and why; the button lets the mailbox of the invitation sign in by six digits."""
    try:
        onboarding = read_invitation(token)
    except NotFoundError as error:
        raise Http404 from error
    refusal = refusal_of(onboarding, token, now())
    if request.method == "POST" and not refusal:
        try:
            accept_invitation(token=token, at=now())
        except ConflictError as error:
            refusal = error.message
        else:
            return _mail_code(request, onboarding.email)
    context = {"onboarding": onboarding, "refusal": refusal, "token": token}
    return render(request, "portal/invitation.html", context, status=409 if refusal else 200)


def _mail_code(request: HttpRequest, email: str) -> HttpResponseBase:
    """Go on as if the address had been typed on the page that signs suppliers in, with its limits."""
    typed = request.POST.copy()
    typed["email"], typed["next"] = email, reverse("portal_registration")
    request.POST = typed  # type: ignore[assignment]  # a copy that may be written to
    answer: HttpResponse = request_login_code(request)
    return answer
