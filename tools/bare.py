"""The bare framework's page of orders: what a list of fifty rows costs before any of our work.

A signed-in view, one query with the joins a list needs, a template that extends another and prints eight cells a row.
"""

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.urls import path

from procurement.models import PurchaseOrder

ROWS = 50
MIDDLEWARE = [
    "tools.bare.own_addresses",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ENGINE = Engine(
    loaders=[
        (
            "django.template.loaders.locmem.Loader",
            {
                "base.html": "<!doctype html><title>{% block title %}{% endblock %}</title><main>{% block content %}"
                "{% endblock %}</main>",
                "list.html": "{% extends 'base.html' %}{% block title %}Orders{% endblock %}{% block content %}<table>"
                "{% for o in orders %}<tr><td><a href='/orders/{{ o.number }}/'>{{ o.number }}</a></td>"
                "<td>{{ o.supplier.name }}</td><td>{{ o.ship_to.name }}</td><td>{{ o.get_state_display }}</td>"
                "<td>{{ o.get_ack_status_display }}</td><td>{{ o.get_receipt_status_display }}</td>"
                "<td>{{ o.need_by|date:'j M Y' }}</td><td>{{ o.total_amount|floatformat:2 }} {{ o.currency }}</td></tr>"
                "{% endfor %}</table>{% endblock %}",
            },
        )
    ]
)
TEMPLATE = ENGINE.get_template("list.html")


@login_required
def orders(_request: HttpRequest) -> HttpResponse:
    """Show the newest orders."""
    rows = PurchaseOrder.objects.select_related("supplier", "ship_to").order_by("-pk")[:ROWS]
    return HttpResponse(TEMPLATE.render(Context({"orders": rows})))


def own_addresses(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Let the bare pages have their own addresses, without changing a setting between two requests."""

    def answer(request: HttpRequest) -> HttpResponse:
        request.urlconf = "tools.bare"  # type: ignore[attr-defined]  # Django's own switch, unknown to its stubs
        return get_response(request)

    return answer


urlpatterns = [path("orders/", orders)]
