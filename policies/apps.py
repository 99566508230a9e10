from django.apps import AppConfig
from django.urls import reverse


class PoliciesConfig(AppConfig):
    """The rules layer."""

    name = "policies"

    def ready(self) -> None:
        """Furnish the ground's registries."""
        from foundation import registries  # noqa: PLC0415 - apps are ready only now
        from foundation.registries import MenuEntry, Work, navigation  # noqa: PLC0415 - apps are ready only now
        from policies import access  # noqa: PLC0415 - apps are ready only now
        from policies.selectors.invariants import invariants  # noqa: PLC0415 - apps are ready only now
        from policies.selectors.role_pairs import may_also_hold  # noqa: PLC0415 - apps are ready only now
        from policies.services import analysis, imports  # noqa: PLC0415 - apps are ready only now
        from policies.web.budgets import of_cost_centre  # noqa: PLC0415 - apps are ready only now
        from policies.web.shared import PAGES  # noqa: PLC0415 - apps are ready only now

        navigation.add(MenuEntry("Policies", "policies_home", 80, lambda u: bool(access.can_read_policies(u))))
        navigation.add(MenuEntry("Budgets", "budgets", 75, access.has_budgets_at_hand))
        registries.works.add(
            Work(
                kind=analysis.KIND,
                slice=analysis.analysis_slice,
                visible=lambda user, _params: bool(access.can_read_policies(user)),
                url=lambda params: reverse("policy", args=["approvals", params["number"]]),
            )
        )
        registries.works.add(
            Work(
                kind=imports.KIND,
                slice=imports.import_slice,
                visible=lambda user, _params: bool(access.can_draft(user)),
                url=lambda params: reverse("policy_import", args=[PAGES[params["kind"]], params["import"]]),
            )
        )
        registries.panels.add("cost_centre.main", of_cost_centre)
        registries.invariants.add(*invariants())
        registries.role_rules.add(may_also_hold)
