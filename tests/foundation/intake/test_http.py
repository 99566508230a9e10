"""The one way out: where it may lead, what it signs, and that nothing on the other side can hold it."""

import base64
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from foundation.errors import InvalidError
from foundation.intake import http

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()


@pytest.fixture
def loopback_allowed(settings: Any) -> None:
    settings.OUTGOING_PRIVATE_HOSTS = ["127.0.0.1"]


def resolving_to(*addresses: str) -> Any:
    return lambda _host, port, **_: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in addresses]


@pytest.mark.parametrize(
    ("_case", "url", "code"),
    [
        ("not encrypted",     "http://partner.example/x", "url_not_https"),
        ("a file",            "file:///etc/passwd", "url_not_https"),
        ("a user name",       "https://a:b@partner.example/x", "url_unusable"),
        ("no host",           "https:///x", "url_unusable"),
        ("another port",      "https://partner.example:8443/x", "url_port"),
        ("no port at all",    "https://partner.example:99999/x", "url_unusable"),
        ("half a bracket",    "https://[::1/x", "url_unusable"),
    ],
)  # fmt: skip
def test_address_is_refused(_case: str, url: str, code: str, settings: Any) -> None:
    settings.OUTGOING_PRIVATE_HOSTS = []
    with pytest.raises(InvalidError) as caught:
        http.check_address(url)

    assert caught.value.code == code


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",  # noqa: S104
        "::1", "fe80::1", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::1", "2001::1", "::127.0.0.1",
    ],
)  # fmt: skip
def test_name_that_leads_inside_is_refused(address: str, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.OUTGOING_PRIVATE_HOSTS = []
    monkeypatch.setattr(http.socket, "getaddrinfo", resolving_to("93.184.216.34", address))

    with pytest.raises(InvalidError) as caught:
        http.check_address("https://partner.example/x")

    assert caught.value.code == "url_private"


def test_public_name_gives_the_address_to_connect_to(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.OUTGOING_PRIVATE_HOSTS = []
    monkeypatch.setattr(http.socket, "getaddrinfo", resolving_to("93.184.216.34"))

    assert http.check_address("https://partner.example/x") == ("93.184.216.34", "partner.example", 443)


@pytest.mark.parametrize("secret", ["", "secret", "whsec_", "whsec_kurz", "whsec_" + "!" * 40, SECRET[6:]])
def test_secret_that_cannot_sign_is_refused(secret: str) -> None:
    with pytest.raises(InvalidError) as caught:
        http.check_secret(secret)

    assert caught.value.code == "secret_unusable"


@contextmanager
def receiver(answer: Any) -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """Run a server whose `answer` writes to the raw stream; yields its address and what it got."""
    got: list[tuple[dict[str, str], bytes]] = []

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append(({k.lower(): v for k, v in self.headers.items()}, body))
            answer(self)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/in?a=1", got
    finally:
        server.shutdown()
        server.server_close()


def send(url: str) -> http.Answer:
    return http.post_signed(
        url=url,
        secret=SECRET,
        msg_id="msg-1",
        at=datetime.now(UTC),
        body='{"ü": 1}'.encode(),
        content_type="application/json",
    )


def say(status: int, body: bytes = b"", **headers: str) -> Any:
    def answer(desk: BaseHTTPRequestHandler) -> None:
        desk.send_response(status)
        for name, value in headers.items():
            desk.send_header(name, value)
        desk.send_header("Content-Length", str(len(body)))
        desk.end_headers()
        desk.wfile.write(body)

    return answer


def test_message_arrives_signed_over_the_bytes_sent(loopback_allowed: None) -> None:
    with receiver(say(200, b'{"voucher": "4711"}')) as (url, got):
        answer = send(url)

    ((headers, body),) = got
    assert answer == http.Answer(200, '{"voucher": "4711"}')
    assert (headers["webhook-id"], body) == ("msg-1", '{"ü": 1}'.encode())
    assert Webhook(SECRET).verify(body, headers) == {"ü": 1}


def test_redirect_is_not_followed(loopback_allowed: None) -> None:
    with receiver(say(302, Location="http://127.0.0.1:1/elsewhere")) as (url, got):
        answer = send(url)

    assert (answer.status, len(got)) == (302, 1)


def test_answer_is_cut_at_64_kib(loopback_allowed: None) -> None:
    with receiver(say(200, b"x" * 200_000)) as (url, _got):
        assert len(send(url).body) == 64 * 1024


def test_nobody_there_is_unreachable(loopback_allowed: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    with pytest.raises(http.UnreachableError):
        send(f"http://127.0.0.1:{port}/")


def test_receiver_that_trickles_is_given_up(loopback_allowed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "TOTAL_SECONDS", 0.5)

    def trickle(desk: BaseHTTPRequestHandler) -> None:
        try:
            desk.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            for _ in range(30):
                desk.wfile.write(b"x")
                time.sleep(0.1)
        except OSError:
            return  # the sender has hung up, as it should

    with receiver(trickle) as (url, _got):
        started = time.monotonic()
        with pytest.raises(http.UnreachableError):
            send(url)

    assert time.monotonic() - started < 2


def test_name_that_moves_inside_after_it_was_saved_is_refused_at_sending(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.OUTGOING_PRIVATE_HOSTS = []
    monkeypatch.setattr(http.socket, "getaddrinfo", resolving_to("93.184.216.34"))
    http.check_address("https://partner.example/x")  # as it was when the connection was saved
    monkeypatch.setattr(http.socket, "getaddrinfo", resolving_to("127.0.0.1"))

    with pytest.raises(InvalidError) as caught:
        send("https://partner.example/x")

    assert caught.value.code == "url_private"


def test_name_is_asked_once_and_the_connection_goes_to_what_was_checked(
    loopback_allowed: None, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.OUTGOING_PRIVATE_HOSTS = ["partner.test"]
    asked: list[str] = []
    really = socket.getaddrinfo

    def rebinding(host: str, port: int, *rest: Any, **more: Any) -> Any:
        if host != "partner.test":
            return really(host, port, *rest, **more)
        asked.append(host)
        return resolving_to("127.0.0.1" if len(asked) == 1 else "10.0.0.1")(host, port)

    monkeypatch.setattr(http.socket, "getaddrinfo", rebinding)
    with receiver(say(200)) as (url, got):
        answer = send(url.replace("127.0.0.1", "partner.test"))

    assert (answer.status, asked) == (200, ["partner.test"])
    assert got[0][0]["host"].startswith("partner.test:")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_kind_of_redirect_is_followed(status: int, loopback_allowed: None) -> None:
    with receiver(say(status, Location="http://127.0.0.1:1/elsewhere")) as (url, got):
        assert (send(url).status, len(got)) == (status, 1)


@pytest.mark.parametrize(
    ("asked", "obeyed"),
    [("120", 120), ("999999", 3600), ("-5", 0), ("soon", 0), ("Wed, 21 Oct 2026 07:28:00 GMT", 0), ("", 0)],
)
def test_pause_a_receiver_asks_for_is_told_within_limits(asked: str, obeyed: int, loopback_allowed: None) -> None:
    with receiver(say(503, **{"Retry-After": asked})) as (url, _got):
        answer = send(url)

    assert (answer.status, answer.retry_after) == (503, obeyed)


@pytest.mark.parametrize(
    ("_case", "sent"),
    [
        ("endless headers",    b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 300_000 + b"\r\n\r\n"),
        ("no HTTP at all",     b"SSH-2.0-OpenSSH_9.2\r\n"),
        ("hangs up",           b""),
        ("half an answer",     b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf"),
    ],
)  # fmt: skip
def test_answer_that_is_none_is_unreachable(_case: str, sent: bytes, loopback_allowed: None) -> None:
    def answer(desk: BaseHTTPRequestHandler) -> None:
        try:
            desk.wfile.write(sent)
        except OSError:
            return  # the sender has hung up
        desk.close_connection = True

    with receiver(answer) as (url, _got), pytest.raises(http.UnreachableError):
        send(url)


def test_compressed_answer_is_not_unpacked(loopback_allowed: None) -> None:
    with receiver(say(200, b"\x1f\x8b" + b"\x00" * 100, **{"Content-Encoding": "gzip"})) as (url, _got):
        assert len(send(url).body) == 102
