"""What tests of several rooms share."""

from pathlib import Path

import pytest

MIRROR = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The mirror folder of real data; skips the test where there is none."""
    if not MIRROR.is_dir():
        pytest.skip("no mirror folder ../shared/data")
    return MIRROR


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the pipeline, which takes longest, so that no process waits for it in the end."""
    items.sort(key=lambda item: item.get_closest_marker("pipeline") is None)
