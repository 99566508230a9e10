from foundation.admin import doors

__all__ = ["doors"]
