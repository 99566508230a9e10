"""In which language somebody outside reads us: their own choice, else what their browser asks for. Ours read English."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from foundation.models import User

GetResponse = Callable[[HttpRequest], HttpResponse]
_OUTSIDE = ("/supplier/", "/accounts/login/code/")  # pages of suppliers that nobody has signed in to yet


class PortalLanguageMiddleware:
    """Speak a supplier's language from the door to the error page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the language, and say which it is."""
        language = language_of(request)
        if language == settings.LANGUAGE_CODE:
            return self.get_response(request)
        with translation.override(language):
            response = self.get_response(request)
        response.setdefault("Content-Language", language)
        return response


def language_of(request: HttpRequest) -> str:
    """Return the language of a request; the person is read only where a session names one."""
    if request.path.startswith(("/api/", "/static/", "/livez", "/readyz")):
        return settings.LANGUAGE_CODE
    user = request.user if SESSION_KEY in request.session else None
    if isinstance(user, User) and user.is_authenticated:
        if user.kind != User.Kind.SUPPLIER:
            return settings.LANGUAGE_CODE
        return user.language or translation.get_language_from_request(request)
    if request.path.startswith(_OUTSIDE):
        return translation.get_language_from_request(request)
    return settings.LANGUAGE_CODE
