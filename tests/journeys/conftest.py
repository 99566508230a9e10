from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.factories import NOW, Company, company

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
DESK, PHONE = (1366, 900), (390, 844)


@pytest.fixture
def the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the pages read the small company's clock, so that its pictures are the same every day."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def made(db: None) -> Company:
    return company()


@pytest.fixture
def picture() -> Callable[..., None]:
    """Return a function that keeps a page for README and docs, as it looks today."""

    def run(page: Any, name: str, size: tuple[int, int] = DESK) -> None:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.evaluate("document.fonts.ready")
        page.screenshot(path=IMAGES / f"{name}.png", animations="disabled", caret="hide")

    return run
