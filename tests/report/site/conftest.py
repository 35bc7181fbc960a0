import os

import pytest

from tests.report.site.built import ROOT, build


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The site of the committed tables and plots."""
    work = tmp_path_factory.mktemp("site")
    here = os.getcwd()
    os.chdir(ROOT)
    try:
        build(work / "site", work / "pages")
    finally:
        os.chdir(here)
    return work / "site"
