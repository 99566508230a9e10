from foundation.services.create_account import create_account
from foundation.services.grant_role import grant_role, revoke_role, sync_site_permissions
from foundation.services.idempotency import answer_key, claim_key, forget_keys
from foundation.services.import_items import Import, ItemRow, RowFault, import_items
from foundation.services.items import (
    ItemDetails,
    Pack,
    change_item,
    create_item,
    drop_pack,
    save_pack,
    seen_of_item,
)
from foundation.services.people import (
    PersonDetails,
    change_person,
    grant_duty,
    invite_person,
    open_account,
    record_link,
    revoke_duty,
    seen_of,
    set_active,
)
from foundation.services.save_preferences import save_preferences
from foundation.services.sites import SiteSettings, change_site, open_site, seen_of_site
from foundation.services.take_over import Ground, ItemTaken, PlaceTaken, take_over_items, take_over_sites

__all__ = [
    "Ground", "Import", "ItemDetails", "ItemRow", "ItemTaken", "Pack", "PersonDetails", "PlaceTaken", "RowFault",
    "SiteSettings", "answer_key", "change_item", "change_person", "change_site", "claim_key", "create_account", "create_item",
    "drop_pack", "forget_keys", "grant_duty", "grant_role", "import_items", "invite_person", "open_account", "open_site",
    "record_link", "revoke_duty", "revoke_role", "save_pack", "save_preferences", "seen_of", "seen_of_item", "seen_of_site",
    "set_active", "sync_site_permissions", "take_over_items", "take_over_sites",
]  # fmt: skip
