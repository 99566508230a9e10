"""The papers of a contract, such as its signed copy."""

from datetime import datetime

from foundation import audit
from foundation.documents import lock
from foundation.errors import ConflictError, InvalidError, require
from foundation.intake import uploads
from foundation.journal import use_case
from foundation.models import User
from suppliers import access
from suppliers.models import Contract, ContractPaper

MOST = 30
KINDS = frozenset({"pdf", "png", "jpg"})


@use_case
def add_contract_paper(*, contract_id: int, name: str, content: bytes, actor: User, at: datetime) -> ContractPaper:
    """Keep a file with a contract; the same file twice is one.

    :raises NotPermittedError: the actor writes no contracts.
    :raises ConflictError: there are too many.
    :raises InvalidError: the file is none of PDF, PNG and JPEG, too large, or acts when it is opened.
    """
    contract = lock(Contract, contract_id)
    require(access.can_propose_contract(actor))
    sent = uploads.check(name, content, kinds=KINDS)
    if contract.papers.filter(sha256=sent.sha256).exists():
        raise InvalidError("paper_there", "This file is there already.", field="file", value=sent.shown_name)
    if contract.papers.count() >= MOST:
        raise ConflictError("too_many_papers", f"A contract keeps at most {MOST} files.")
    paper = ContractPaper.objects.create(
        contract=contract, name=sent.shown_name, content_type=sent.content_type, content=sent.content,
        size=len(sent.content), sha256=sent.sha256, added_at=at, added_by=actor,
    )  # fmt: skip
    audit.record(contract, "add_paper", actor=actor, at=at, name=paper.name, sha256=paper.sha256)
    return paper
