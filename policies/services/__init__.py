from policies.services.install_defaults import install_default_policies
from policies.services.publishable import check_publishable
from policies.services.rows import (
    delete_duty_pair,
    delete_route,
    delete_tolerance,
    save_duty_pair,
    save_route,
    save_switches,
    save_tolerance,
)
from policies.services.rules import BandInput, StageInput, delete_rule, move_rule, save_bands, save_rule
from policies.services.versions import create_draft, discard_draft, publish_version

__all__ = [
    "BandInput", "StageInput", "check_publishable", "create_draft", "delete_duty_pair", "delete_route", "delete_rule", "delete_tolerance",
    "discard_draft", "install_default_policies", "move_rule", "publish_version", "save_bands", "save_duty_pair",
    "save_route", "save_rule", "save_switches", "save_tolerance",
]  # fmt: skip
