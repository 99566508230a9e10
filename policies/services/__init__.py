from policies.services.install_defaults import install_default_policies
from policies.services.rows import (
    delete_duty_pair,
    delete_tolerance,
    save_duty_pair,
    save_route,
    save_switches,
    save_tolerance,
)
from policies.services.rules import StageInput, delete_rule, move_rule, save_rule
from policies.services.versions import check_publishable, create_draft, discard_draft, publish_version

__all__ = [
    "StageInput", "check_publishable", "create_draft", "delete_duty_pair", "delete_rule", "delete_tolerance",
    "discard_draft", "install_default_policies", "move_rule", "publish_version", "save_duty_pair", "save_route",
    "save_rule", "save_switches", "save_tolerance",
]  # fmt: skip
