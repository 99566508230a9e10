"""The ground the other tests stand on: no way out, and tables as migrations left them after a test with real commits."""

import socket

import pytest
from django.db import connection, transaction


def test_connection_off_the_machine_is_refused() -> None:
    with socket.socket() as sock, pytest.raises(RuntimeError, match="tried to reach"):
        sock.connect(("192.0.2.1", 443))


def test_loopback_is_open(live_server: object) -> None:
    with socket.socket() as sock:
        sock.connect(("127.0.0.1", live_server.thread.port))  # type: ignore[attr-defined]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_turn", ["first", "after a flush"])
def test_audit_chain_begins_anew_and_arrows_are_there(_turn: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "insert into foundation_auditevent (chain, action, object_type, object_number, request_id,"
            " address, policy_version, data, seq, prev_hash, hash)"
            " values (1, 'try', 'test', '', '', '', '', '{}', 0, '', '') returning seq"
        )
        assert cursor.fetchone() == (1,)

    with connection.cursor() as cursor:
        cursor.execute("select count(*) > 0 from foundation_stateedge")
        assert cursor.fetchone() == (True,)
