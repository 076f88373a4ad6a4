"""What every test may lean on: where the shared real reports are, and how hard hypothesis tries."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]

# "ci" runs the same examples every time and is never failed by a slow machine; "thorough" searches anew.
settings.register_profile(
    "ci",
    derandomize=True,
    database=None,
    max_examples=60,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("thorough", max_examples=2000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real reports with their truth, beside the checkout and never part of it; the test is skipped without them."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the real reports that may not be redistributed are not here (../shared)")
    return folder
