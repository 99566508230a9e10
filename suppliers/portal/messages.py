"""What the supplier writes to us about a document, and what we wrote; used by the rooms whose documents they are."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from foundation.web.attachment import attachment
from foundation.web.door import now, tried
from suppliers.decisions.company_roles import Act
from suppliers.models import DocumentMessage
from suppliers.portal.door import PortalRequest, portal_view
from suppliers.selectors.messages import Talk, thread_of, unread_by_supplier
from suppliers.services import About, mark_read, send_message
from suppliers.services.messages import PAGES
from suppliers.validators import MessageForm, fresh_message


def talk_with_us(request: PortalRequest, subject_type: str, pk: int, action: str) -> Talk:
    """Return the thread about a document the supplier sees; one statement."""
    return Talk(thread_of(subject_type, pk), ours=False, action=action, may_write=Act.WRITE in request.may)


def converse(request: PortalRequest, about: About, *, section: str, back: str) -> HttpResponse:
    """Show a thread, take an answer, or note that it is read; the caller has found the document among the supplier's."""
    if request.method == "POST" and request.POST.get("action") == "read":
        mark_read(about=about, actor=request.user, at=now())
        return redirect(request.path)
    form = MessageForm(request.POST, request.FILES) if request.method == "POST" else fresh_message()
    sent = tried(
        form,
        lambda: send_message(
            about=about, text=form.cleaned_data["text"], key=form.cleaned_data["key"], file=form.attached(),
            actor=request.user, at=now(),
        ),
    )  # fmt: skip
    if sent is not None:
        messages.success(request, gettext("Sent."))
        return redirect(request.path)
    talk = talk_with_us(request, about.type, about.pk, request.path)
    context = {"talk": talk, "talk_form": form, "about": about, "section": section, "back": back}
    return render(request, "portal/messages.html", context, status=422 if form.errors else 200)


@require_safe
@portal_view
def message_file(_request: PortalRequest, message_id: int) -> HttpResponse:
    """Hand out the file of a message; the database shows the supplier's own threads only."""
    message = DocumentMessage.objects.exclude(file=None).filter(pk=message_id).first()
    if message is None:
        raise Http404
    return attachment(bytes(message.file or b""), message.file_name, message.file_type)


def unread_here(request: HttpRequest, _pk: int | None) -> str:
    """Show on the supplier's first page what we wrote and nobody of theirs has read; one statement."""
    bound = cast("PortalRequest", request)
    rows = [
        (message, reverse(PAGES[message.subject_type], args=[message.subject_number]))
        for message in unread_by_supplier(bound.supplier.pk)
    ]
    return render_to_string("portal/unread.html", {"rows": rows}, request=request) if rows else ""
