"""The one way out: signed, without redirects, to addresses that are not inside our network (RELIABILITY section 9)."""

import ipaddress
import socket
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from standardwebhooks.webhooks import Webhook

from foundation.errors import InvalidError

CONNECT_SECONDS, TOTAL_SECONDS = 5.0, 10.0
MAX_ANSWER = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said, cut to 64 KiB."""

    status: int
    body: str


class UnreachableError(Exception):
    """Nobody answered, or the answer never came; sending again with the same id is safe."""


def check_address(url: str) -> tuple[str, str, int]:
    """Return the address to connect to, the host it stands for, and the port.

    Every address of the name must be public, unless the host is listed in OUTGOING_PRIVATE_HOSTS. Checked when a
    connection is saved and again at each sending: the name may resolve differently then.

    :raises InvalidError: not HTTPS, credentials in the URL, or the name leads inside.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    allowed = host in settings.OUTGOING_PRIVATE_HOSTS
    if parts.scheme != "https" and not (allowed and parts.scheme == "http"):
        raise InvalidError("url_not_https", "Use an https address.", field="url", value=url[:200])
    if parts.username or parts.password or not host:
        raise InvalidError("url_unusable", "The address needs a host and no user name.", field="url", value=host)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if not allowed and port != 443:  # noqa: PLR2004 - the one port we go out on
        raise InvalidError("url_port", "Only port 443 is allowed.", field="url", value=str(port))
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except OSError as error:
        raise UnreachableError(f"{host} cannot be resolved") from error
    if not allowed and any(not _is_public(str(address)) for address in found):
        raise InvalidError("url_private", f"{host} leads to a private address.", field="url", value=host)
    return min(map(str, found)), host, port


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None)
    return (mapped or ip).is_global and not ip.is_multicast


def post_signed(*, url: str, secret: str, msg_id: str, at: datetime, body: bytes, content_type: str) -> Answer:
    """Send a message signed by the Standard Webhooks scheme and return the answer, whatever its status.

    The id is the same at each try, so the receiver can drop a repeat.

    :raises UnreachableError: no connection, no answer in time, or a redirect.
    :raises InvalidError: the address may not be used.
    """
    address, host, port = check_address(url)
    parts = urlsplit(url)
    shown = f"[{address}]" if ":" in address else address
    target = f"{parts.scheme}://{shown}:{port}{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    headers = {
        "Host": host if parts.port is None else f"{host}:{port}",
        "Content-Type": content_type,
        "webhook-id": msg_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(msg_id, at, body.decode("utf-8", "surrogateescape")),
    }
    timeout = httpx.Timeout(TOTAL_SECONDS, connect=CONNECT_SECONDS)
    try:
        with httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False) as client:
            extensions = {"sni_hostname": host} if parts.scheme == "https" else {}
            request = client.build_request("POST", target, content=body, headers=headers, extensions=extensions)
            response = client.send(request, stream=True)
            text = _read(response)
    except httpx.HTTPError as error:
        raise UnreachableError(f"{type(error).__name__}: {error}"[:300]) from error
    return Answer(response.status_code, text)


def _read(response: httpx.Response) -> str:
    taken = b""
    for chunk in response.iter_bytes():
        taken += chunk
        if len(taken) >= MAX_ANSWER:
            break
    response.close()
    return taken[:MAX_ANSWER].decode("utf-8", "replace")
