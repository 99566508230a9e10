"""The Django admin of the house: only doors of our own rooms, which look, or write through a service.

Libraries bring pages that write rows past every service, without duty, audit or event: an e-mail address by which a
password is reset, a second factor, an API client. Those are not let in; people have pages for each of them.
"""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.admin import ModelAdmin
from django.contrib.admin.apps import AdminConfig
from django.contrib.admin.sites import AdminSite


class SupportSite(AdminSite):
    """An admin that leaves out what no room of ours has registered."""

    def register(
        self, model_or_iterable: Any, admin_class: type[ModelAdmin[Any]] | None = None, **options: Any
    ) -> None:
        """Register a door of ours; leave out a library's."""
        if admin_class is not None and _is_ours(admin_class.__module__):
            super().register(model_or_iterable, admin_class, **options)


class SupportConfig(AdminConfig):
    """Django's admin with our site."""

    default_site = "config.support.SupportSite"


def _is_ours(module: str) -> bool:
    room = module.partition(".")[0]
    return apps.is_installed(room) and (settings.BASE_DIR / room).is_dir()
