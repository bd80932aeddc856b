"""The dependency audit tells holes from silence."""

from __future__ import annotations

import json

from tests.audit import holes


def test_holes_are_named_and_no_answer_is_none() -> None:
    package = {"name": "x", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}
    packages = [package, {"name": "y", "skip_reason": "z"}]
    assert holes(json.dumps({"dependencies": packages})) == ["x 1: CVE-1, fixed in 2"]
    assert holes(json.dumps({"dependencies": []})) == []
    assert holes("") is None
    assert holes("connection refused") is None
