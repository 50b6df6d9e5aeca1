"""What makes a fetcher ask for it what only it can reach: addresses, names, redirects and lists that lie."""

from __future__ import annotations

import contextlib
import datetime
import socket
import ssl
import threading
import tracemalloc
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ingest.sources.connecting import is_public
from ingest.sources.web_client import WebClient, clean_address
from rag.errors import DocumentError
from rag.settings import SourceSettings
from tests.sites import Page, Site, serving, sitemap

pytestmark = [pytest.mark.server, pytest.mark.enable_socket]

PRIVATE = [
    *("127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1"),
    *(
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "192.0.0.8",
        "192.0.2.1",
        "198.18.0.1",
        "203.0.113.9",
    ),
    *("224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::7f00:1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe"),
    *("64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1"),
    *("2001:0:4136:e378:8000:63bf:f5ff:fffe", "2001:db8::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1"),
    *("fd00:ec2::254", "ff02::1", "ff0e::1", "100::1", "5f00::1"),
]
SPELLED = [
    *("127.0.0.1", "localhost", "localhost.", "LOCALHOST", "127.1", "127.0.1", "2130706433", "0x7f000001"),
    *("0177.0.0.1", "0x7f.0.0.1", "0", "0.0.0.0", "127.0.0.1.", "１２７.0.0.1", "①②⑦.⓪.⓪.①", "127。0。0。1"),
    *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:0001]", "ⓛocalhost"),
]


@pytest.fixture(scope="module")
def inner() -> Iterator[Site]:
    """What lies on this machine and is nobody's business."""
    with serving() as site:
        site.html("/secret", "the keys")
        yield site


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def client(*private: str, **more: Any) -> WebClient:
    return WebClient(SourceSettings(private_hosts=private, delay_seconds=0.0, **more), threading.Event())


def fetched(address: str, folder: Path, client: WebClient) -> bytes:
    target = folder / "page"
    try:
        reply = client.get(clean_address(address), target, 10**6)
    finally:
        client.close()
    assert reply.status == 200
    return target.read_bytes()


def refused(address: str, folder: Path, client: WebClient) -> str:
    with pytest.raises(DocumentError) as told:
        fetched(address, folder, client)
    assert not (folder / "page").exists()
    return str(told.value)


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_public_is_told(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["93.184.215.14", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::"],
)
def test_an_address_that_is_public_is_told(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", SPELLED)
def test_this_machine_is_not_asked_however_it_is_spelled(host: str, inner: Site, tmp_path: Path) -> None:
    inner.asked.clear()
    refused(f"http://{host}:{inner.port}/secret", tmp_path, client())
    assert inner.asked == []


def test_a_setting_lets_one_host_in_and_no_other(inner: Site, tmp_path: Path) -> None:
    assert b"the keys" in fetched(inner.address + "/secret", tmp_path, client("127.0.0.1"))
    (tmp_path / "page").unlink()
    assert "sources.private_hosts" in refused(
        f"http://localhost:{inner.port}/secret", tmp_path, client("127.0.0.1")
    )


@pytest.mark.parametrize(
    "target",
    [
        "http://localhost:{port}/secret",
        "//127.0.0.2:{port}/secret",
        "http://2130706433:{port}/secret",
        "http://[::ffff:127.0.0.1]:{port}/secret",
        "http://169.254.169.254/latest/meta-data/",
        "http://ada:hush@127.0.0.1:{port}/secret",
        "http://127.0.0.1:22/",
        "http://127.0.0.1:6/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:{port}/secret",
        "ftp://127.0.0.1/secret",
        "http://[::1",
    ],
)
@pytest.mark.parametrize("through", ["/page", "/robots.txt"])
def test_a_redirect_leads_nowhere_that_its_target_would_not(
    target: str, through: str, inner: Site, site: Site, tmp_path: Path
) -> None:
    inner.asked.clear()
    site.pages[through] = Page(status=302, headers={"Location": target.format(port=inner.port)})
    told = refused(site.address + "/page", tmp_path, client("127.0.0.1"))
    assert "hush" not in told
    assert inner.asked == []


@pytest.mark.parametrize("through", ["/page", "/robots.txt"])
def test_a_redirect_leads_to_no_private_host_that_was_not_asked_for(
    through: str, inner: Site, site: Site, tmp_path: Path
) -> None:
    inner.asked.clear()
    site.pages[through] = Page(status=302, headers={"Location": f"http://localhost:{inner.port}/secret"})
    refused(site.address + "/page", tmp_path, client("127.0.0.1", "localhost"))
    assert inner.asked == []


def test_a_reply_that_never_gets_past_its_head_ends_in_time(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        ended = threading.Event()

        def drip() -> None:
            connection, _ = server.accept()
            with connection, contextlib.suppress(OSError):
                connection.sendall(b"HTTP/1.1 200 OK\r\nX-Tide: ")
                while not ended.wait(0.02):
                    connection.sendall(b"a")

        thread = threading.Thread(target=drip)
        thread.start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}/page"
        told = refused(address, tmp_path, client("127.0.0.1", request_seconds=0.5))
        ended.set()
        thread.join()
    assert "longer than 0.5 s" in told


def test_a_sitemap_names_no_other_host(inner: Site, site: Site, tmp_path: Path) -> None:
    from ingest import ingest_paths
    from rag.store import Store
    from tests.fakes import HashingEmbedder
    from tests.ingest.sources.conftest import online

    inner.asked.clear()
    there = f"http://localhost:{inner.port}/secret"
    site.pages["/sitemap.xml"] = sitemap(there, "file:///etc/passwd", site.address + "/none")
    site.pages["/index.xml"] = sitemap(f"http://localhost:{inner.port}/sitemap.xml", index=True)
    settings = online(private_hosts=["127.0.0.1", "localhost"])
    with Store.open(tmp_path / "library") as store:
        addresses = [site.address + "/sitemap.xml", site.address + "/index.xml"]
        results = list(ingest_paths(addresses, store, HashingEmbedder(), settings))
    assert [result.source for result in results] == [site.address + "/none"]
    assert inner.asked == []


def test_a_sitemap_that_swells_or_reads_files_is_left(tmp_path: Path) -> None:
    from ingest.sources.website import listed_in

    rounds = [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12)]
    entities = f'<!ENTITY e0 "tide">{"".join(rounds)}'
    bomb = f"<!DOCTYPE x [{entities}]><urlset><url><loc>&e11;</loc></url></urlset>"
    outside = (
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><urlset><url><loc>&e;</loc></url></urlset>'
    )
    deep = "<urlset>" + "<a>" * 1_000
    for body in (bomb, outside, deep):
        (tmp_path / "sitemap").write_text(body)
        with pytest.raises(DocumentError):
            listed_in(tmp_path / "sitemap")


def test_a_sitemap_of_other_elements_takes_little_memory(tmp_path: Path) -> None:
    from ingest.sources.website import listed_in

    (tmp_path / "sitemap").write_text(
        f"<urlset>{'<b/>' * 200_000}<url><loc>{'x' * 10**6}</loc></url></urlset>"
    )
    tracemalloc.start()
    try:
        listed_in(tmp_path / "sitemap")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 10_000_000


def test_an_address_without_end_is_refused_before_it_is_parsed(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parsing takes the square of a host's length where it is not ASCII."""
    from ingest.sources import Asking, open_source
    from rag.errors import UsageError
    from tests.ingest.sources.conftest import online

    longest, normalized = 0, unicodedata.normalize

    def normalize(form: Any, text: str) -> str:
        nonlocal longest
        longest = max(longest, len(text))
        return normalized(form, text)

    monkeypatch.setattr(unicodedata, "normalize", normalize)
    endless = "http://" + "a\u0315\u0300" * 10_000
    with pytest.raises(DocumentError, match="too long"):
        clean_address(endless)
    with pytest.raises(UsageError, match="characters"):
        open_source(endless, Asking(online(), None, threading.Event()))  # type: ignore[arg-type]
    site.pages["/page"] = Page(status=302, headers={"Location": "http://" + "\xbd" * 50_000})
    refused(site.address + "/page", tmp_path, client("127.0.0.1"))
    assert longest <= 2_001


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, list[list[str]]], list[str]]:
    """What a hostile name server says, answer by answer; and where connections went."""
    answers: dict[str, list[list[str]]] = {}
    connected: list[str] = []
    look_up, connect = socket.getaddrinfo, httpcore.SyncBackend.connect_tcp

    def getaddrinfo(host: Any, port: Any, *more: Any, **named: Any) -> Any:
        if host not in answers:
            return look_up(host, port, *more, **named)
        return [entry for one in answers[host].pop(0) for entry in look_up(one, port, *more, **named)]

    def connect_tcp(self: Any, host: str, *more: Any) -> Any:
        connected.append(host)
        if is_public(host):
            raise httpcore.ConnectError("a test leaves this machine alone")
        return connect(self, host, *more)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect_tcp)
    return answers, connected


def test_a_name_that_is_another_address_the_next_time(names: Any, inner: Site, tmp_path: Path) -> None:
    """DNS rebinding: public when it is checked, this machine when it is connected to."""
    answers, connected = names
    inner.asked.clear()
    answers["rebind.test"] = [["93.184.215.14"], ["127.0.0.1"], ["127.0.0.1"]]
    refused(f"http://rebind.test:{inner.port}/secret", tmp_path, client(request_seconds=0.2))
    assert connected == ["93.184.215.14"]
    assert len(answers["rebind.test"]) == 2  # asked once
    assert inner.asked == []


def test_one_private_address_among_public_ones_is_enough(names: Any, tmp_path: Path) -> None:
    answers, connected = names
    answers["mixed.test"] = [["93.184.215.14", "127.0.0.1"]]
    assert "127.0.0.1" in refused("http://mixed.test/secret", tmp_path, client())
    assert connected == []


def test_a_private_host_may_be_named_as_it_is_written(names: Any, inner: Site, tmp_path: Path) -> None:
    answers, _ = names
    answers["xn--mwe-sna.test"] = [["127.0.0.1"]] * 2
    assert b"the keys" in fetched(f"http://Möwe.test:{inner.port}/secret", tmp_path, client("Möwe.test"))


def certified(host: str, folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    day = datetime.datetime(2020, 1, 1)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 7, day, day.replace(year=2120))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{host}.pem"
    own = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(own + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.mark.parametrize("host", ["tide.test", "other.test"])
def test_the_name_that_was_given_is_the_one_that_tls_checks(
    host: str, names: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection goes to a checked address, and the certificate still has to be the name's."""
    answers, _ = names
    answers["tide.test"] = [["127.0.0.1"]] * 3
    path = certified(host, tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    with serving(context=context) as site:
        site.html("/page", "The tide turns at six.")
        address = f"https://tide.test:{site.port}/page"
        if host == "tide.test":
            assert b"at six" in fetched(address, tmp_path, client("tide.test"))
            assert site.sent[-1]["Host"] == f"tide.test:{site.port}"
        else:
            assert "certificate" in refused(address, tmp_path, client("tide.test"))
