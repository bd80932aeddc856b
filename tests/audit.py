"""`make check` asks here whether anything that is installed has a known hole. No network is no failure, but is said."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys

PATIENCE = 120.0


def holes(output: str) -> list[str] | None:
    """One line for each known hole in the JSON of pip-audit; None where it is no answer."""
    try:
        packages = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return None
    return [
        f"{package['name']} {package['version']}: {hole['id']}, fixed in {', '.join(hole['fix_versions']) or 'nothing'}"
        for package in packages
        for hole in package.get("vulns", ())
    ]


def main() -> int:
    """The exit code: 1 only where a hole is known."""
    if importlib.util.find_spec("pip_audit") is None:
        print("dependency audit skipped: pip-audit is not installed (.venv/bin/pip install pip-audit)")
        return 0
    command = [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off", "--timeout", "10"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        found = holes(done.stdout)
    except subprocess.TimeoutExpired:
        found = None
    if found is None:
        print("dependency audit skipped: the list of known holes cannot be reached")
        return 0
    print("\n".join(found) or "dependency audit: nothing known")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
