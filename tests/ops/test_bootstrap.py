"""The first command of a fresh clone, up to where it would download."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools import bootstrap


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "requirements.txt").write_text("")
    (tmp_path / "requirements-dev.txt").write_text("")
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    return tmp_path


def test_bootstrap_makes_the_environment_once_when_the_lock_is_unchanged(
    clone: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bootstrap.main([])
    first = capsys.readouterr().out

    bootstrap.main([])

    assert first.splitlines()[0] == "Making .venv"
    assert capsys.readouterr().out == ""
    assert subprocess.run([clone / ".venv/bin/python", "-c", ""], check=False).returncode == 0


def test_bootstrap_installs_again_when_the_lock_changed(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bootstrap.main([])
    (clone / "requirements.txt").write_text("# nothing, but another text\n")
    capsys.readouterr()

    bootstrap.main([])

    assert capsys.readouterr().out.splitlines()[0].startswith("Installing requirements.txt")


def test_bootstrap_makes_the_environment_anew_when_its_interpreter_is_gone(
    clone: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bootstrap.main([])
    (clone / ".venv/bin/python").unlink()
    capsys.readouterr()

    bootstrap.main([])

    assert capsys.readouterr().out.splitlines()[0] == "Making .venv"


def test_bootstrap_leaves_no_stamp_when_the_installation_fails(clone: Path) -> None:
    (clone / "requirements.txt").write_text("no-hash==1.0\n")

    with pytest.raises(SystemExit) as refusal:
        bootstrap.main([])

    assert "Could not install requirements.txt" in str(refusal.value)
    assert not (clone / ".venv/.requirements.installed").exists()


def test_bootstrap_refuses_an_old_python(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "OLDEST", (sys.version_info.major + 1, 0))

    with pytest.raises(SystemExit) as refusal:
        bootstrap.main([])

    assert "needs Python" in str(refusal.value)
    assert not (clone / ".venv").exists()
