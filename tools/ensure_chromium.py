"""See that the browser tests find a Chromium: install Debian's where that is possible, else say how."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = ("chromium", "fonts-liberation")
INSTALL = ("apt-get", "install", "-y", "--no-install-recommends", *PACKAGES)


def main() -> None:
    """Return quietly when a browser is there or could be installed."""
    if os.environ.get("SKIP_BROWSER") == "1" or os.environ.get("CHROMIUM_PATH") or any(map(shutil.which, NAMES)):
        return
    if not shutil.which("apt-get"):
        sys.exit("No Chromium found: install it, or set CHROMIUM_PATH to its program, or choose SKIP_BROWSER=1.")
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        sys.exit(f"No Chromium found. Run: sudo {' '.join(INSTALL)}")
    print("Installing Chromium for the browser tests", flush=True)
    quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
    subprocess.run(["apt-get", "update"], check=False, **quiet)
    if subprocess.run(INSTALL, check=False, **quiet).returncode:
        sys.exit(f"Could not install Chromium. Run: {' '.join(INSTALL)}")


if __name__ == "__main__":
    main()
