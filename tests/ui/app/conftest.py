"""The real app over a real small library; words are hashed instead of embedded, so no model loads."""

from __future__ import annotations

import shutil

import pytest
from streamlit.testing.v1 import AppTest

from ingest import ingest_paths
from rag.library import Library
from rag.settings import load_settings
from tests.fakes import HashingEmbedder
from tests.ui.app.sample import MAIN, MINUTES, NASTY, SCRIPT, two_page_pdf


@pytest.fixture(scope="session")
def documents(tmp_path_factory):
    folder = tmp_path_factory.mktemp("documents")
    (folder / "minutes.txt").write_text(MINUTES, "utf-8")
    (folder / NASTY).write_text(SCRIPT, "utf-8")
    two_page_pdf(folder / "report.pdf")
    return folder


@pytest.fixture(scope="session")
def filled(tmp_path_factory, documents):
    """A library of three documents; never changed, only copied."""
    path = tmp_path_factory.mktemp("filled") / "library"
    settings = load_settings(overrides={"library": str(path), "ingest": {"workers": 1}}, environment={})
    with Library.open(settings=settings) as library:
        results = list(ingest_paths([documents], library.store, HashingEmbedder(), settings))
    assert [result.status for result in results] == ["added"] * 3
    return path


@pytest.fixture
def hashed(monkeypatch, packaged_readers):
    monkeypatch.setattr("rag.models.build.build_embedder", lambda settings: HashingEmbedder())
    monkeypatch.setattr(
        "rag.models.build._shared", dict(packaged_readers)
    )  # what else is built here is for nobody else


@pytest.fixture(autouse=True)
def no_cookies(monkeypatch):
    """Streamlit's test of an app has none but a mock."""
    monkeypatch.setattr("ui.app.people._kept", str)


@pytest.fixture
def library_path(tmp_path, filled, monkeypatch, hashed):
    """A copy of the library that the app opens."""
    path = tmp_path / "library"
    shutil.copytree(filled, path)
    monkeypatch.setenv("CITEWELL_LIBRARY", str(path))
    return path


@pytest.fixture
def empty_path(tmp_path, monkeypatch, hashed):
    path = tmp_path / "empty"
    monkeypatch.setenv("CITEWELL_LIBRARY", str(path))
    return path


@pytest.fixture
def app():
    """The app, not run yet."""
    return AppTest.from_file(str(MAIN), default_timeout=60)
