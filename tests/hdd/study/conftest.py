import pytest
from study_files import writer

from hdd.study.declaration import read_study


@pytest.fixture
def write(tmp_path):
    return writer(tmp_path)


@pytest.fixture(scope="module")
def module_write(tmp_path_factory):
    return writer(tmp_path_factory.mktemp("declarations"))


@pytest.fixture
def declare(write):
    """Reads a study: the tiny one with other parts."""
    return lambda **parts: read_study(write(**parts))
