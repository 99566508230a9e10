from foundation.services.grant_role import grant_role, revoke_role, sync_site_permissions

__all__ = ["grant_role", "revoke_role", "sync_site_permissions"]
