from policies.admin import doors, imports, versions

__all__ = ["doors", "imports", "versions"]
