"""Make .venv and install the locked requirements; do nothing when they are there already.

Needs only Python's standard library: it is the first thing that runs on a bare machine.

    python3 tools/bootstrap.py          what the product runs on
    python3 tools/bootstrap.py --dev    and what its tests and checks need
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def main(arguments: list[str]) -> None:
    """Bring .venv up to date with the locks."""
    if sys.version_info < OLDEST:
        sys.exit(f"Crossdock needs Python 3.11 or later; this is {sys.version.split()[0]}.")
    locks = [ROOT / "requirements.txt", *([ROOT / "requirements-dev.txt"] if "--dev" in arguments else [])]
    missing = [lock for lock in locks if not _is_installed(lock)]
    if not missing:
        return
    started = time.monotonic()
    if not _works():
        print("Making .venv", flush=True)
        _make()
    for lock in missing:
        print(f"Installing {lock.name}; the first time this downloads packages", flush=True)
        _install(lock)
        _stamp(lock).write_text(_wanted(lock))
    print(f"Packages ready after {time.monotonic() - started:.0f} s", flush=True)


def _stamp(lock: Path) -> Path:
    return VENV / f".{lock.stem}.installed"


def _wanted(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()


def _is_installed(lock: Path) -> bool:
    stamp = _stamp(lock)
    return PYTHON.exists() and stamp.exists() and stamp.read_text() == _wanted(lock)


def _works() -> bool:
    """Tell whether .venv was finished once and its interpreter still starts."""
    if not (PYTHON.exists() and _stamp(ROOT / "requirements.txt").exists()):
        return False
    return subprocess.run([PYTHON, "-c", ""], check=False, capture_output=True).returncode == 0


def _make() -> None:
    uv = shutil.which("uv")
    try:
        if uv:
            subprocess.check_call([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV)])
        else:
            venv.create(VENV, clear=True, with_pip=True)
    except subprocess.CalledProcessError:
        sys.exit("Could not make .venv. On Debian and Ubuntu run: apt-get install python3-venv")


def _install(lock: Path) -> None:
    uv = shutil.which("uv")
    if uv:
        command = [uv, "pip", "install", "--quiet", "--python", str(PYTHON)]
    else:
        command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if subprocess.run([*command, "--require-hashes", "-r", str(lock)], check=False).returncode:
        sys.exit(
            f"Could not install {lock.name}; the lines above say why. Nothing is half done: run the command again."
        )


if __name__ == "__main__":
    main(sys.argv[1:])
