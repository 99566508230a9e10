from django.urls import path

from workflow.web import (
    approvers,
    cases,
    conflict_files,
    conflicts,
    followers,
    inbox,
    publication,
    replay,
    signatures,
    tasks,
    wrong_person,
)

urlpatterns = [
    path("settings/approvals/<int:number>/replay/", replay.replay, name="policy_replay"),
    path("settings/approvals/<int:number>/replay/differences.csv", replay.differences_csv, name="policy_replay_csv"),
    path("settings/<slug:page>/<int:number>/ask/", publication.ask, name="ask_publication"),
    path("settings/duties/conflicts/", conflicts.conflicts, name="conflicts"),
    path("settings/duties/conflicts.csv", conflict_files.conflicts_csv, name="conflicts_csv"),
    path("settings/duties/conflicts.xlsx", conflict_files.conflicts_xlsx, name="conflicts_xlsx"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/all/", tasks.tasks, name="tasks"),
    path("inbox/all/<slug:verb>/", tasks.tasks_do, name="tasks_do"),
    path("inbox/<int:request_id>/", inbox.inbox, name="inbox_task"),
    path("inbox/<int:request_id>/add/", approvers.add, name="add_approver"),
    path("inbox/<int:request_id>/wrong-person/", wrong_person.wrong_person, name="wrong_person"),
    path("inbox/<int:request_id>/<slug:verb>/", inbox.decide, name="decide"),
    path("messages/<slug:subject_type>/<int:subject_id>/", inbox.message, name="send_message"),
    path("followers/<slug:subject_type>/<int:subject_id>/", followers.followers, name="followers"),
    path("signatures/<str:number>/", signatures.signature, name="signature"),
    path("signatures/<str:number>/<slug:verb>/", signatures.decide, name="decide_signature"),
    path("exceptions/", cases.case_list, name="cases"),
    path("exceptions/<str:number>/", cases.case_detail, name="case"),
    path("exceptions/<str:number>/resolve/", cases.case_resolve, name="resolve_case"),
]
