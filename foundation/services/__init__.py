from foundation.services.grant_role import grant_role, revoke_role, sync_site_permissions
from foundation.services.save_preferences import save_preferences

__all__ = ["grant_role", "revoke_role", "save_preferences", "sync_site_permissions"]
