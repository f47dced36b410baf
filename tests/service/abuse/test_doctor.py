"""The doctor tells an operator whose proxy hides every visitor behind one address."""

from pathlib import Path

import pytest

from app.cli.deployment import Deployment
from app.cli.examination import examine
from app.settings import read_settings


@pytest.mark.parametrize(
    ("url", "proxies", "warned"),
    (
        ("https://help.example.org", "0", True),
        ("https://help.example.org", "1", False),
        ("http://127.0.0.1:8000", "0", False),
    ),
)
def test_a_proxy_that_nobody_was_told_of(tmp_path: Path, url: str, proxies: str, warned: bool) -> None:
    settings = {
        "REDRESS_HOME": str(tmp_path),
        "REDRESS_PUBLIC_URL": url,
        "REDRESS_TRUSTED_PROXIES": proxies,
    }
    found = [finding.text for finding in examine(Deployment(read_settings(settings)))]
    assert any("REDRESS_TRUSTED_PROXIES" in text for text in found) is warned
