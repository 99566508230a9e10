from policies.selectors.in_force import (
    OrderingPolicy,
    Route,
    build_matrix,
    duty_pairs_in_force,
    forget,
    matrix_in_force,
    matrix_of,
    ordering_policy_in_force,
    route_in_force,
    tolerances_in_force,
    version_in_force,
)
from policies.selectors.versions import versions_of

__all__ = [
    "OrderingPolicy", "Route", "build_matrix", "duty_pairs_in_force", "forget", "matrix_in_force", "matrix_of",
    "ordering_policy_in_force", "route_in_force", "tolerances_in_force", "version_in_force", "versions_of",
]  # fmt: skip
