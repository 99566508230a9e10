"""A person's notices: the list behind the bell, and what the links in letters lead to (UX 2 rows 6 to 8)."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.models import NoticeKind
from foundation.selectors.notices import NoticeFilters, notice_of_letter, notices_of
from foundation.services import LETTER_SALT, LETTER_STOP_SALT, read_all_notices, read_notice, stop_letters
from foundation.web.door import now, staff
from foundation.web.keyset import paginate
from foundation.web.typed import whole

VIEWS = (("", "All"), ("unread", "Unread"))


@require_safe
@login_required
def notices(request: HttpRequest) -> HttpResponse:
    """List what the person was told, newest first."""
    person = staff(request)
    filters = NoticeFilters(request.GET.get("view", ""), request.GET.get("kind", ""))
    page = paginate(request, notices_of(person, filters))
    context = {
        "page": page, "filters": filters, "views": VIEWS, "kinds": NoticeKind.choices,
        "is_filtered": bool(filters.view or filters.kind), "newest": page.rows[0].pk if page.rows else 0,
    }  # fmt: skip
    return render(request, "home/notices.html", context)


@require_POST
@login_required
def notice_open(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Mark one notice as read and go where it leads."""
    notice = read_notice(notice_id=notice_id, person=staff(request), at=now())
    return redirect(notice.path)


@require_POST
@login_required
def notices_read(request: HttpRequest) -> HttpResponse:
    """Mark what was on the page, and everything older, as read."""
    read = read_all_notices(person=staff(request), up_to=whole(request.POST.get("up_to")) or 0, at=now())
    messages.success(request, f"{read} marked as read." if read else "Nothing was unread.")
    return redirect("notices")


@require_safe
@login_required
def letter(request: HttpRequest, token: str, where: str) -> HttpResponse:
    """Lead from a letter to its page: nothing is done, nobody is signed in, and only the addressee gets there.

    A page whose task is settled says who decided, what and when. Somebody else learns nothing of the letter.
    """
    person = staff(request)
    person_id, source = _read(token)
    if person_id != person.pk:
        return render(request, "home/not_your_letter.html", status=403)
    notice = notice_of_letter(person_id, source)
    if notice is None:
        raise Http404
    return redirect(notice.wrong_path if where == "wrong-person" and notice.wrong_path else notice.path)


@csrf_exempt  # a mail program posts without having seen a page of ours; the signed token says what it may do
@require_http_methods(["GET", "HEAD", "POST"])
def letter_stop(request: HttpRequest, token: str) -> HttpResponse:
    """End the letters of one kind by a mail program's one click (RFC 8058); opened in a browser it only leads on."""
    try:
        person_id, kind = signing.loads(token, salt=LETTER_STOP_SALT)
    except (signing.BadSignature, ValueError) as error:
        raise Http404 from error
    if request.method == "POST":
        stop_letters(person_id=int(person_id), kind=str(kind), at=now())
        return HttpResponse("No more of these letters.\n", content_type="text/plain; charset=utf-8")
    return redirect("notice_choices")


def _read(token: str) -> tuple[int, UUID]:
    try:
        person_id, source = signing.loads(token, salt=LETTER_SALT)
    except (signing.BadSignature, ValueError) as error:
        raise Http404 from error
    return int(person_id), UUID(source)
