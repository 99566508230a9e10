from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


def _install_guards(sender: Any, using: str, **_kwargs: Any) -> None:
    from foundation import guards  # noqa: PLC0415 - models are ready only now

    last = [config for config in apps.get_app_configs() if config.models_module][-1]
    if sender is last:  # every table is there
        guards.install(using)


class FoundationConfig(AppConfig):
    """The ground."""

    name = "foundation"

    def ready(self) -> None:
        """Install database guards once all rooms have migrated; teach the API's description our own types."""
        import foundation.machine.schema  # noqa: F401, PLC0415 - drf-spectacular finds extensions by import
        from foundation import access, registries  # noqa: PLC0415 - apps are ready only now
        from foundation.selectors.invariants import invariants  # noqa: PLC0415 - same
        from foundation.services.letters import SECRETS  # noqa: PLC0415 - same
        from foundation.services.password_letter import PASSWORD_LINK  # noqa: PLC0415 - same
        from foundation.web.letters import password_link_of  # noqa: PLC0415 - same

        post_migrate.connect(_install_guards, dispatch_uid="foundation.guards")
        registries.invariants.add(*invariants())
        SECRETS[PASSWORD_LINK] = password_link_of
        registries.navigation.add(
            registries.MenuEntry("People", "people", 90, lambda u: bool(access.can_administer_people(u)))
        )
        registries.navigation.add(registries.MenuEntry("Sites", "sites", 91, lambda u: bool(access.can_keep_ground(u))))
        registries.navigation.add(
            registries.MenuEntry("Master data", "master", 92, lambda u: bool(access.can_keep_ground(u)))
        )
