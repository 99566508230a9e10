"""What is typed into a thread; the service judges it."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.intake.uploads import Upload, check


class MessageForm(forms.Form):
    """A message with a file, if there is one."""

    text = forms.CharField(
        max_length=4000, label=_("Your message"), widget=forms.Textarea(attrs={"rows": 3}), strip=True
    )
    file = forms.FileField(required=False, label=_("A file"), help_text=_("PDF, PNG, JPG, CSV or XML, up to 20 MB"))
    key = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def attached(self) -> Upload | None:
        """Return the file.

        :raises InvalidError: it is of no kind that may be sent, or not what its name says.
        """
        sent = self.cleaned_data.get("file")
        return check(sent.name, sent.read()) if sent else None


def fresh_message() -> MessageForm:
    """Return an empty form with a key of its own."""
    return MessageForm(initial={"key": uuid.uuid4().hex})
