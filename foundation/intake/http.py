"""The one way out: signed, without redirects, to addresses that are not inside our network (RELIABILITY section 9)."""

import base64
import ipaddress
import socket
import threading
from binascii import Error as Base64Error
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from standardwebhooks.webhooks import Webhook

from foundation.errors import InvalidError

CONNECT_SECONDS, TOTAL_SECONDS = 5.0, 10.0
MAX_ANSWER = 64 * 1024
MAX_PAUSE = 3600
MIN_SECRET, MAX_SECRET = 24, 64


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said, cut to 64 KiB; `retry_after` is the pause it asks for, in seconds, at most an hour."""

    status: int
    body: str
    retry_after: int = 0


class UnreachableError(Exception):
    """Nobody answered, or the answer never came; sending again with the same id is safe."""


def check_address(url: str) -> tuple[str, str, int]:
    """Return the address to connect to, the host it stands for, and the port.

    Every address of the name must be public, unless the host is listed in OUTGOING_PRIVATE_HOSTS. Checked when a
    connection is saved and again at each sending: the name may resolve differently then.

    :raises InvalidError: not HTTPS, credentials in the URL, or the name leads inside.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise InvalidError("url_unusable", "This is no address.", field="url", value=url[:200]) from error
    allowed = host in settings.OUTGOING_PRIVATE_HOSTS
    if parts.scheme != "https" and not (allowed and parts.scheme == "http"):
        raise InvalidError("url_not_https", "Use an https address.", field="url", value=url[:200])
    if parts.username or parts.password or not host:
        raise InvalidError("url_unusable", "The address needs a host and no user name.", field="url", value=host)
    port = port or (443 if parts.scheme == "https" else 80)
    if not allowed and port != 443:  # noqa: PLR2004 - the one port we go out on
        raise InvalidError("url_port", "Only port 443 is allowed.", field="url", value=str(port))
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as error:
        raise UnreachableError(f"{host} cannot be resolved") from error
    if not allowed and any(not _is_public(str(address)) for address in found):
        raise InvalidError("url_private", f"{host} leads to a private address.", field="url", value=host)
    return min(map(str, found)), host, port


# Addresses that stand for others: what they lead to is not what they look like.
_TUNNELS = [ipaddress.ip_network(n) for n in ("64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "::/96")]


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if any(ip in tunnel for tunnel in _TUNNELS):
            return False
        ip = ip.ipv4_mapped or ip
    return ip.is_global and not ip.is_multicast


def check_secret(secret: str) -> None:
    """Refuse a signing secret that cannot be used.

    :raises InvalidError: it is not `whsec_` and base64 of 24 to 64 bytes.
    """
    try:
        size = len(base64.b64decode(secret.removeprefix("whsec_"), validate=True))
    except Base64Error:
        size = 0
    if not secret.startswith("whsec_") or not MIN_SECRET <= size <= MAX_SECRET:
        raise InvalidError(
            "secret_unusable",
            f"A secret is whsec_ and base64 of {MIN_SECRET} to {MAX_SECRET} random bytes.",
            field="secret",
        )


def post_signed(*, url: str, secret: str, msg_id: str, at: datetime, body: bytes, content_type: str) -> Answer:
    """Send a message signed by the Standard Webhooks scheme and return the answer, whatever its status.

    The id is the same at each try, so the receiver can drop a repeat.

    A redirect is answered as it came and never followed.

    :raises UnreachableError: no connection, or no whole answer within ten seconds.
    :raises InvalidError: the address or the secret may not be used.
    """
    check_secret(secret)
    address, host, port = check_address(url)
    parts = urlsplit(url)
    shown = f"[{address}]" if ":" in address else address
    target = f"{parts.scheme}://{shown}:{port}{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    headers = {
        "Host": host if parts.port is None else f"{host}:{port}",
        "Content-Type": content_type,
        "Accept-Encoding": "identity",
        "webhook-id": msg_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(msg_id, at, body.decode()),
    }
    timeout = httpx.Timeout(TOTAL_SECONDS, connect=CONNECT_SECONDS)
    client = httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False)
    # httpx limits each read, not the whole: a receiver that trickles bytes would hold the worker for ever.
    guillotine = threading.Timer(TOTAL_SECONDS, client.close)
    guillotine.daemon = True
    guillotine.start()
    try:
        extensions = {"sni_hostname": host} if parts.scheme == "https" else {}
        request = client.build_request("POST", target, content=body, headers=headers, extensions=extensions)
        response = client.send(request, stream=True)
        text = _read(response)
    except httpx.HTTPError as error:
        raise UnreachableError(f"{type(error).__name__}: {error}"[:300]) from error
    finally:
        guillotine.cancel()
        client.close()
    return Answer(response.status_code, text, _pause(response.headers.get("Retry-After", "")))


def _pause(text: str) -> int:
    """Return the seconds asked for; a date instead of seconds is not obeyed."""
    return min(int(text), MAX_PAUSE) if text.isascii() and text.isdecimal() and len(text) < 8 else 0  # noqa: PLR2004 - digits


def _read(response: httpx.Response) -> str:
    """Return the answer's first 64 KiB as text that a database takes."""
    taken = b""
    for chunk in response.iter_raw():
        taken += chunk
        if len(taken) >= MAX_ANSWER:
            break
    response.close()
    return taken[:MAX_ANSWER].decode("utf-8", "replace").replace("\x00", "\ufffd")
