"""Handing a partner's file to a connection by hand; it is held until somebody has looked at it."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from foundation.errors import ConflictError, InvalidError, require
from foundation.models import User
from integration import access
from integration.models import Connection, Direction
from integration.services import receive_message
from integration.validators import MAX_BYTES, check_file


class FileForm(forms.Form):
    """Which connection, which file."""

    connection = forms.ModelChoiceField(
        Connection.objects.filter(direction=Direction.IN, is_active=True, dialect__in=("x12", "ubl")),
        label="Connection", empty_label=None,
    )  # fmt: skip
    file = forms.FileField(label="File", widget=forms.FileInput(attrs={"accept": ".xml,.edi,.x12,.txt"}))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file, store it as it came and show how it reads; nothing is applied yet."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    require(access.can_operate(request.user))
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "integration/upload.html", {"form": form}, status=status)
    file, connection = form.cleaned_data["file"], form.cleaned_data["connection"]
    content = file.read(MAX_BYTES + 1)
    try:
        content_type = check_file(connection, file.name, content)
        message = receive_message(
            connection=connection, external_id="", raw=content, content_type=content_type, actor=request.user,
            at=timezone.now(), hold=True,  # noqa: TID251 - the porch reads the clock
        )  # fmt: skip
    except (InvalidError, ConflictError) as error:
        form.add_error("connection" if error.details.get("field") == "connection" else "file", error.message)
        return render(request, "integration/upload.html", {"form": form}, status=422)
    return redirect("message", message.pk)
