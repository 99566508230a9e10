"""Development and the demo: loopback only, one-click sign-in, mail into the built-in mailbox."""

import secrets

from config.settings.base import *  # noqa: F403 - settings modules extend one another
from config.settings.base import DATA_DIR, env

DEBUG = env.bool("DEBUG", default=False)
DEMO = True
DEMO_GUIDE = "config.demo.people.guide"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *env.list("ALLOWED_HOSTS", default=[])]
STATIC_ROOT = None  # nothing is collected: files are served from where they lie


def _secret() -> str:
    """Keep one random key per data directory, so that sessions survive a restart and no key is in the code."""
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    path = DATA_DIR / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


SECRET_KEY = env.str("SECRET_KEY", default="") or _secret()
EMAIL_BACKEND = "foundation.web.mailbox.MailboxBackend"
OUTGOING_PRIVATE_HOSTS = ["127.0.0.1", "localhost"]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
