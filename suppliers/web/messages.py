"""What we write to a supplier about a document, and what it wrote; used by the rooms whose documents they are."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from foundation.models import Site, User
from foundation.registries import subjects
from foundation.web.attachment import attachment
from foundation.web.door import now, staff, tried
from suppliers import access
from suppliers.models import DocumentMessage
from suppliers.selectors.messages import OUR_PAGES, Talk, thread_of, unread_by_us
from suppliers.services import About, mark_read, send_message
from suppliers.validators import MessageForm, fresh_message


def talk_with_supplier(user: User, subject_type: str, pk: int, site: Site | None, action: str) -> Talk:
    """Return the thread about a document the person sees; one statement."""
    may = bool(access.can_write_to_supplier(user, site))
    return Talk(thread_of(subject_type, pk), ours=True, action=action, may_write=may)


def converse(request: HttpRequest, about: About, *, back: str) -> HttpResponse:
    """Show a thread, take an answer, or note that it is read; the caller has found the document among the person's."""
    user = staff(request)
    if request.method == "POST" and request.POST.get("action") == "read":
        mark_read(about=about, actor=user, at=now())
        return redirect(request.path)
    form = MessageForm(request.POST, request.FILES) if request.method == "POST" else fresh_message()
    sent = tried(
        form,
        lambda: send_message(
            about=about, text=form.cleaned_data["text"], key=form.cleaned_data["key"], file=form.attached(), actor=user,
            at=now(),
        ),
    )  # fmt: skip
    if sent is not None:
        messages.success(request, f"Sent to {about.supplier}.")
        return redirect(request.path)
    talk = talk_with_supplier(user, about.type, about.pk, about.site, request.path)
    context = {"talk": talk, "talk_form": form, "about": about, "back": back}
    return render(request, "suppliers/messages/page.html", context, status=422 if form.errors else 200)


@require_safe
@login_required
def message_file(request: HttpRequest, message_id: int) -> HttpResponse:
    """Hand out the file of a message to who may see its document."""
    user = staff(request)
    message = DocumentMessage.objects.exclude(file=None).filter(pk=message_id).first()
    subject = subjects.get(message.subject_type) if message else None
    if message is None or subject is None or not subject.visible(user, message.subject_id):
        raise Http404
    return attachment(bytes(message.file or b""), message.file_name, message.file_type)


def suppliers_wrote(request: HttpRequest, _pk: int | None) -> str:
    """Show what suppliers wrote and nobody read, to those who answer them; one statement."""
    user = request.user
    if not isinstance(user, User):
        return ""
    sites = access.sites_of_letters(user)
    if not sites:
        return ""
    found = unread_by_us(sites)
    rows = [(message, page_of(message)) for message in found]
    return render_to_string("suppliers/messages/unread.html", {"rows": rows}, request=request) if rows else ""


def page_of(message: DocumentMessage) -> str:
    """Return our page of the thread a message is in."""
    return reverse(OUR_PAGES[message.subject_type], args=[message.subject_number])
