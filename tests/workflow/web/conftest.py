import pytest

from tests.factories import NOW, Company, company


@pytest.fixture
def the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the pages read the small company's clock, within its contracts."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def made(db: None) -> Company:
    return company()
