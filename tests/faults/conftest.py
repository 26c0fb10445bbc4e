import pytest

from tests.faults.scene import Scene


@pytest.fixture(scope="session")
def is_full(request: pytest.FixtureRequest) -> bool:
    """Whether every point is tried, as `make test-faults` does, or a sample of them."""
    return bool(request.config.getoption("--faults-full"))


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("faults"))
