from policies.services.install_defaults import install_default_policies
from policies.services.rows import StageInput, delete_rule, move_rule, save_rule, save_tolerance
from policies.services.versions import check_publishable, create_draft, discard_draft, publish_version

__all__ = [
    "StageInput", "check_publishable", "create_draft", "delete_rule", "discard_draft", "install_default_policies",
    "move_rule", "publish_version", "save_rule", "save_tolerance",
]  # fmt: skip
