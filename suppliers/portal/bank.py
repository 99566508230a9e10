"""The supplier's own door to its bank account: a proposal, checked by us before anything is paid to it (SU-2)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from foundation.errors import ConflictError, InvalidError, require
from foundation.web.door import now, put_error, tried
from suppliers.access import judge_act
from suppliers.decisions.company_roles import Act
from suppliers.portal.door import PortalRequest, portal_view
from suppliers.services import ProposedAccount, propose_bank_change
from suppliers.validators import AccountForm


@portal_view
@require_http_methods(["GET", "HEAD", "POST"])
def bank(request: PortalRequest) -> HttpResponse:
    """Propose another account for the supplier; what we have stays in force meanwhile."""
    require(judge_act(request.may, Act.BANK))
    form = AccountForm(request.POST or None, request.FILES or None, initial={"country": request.supplier.country})
    form.fields["file"].required = True
    try:
        change = tried(
            form,
            lambda: propose_bank_change(
                supplier_id=request.supplier.pk,
                proposed=ProposedAccount(**form.given()),
                source="portal",
                actor=request.user,
                at=now(),
            ),
        )
    except ConflictError as error:
        put_error(form, InvalidError(error.code, gettext("Another change is being checked already."), field="account"))
        change = None
    if change is None:
        context = {"form": form, "section": "bank"}
        return render(request, "portal/bank.html", context, status=422 if form.errors else 200)
    messages.success(
        request,
        gettext("We have your new account as %(number)s. We call you on a number we know to check it.")
        % {"number": change.number},
    )
    return redirect("portal_home")
