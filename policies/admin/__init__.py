from policies.admin import doors

__all__ = ["doors"]
