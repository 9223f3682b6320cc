"""The workspace that rides share, how many rides there are, and their figures."""

from collections.abc import AsyncGenerator, Iterator

import pytest
import pytest_asyncio

# Asked for before they are imported, these modules' assertions say what differs.
pytest.register_assert_rewrite("recovery.laws", "recovery.ride")

from recovery.figures import PROPERTY, Figures  # noqa: E402
from recovery.workspace import Workspace, serving  # noqa: E402

SEEDS, ALL_SEEDS = 40, 200


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(ALL_SEEDS if metafunc.config.getoption("--full") else SEEDS))


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def workspace(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Workspace, None]:
    """A workspace for any number of rides; its database is looked at whenever a process ends in order."""
    async with serving(tmp_path_factory.mktemp("workspace")) as made:
        yield made


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Iterator[Figures]:
    """This test's figures, which are added up at the end."""
    made = Figures()
    yield made
    request.node.user_properties.append((PROPERTY, made.dump()))
