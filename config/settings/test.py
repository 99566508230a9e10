"""Tests: the real database engine, no shared state, nothing leaves the machine."""

import hashlib

from config.settings.base import *  # noqa: F403 - settings modules extend one another
from config.settings.base import BASE_DIR, DATABASES

SECRET_KEY = "test only, never in use elsewhere, fifty characters long"  # noqa: S105 - a test's key
DEMO = True
DEMO_GUIDE = "config.demo.people.guide"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_ROOT = None  # nothing is collected: files are served from where they lie
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
OUTGOING_PRIVATE_HOSTS = ["127.0.0.1", "localhost"]
DECISION_UNDO_SECONDS = 0  # decided at once; the tests of taking back set it
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
# Migrating takes most of a short test run, so the database is kept (--reuse-db) and its name says which migrations it
# has: a changed migration gets a new one.
_migrations = sorted(BASE_DIR.glob("*/migrations/*.py"))
_digest = hashlib.sha256(b"".join(path.read_bytes() for path in _migrations)).hexdigest()[:8]
DATABASES["default"]["TEST"] = {"NAME": f"test_crossdock_{_digest}"}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
LOGGING = {"version": 1, "disable_existing_loggers": False, "root": {"level": "ERROR"}}
