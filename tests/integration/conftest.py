"""One library of the sample documents, made once by the real parts."""

import pytest

from ingest import ingest_paths
from rag.library import Library
from rag.resources import resource
from rag.settings import load_settings


@pytest.fixture(scope="session")
def samples():
    return resource("data", "samples")


@pytest.fixture(scope="session")
def sample_library(tmp_path_factory, samples):
    settings = load_settings(
        overrides={"library": str(tmp_path_factory.mktemp("samples") / "library")}, environment={}
    )
    with Library.open(settings=settings) as library:
        results = list(ingest_paths([samples / "documents"], library.store, library.embedder, settings))
        assert [result for result in results if result.status != "added"] == []
        yield library
