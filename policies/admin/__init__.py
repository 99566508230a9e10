from policies.admin import doors, versions

__all__ = ["doors", "versions"]
