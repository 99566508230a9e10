from policies.selectors.analysis import Analysis, analyse, fallback_role_of
from policies.selectors.comparison import differences_between, limit_words, pair_words, switch_words
from policies.selectors.content import document_of, ground_today
from policies.selectors.files import PolicyFile, file_of
from policies.selectors.in_force import (
    OrderingPolicy,
    Route,
    RuleRow,
    assemble,
    build_matrix,
    duty_pairs_in_force,
    forget,
    has_started,
    matrix_in_force,
    matrix_of,
    ordering_policy_in_force,
    route_in_force,
    route_name,
    rule_rows,
    tolerances_in_force,
    version_in_force,
    versions_read_once,
)
from policies.selectors.judgement import Judgement, Prospect, foresee, in_force_or_none, judge, judge_again
from policies.selectors.role_pairs import pairs_of
from policies.selectors.today import ROLE_NAMES, approvers_today, today, world_today
from policies.selectors.versions import history_of, kinds_today, version_numbered, versions_of

__all__ = [
    "ROLE_NAMES", "Analysis", "Judgement", "OrderingPolicy", "PolicyFile", "Prospect", "Route", "RuleRow", "analyse", "approvers_today", "assemble", "build_matrix", "differences_between",
    "document_of", "duty_pairs_in_force", "fallback_role_of", "file_of", "foresee", "forget", "ground_today", "has_started", "history_of", "in_force_or_none", "judge", "judge_again", "kinds_today", "limit_words", "matrix_in_force",
    "matrix_of", "ordering_policy_in_force", "pair_words", "pairs_of", "route_in_force", "route_name", "rule_rows", "switch_words", "today",
    "tolerances_in_force", "version_in_force", "version_numbered", "versions_of", "versions_read_once", "world_today",
]  # fmt: skip
