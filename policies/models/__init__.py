from policies.models.analysis import PolicyAnalysis
from policies.models.approval import ApprovalRule, ApprovalStage, StageCompletion, StageWho
from policies.models.budget import Budget, BudgetEntry, BudgetKind, BudgetPeriod
from policies.models.duty import DutyPair, DutyStrength, ExceptionRoute
from policies.models.policy_import import PolicyImport
from policies.models.tolerance import MatchTolerance, ToleranceScope
from policies.models.version import PolicyKind, PolicyState, PolicyVersion

__all__ = [
    "ApprovalRule", "ApprovalStage", "Budget", "BudgetEntry", "BudgetKind", "BudgetPeriod", "DutyPair", "DutyStrength", "ExceptionRoute", "MatchTolerance", "PolicyAnalysis", "PolicyImport", "PolicyKind",
    "PolicyState", "PolicyVersion", "StageCompletion", "StageWho", "ToleranceScope",
]  # fmt: skip
