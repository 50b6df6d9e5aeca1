"""Pages and sitemaps of a real site: what is asked, what comes in, what goes, what is refused."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from ingest.sources.website import Website
from rag.errors import ConfigurationError, UsageError
from rag.settings import load_settings
from rag.store import Store
from tests.fakes import zipped
from tests.ingest.sources.conftest import Fetch, online
from tests.sites import Page, Site, sitemap

pytestmark = [pytest.mark.server, pytest.mark.enable_socket]


def test_a_page_is_a_document_under_its_address(site: Site, fetch: Fetch, store: Store) -> None:
    address = site.html("/docs/Tide%20times?day=1", "The tide turns at six.")
    assert fetch(f"{address}#top") == {address: "added"}
    (info,) = store.documents()
    assert (info.source, info.media_type) == (address, "text/html")
    assert store.text(info.document_id).strip() == "The tide turns at six."
    assert site.sent[-1]["User-Agent"] == "Citewell"
    assert site.sent[-1]["Host"] == f"127.0.0.1:{site.port}"


def test_an_unchanged_page_is_not_sent_again_and_a_changed_one_is_read(site: Site, fetch: Fetch) -> None:
    address = site.html("/a", "The tide turns at six.", etag='"1"')
    plain = site.html("/b", "No version is told of this one.")
    assert fetch(address, plain) == {address: "added", plain: "added"}
    assert fetch(address, plain) == {address: "unchanged", plain: "unchanged"}
    assert site.sent[-3]["If-None-Match"] == '"1"'
    site.html("/a", "The tide turns at seven.", etag='"2"')
    assert fetch(address) == {address: "updated"}
    assert fetch(address) == {address: "unchanged"}
    site.html("/a", "The tide turns at seven.", etag='"3"')  # other version, same content
    assert fetch(address) == {address: "unchanged"}
    assert fetch(address) == {address: "unchanged"}
    assert site.sent[-1]["If-None-Match"] == '"3"'


def test_a_version_that_is_not_ascii_is_sent_back_as_it_came(site: Site, fetch: Fetch) -> None:
    address = site.html("/a", "The tide turns at six.", etag='"é"')
    assert fetch(address) == {address: "added"}
    assert fetch(address) == {address: "unchanged"}
    assert site.sent[-1]["If-None-Match"] == '"é"'


def test_what_is_read_otherwise_now_is_fetched_again(site: Site, fetch: Fetch) -> None:
    address = site.html("/a", "The tide turns at six.", etag='"1"')
    fetch(address)
    settings = online()
    other = settings.model_copy(update={"ingest": settings.ingest.model_copy(update={"ocr": "off"})})
    assert fetch(address, settings=other) == {address: "updated"}
    assert "If-None-Match" not in site.sent[-1]


def test_the_kind_that_a_page_is_sent_as_says_how_it_is_read(site: Site, fetch: Fetch, store: Store) -> None:
    site.pages["/table"] = Page(b"a,b\n1,2\n", "text/csv; charset=utf-8")
    site.pages["/code.py"] = Page(b"print(1)\n", "text/plain")
    site.pages["/notes.html"] = Page(b"<p>as it is</p>", "text/plain")
    site.pages["/short"] = Page(b"<p>one &amp; two", "text/html")
    site.pages["/russian"] = Page("Прилив в шесть.".encode("cp1251"), "text/html; charset=windows-1251")
    told = fetch(*(site.address + path for path in site.pages))
    assert set(told.values()) == {"added"}
    kinds = {info.name: info.media_type for info in store.documents()}
    assert kinds.pop("code.py") != "text/html"
    assert kinds == {
        "table": "text/csv",
        "notes.html": "text/plain",
        "short": "text/html",
        "russian": "text/html",
    }
    assert "Прилив в шесть." in store.text(store.resolve("russian").document_id)


def test_a_sitemap_gives_its_pages_and_what_is_gone_goes(site: Site, fetch: Fetch, store: Store) -> None:
    pages = [site.html(f"/p{number}", f"Page {number} tells of tides.") for number in range(4)]
    foreign = "http://other.invalid/page"
    site.pages["/sitemap.xml"] = sitemap(*pages, foreign, "ftp://127.0.0.1/x")
    address = site.address + "/sitemap.xml"
    assert fetch(address) == dict.fromkeys(pages, "added")
    site.pages["/p0"].status = 410  # still listed
    site.pages["/sitemap.xml"] = sitemap(*pages[:2])
    del site.pages["/p2"]  # gone, and p3 only not listed any more
    kept = fetch(address, prune=False)
    assert kept.pop(pages[0]).startswith(f"{pages[0]} is not there (HTTP 410)")
    assert kept == {pages[1]: "unchanged"}
    expected = {pages[0]: "gone", pages[1]: "unchanged", pages[2]: "gone", pages[3]: "unchanged"}
    assert fetch(address) == expected
    assert [info.source for info in store.documents()] == [pages[1], pages[3]]


def test_a_sitemap_that_is_gone_or_empties_takes_nothing_along(
    site: Site, fetch: Fetch, store: Store
) -> None:
    pages = [site.html(f"/p{number}", f"Page {number} tells of tides.") for number in range(2)]
    site.pages["/sitemap.xml"] = sitemap(*pages)
    fetch(site.address + "/sitemap.xml")
    site.pages["/sitemap.xml"] = sitemap()
    fetch(site.address + "/sitemap.xml")
    site.pages["/sitemap.xml"] = Page(status=500)
    assert "HTTP 500" in fetch(site.address + "/sitemap.xml")[site.address + "/sitemap.xml"]
    del site.pages["/sitemap.xml"]
    fetch(site.address + "/sitemap.xml")
    assert len(store.documents()) == 2


def test_a_damaged_sitemap_is_told_each_time_and_no_document(site: Site, fetch: Fetch, store: Store) -> None:
    page, address = site.html("/a", "The tide turns at six."), site.address + "/sitemap.xml"
    whole = sitemap(page).body
    for body in (whole[:-9], gzip.compress(whole)[:-9]):
        site.pages["/sitemap.xml"] = Page(body, "application/xml", etag='"1"')
        for _ in range(2):
            assert "damaged" in fetch(address)[address]
    assert store.documents() == []
    site.pages["/sitemap.xml"].body = whole
    assert fetch(address) == {page: "added"}


def test_an_index_of_packed_sitemaps_within_the_limit(
    site: Site, fetch: Fetch, caplog: pytest.LogCaptureFixture
) -> None:
    pages = [site.html(f"/p{number}", f"Page {number} tells of tides.") for number in range(5)]
    for number in range(2):
        body = gzip.compress(sitemap(*pages[2 * number : 2 * number + 3]).body)
        site.pages[f"/{number}.xml.gz"] = Page(body, "application/gzip")
    site.pages["/sitemap.xml"] = sitemap(site.address + "/0.xml.gz", site.address + "/1.xml.gz", index=True)
    told = fetch(site.address + "/sitemap.xml", settings=online(pages=4))
    assert told == dict.fromkeys(pages[:4], "added")
    assert "more than 4 pages" in caplog.text


def test_robots_txt_is_kept_to(site: Site, fetch: Fetch) -> None:
    site.pages["/robots.txt"] = Page(
        b"User-agent: *\nDisallow: /\n\nUser-agent: citewell\nDisallow: /private/\nDisallow: /*.pdf$\n", ""
    )
    allowed = site.html("/open", "The tide turns at six.")
    refused = [site.html("/private/x", "no"), site.html("/a.pdf", "no")]
    site.pages["/hop"] = Page(status=302, headers={"Location": "/private/x"})
    told = fetch(allowed, *refused, site.address + "/hop")
    assert told.pop(allowed) == "added"
    assert len(told) == 3
    assert all("robots.txt" in why for why in told.values())
    assert site.wanted() == ["/open", "/hop"]


def test_a_site_whose_robots_txt_fails_is_left_alone(site: Site, fetch: Fetch) -> None:
    site.pages["/robots.txt"] = Page(status=503)
    address = site.html("/open", "The tide turns at six.")
    assert "robots.txt cannot be read (HTTP 503)" in fetch(address)[address]
    assert site.wanted() == []


def test_limits_of_size_time_and_redirects(site: Site, fetch: Fetch) -> None:
    few = online(request_seconds=0.5, redirects=2)
    few = few.model_copy(update={"ingest": few.ingest.model_copy(update={"max_file_megabytes": 0.01})})
    site.pages["/large"] = Page(b"x" * 20_000)
    site.pages["/packed"] = Page(gzip.compress(bytes(10**8)), headers={"Content-Encoding": "gzip"})
    site.pages["/brotli"] = Page(b"x", headers={"Content-Encoding": "br"})
    site.pages["/slow"] = Page(drips=True)
    for number in range(3):
        site.pages[f"/hop{number}"] = Page(status=301, headers={"Location": f"/hop{number + 1}"})
    site.html("/hop3", "The tide turns at six.")
    fetch(site.address + "/hop1", site.address + "/hop2", site.address + "/hop3")
    told = fetch(*(site.address + path for path in site.pages), settings=few)
    said = {source.removeprefix(site.address): why for source, why in told.items()}
    assert "larger than 0.01 MB" in said["/large"]
    assert "larger than 0.01 MB" in said["/packed"]
    assert "packed by br" in said["/brotli"]
    assert "longer than 0.5 s" in said["/slow"]
    assert "redirected more than 2 times" in said["/hop0"]
    assert said["/hop1"] == "unchanged"  # under the address that was given


def test_a_zip_on_the_web_is_unpacked(site: Site, fetch: Fetch, store: Store) -> None:
    site.pages["/all.zip"] = Page(zipped({"a.txt": b"One.", "b/c.txt": b"Two."}), "application/zip")
    address = site.address + "/all.zip"
    assert fetch(address) == {f"{address}/a.txt": "added", f"{address}/b/c.txt": "added"}


def test_what_lies_in_an_archive_that_fails_this_time_stays(site: Site, fetch: Fetch, store: Store) -> None:
    archive = site.address + "/all.zip"
    site.pages["/all.zip"] = Page(zipped({"a.txt": b"One."}), "application/zip")
    site.pages["/sitemap.xml"] = sitemap(archive)
    for _ in range(2):
        fetch(site.address + "/sitemap.xml")
        assert [info.source for info in store.documents()] == [f"{archive}/a.txt"]
        site.pages["/all.zip"].status = 500
    site.pages["/sitemap.xml"] = sitemap()
    assert "HTTP 500" in fetch(site.address + "/sitemap.xml")[archive]
    site.pages["/all.zip"].status = 200  # there, and only not listed
    assert fetch(site.address + "/sitemap.xml") == {f"{archive}/a.txt": "unchanged"}
    page = site.html("/a", "The tide turns at six.")
    site.pages["/sitemap.xml"] = sitemap(page, archive)  # beyond the limit
    site.asked.clear()
    assert fetch(site.address + "/sitemap.xml", settings=online(pages=1)) == {page: "added"}
    assert site.wanted() == ["/sitemap.xml", "/a"]
    del site.pages["/all.zip"]
    site.pages["/sitemap.xml"] = sitemap(page)
    assert fetch(site.address + "/sitemap.xml")[f"{archive}/a.txt"] == "gone"


def test_what_fails_leaves_no_file_behind(
    site: Site, fetch: Fetch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = []

    def place(self: Website, folder: Path) -> Path:
        left.extend(folder.iterdir())
        return original(self, folder)

    original = Website._place
    monkeypatch.setattr(Website, "_place", place)
    for name in "abcd":
        site.pages[f"/{name}"] = Page(b"x" * 20_000)
    site.pages["/map.xml"] = sitemap(*(f"{site.address}/{name}" for name in "bcd"))
    site.pages["/sitemap.xml"] = sitemap(site.address + "/a", site.address + "/map.xml", index=True)
    few = online()
    few = few.model_copy(update={"ingest": few.ingest.model_copy(update={"max_file_megabytes": 0.01})})
    assert len(fetch(site.address + "/sitemap.xml", settings=few)) == 4
    assert left == []


def test_a_bad_sitemap_of_an_index_costs_itself_and_nothing_is_gone(site: Site, fetch: Fetch) -> None:
    pages = [site.html(f"/p{number}", f"Page {number} tells of tides.") for number in range(2)]
    maps = [f"{site.address}/{number}.xml" for number in range(3)]
    site.pages["/0.xml"], site.pages["/1.xml"] = sitemap(pages[0]), sitemap(pages[1])
    site.pages["/sitemap.xml"] = sitemap(*maps[:2], index=True)
    fetch(site.address + "/sitemap.xml")
    site.pages["/0.xml"] = Page(b"<urlset>")
    del site.pages["/p0"]
    told = fetch(site.address + "/sitemap.xml")
    assert "damaged" in told[maps[0]]
    assert told == {maps[0]: told[maps[0]], pages[1]: "unchanged"}
    site.pages["/sitemap.xml"] = sitemap(maps[0], maps[2], maps[1], index=True)
    site.asked.clear()
    fetch(site.address + "/sitemap.xml", settings=online(pages=1))
    assert site.wanted() == ["/sitemap.xml", "/0.xml"]


def test_the_network_is_off_unless_it_is_allowed(site: Site, fetch: Fetch) -> None:
    offline = load_settings("default", None, {})
    for address in (site.html("/a", "x"), "s3://bucket/prefix"):
        with pytest.raises(ConfigurationError, match="offline=false"):
            fetch(address, settings=offline)
    assert site.asked == []


@pytest.mark.parametrize(
    "address",
    ["ftp://example.org/x", "file:///etc/passwd", "gopher://x", "http://", "https://[::1", "http://a b"],
)
def test_other_addresses_are_refused(address: str, fetch: Fetch) -> None:
    with pytest.raises(UsageError):
        fetch(address)


@pytest.mark.parametrize("scheme", ["https", "s3"])
def test_a_password_in_an_address_is_refused_and_not_told(scheme: str, fetch: Fetch) -> None:
    with pytest.raises(UsageError) as told:
        fetch(f"{scheme}://ada:hush@example.org/x")
    assert "hush" not in str(told.value)
