"""Broken and hostile PDFs: each is read or refused with a reason, soon, and the worker serves on.

With CITEWELL_EVAL_DATA naming a folder of PDFs, those go the same way.
"""

from __future__ import annotations

import os
import random
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.workers import ParsingWorker
from rag.errors import DocumentError
from rag.settings import Settings

LIMIT = 30.0
TEXT = b"BT /F1 12 Tf 72 700 Td (The board met in March and agreed on a plan.) Tj ET"
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def assembled(objects: dict[int, bytes], trailer: bytes = b"") -> bytes:
    """A PDF of numbered objects with a right cross-reference table; object 1 is the catalog."""
    data, places = b"%PDF-1.7\n", {}
    for number, body in objects.items():
        places[number] = len(data)
        data += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    size = max(objects) + 1
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        data += b"%010d 00000 %c \n" % (places.get(number, 0), b"n" if number in places else b"f")
    return data + b"trailer\n<</Size %d/Root 1 0 R%b>>\nstartxref\n%d\n%%%%EOF" % (size, trailer, start)


def stream(content: bytes, more: bytes = b"") -> bytes:
    return b"<</Length %d%b>>\nstream\n%b\nendstream" % (len(content), more, content)


def one_page(
    content: bytes = stream(TEXT), page: bytes = b"", resources: bytes = b"", **others: bytes
) -> bytes:
    """A PDF of one page; `others` are further objects by names such as o6."""
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>%b>>%b>>" % (resources, page),
        4: content,
        5: FONT,
    }
    return assembled(objects | {int(name[1:]): body for name, body in others.items()})


def picture(filter_name: bytes, data: bytes, size: int = 64) -> bytes:
    header = b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceGray"
    return stream(data, header % (size, size) + b"/Filter/" + filter_name)


def with_picture(filter_name: bytes, data: bytes, size: int = 64) -> bytes:
    return one_page(
        stream(TEXT + b" q 400 0 0 400 50 50 cm /I Do Q"),
        resources=b"/XObject<</I 6 0 R>>",
        o6=picture(filter_name, data, size),
    )


def cyclic_pages() -> bytes:
    return assembled(
        {1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 1000000>>"}
    )


def promised_pages() -> bytes:
    return assembled(
        {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: b"<</Type/Pages/Kids[3 0 R]/Count 2147483647>>",
            3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>",
        }
    )


def no_pages() -> bytes:
    return assembled({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Kids[]/Count 0>>"})


def no_catalog() -> bytes:
    return assembled({1: b"<</Type/Nothing>>", 2: b"null"})


def cyclic_form() -> bytes:
    form = stream(
        b"/X Do /X Do", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>"
    )
    return one_page(stream(TEXT + b" /X Do"), resources=b"/XObject<</X 6 0 R>>", o6=form)


def billion_forms() -> bytes:
    """Each of a row of forms draws the next one ten times."""
    forms = {
        f"o{number}": stream(
            b"/X Do " * 10,
            b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>" % (number + 1),
        )
        for number in range(6, 16)
    }
    forms["o16"] = stream(b"0 0 9 9 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]")
    return one_page(stream(TEXT + b" /X Do"), resources=b"/XObject<</X 6 0 R>>", **forms)


def inflating(layers: int) -> bytes:
    """A content stream that grows a thousandfold a layer."""
    data = b" " * 100_000_000
    for _ in range(layers):
        data = zlib.compress(data, 9)
    return one_page(stream(data, b"/Filter[" + b"/FlateDecode" * layers + b"]"))


def nested(opening: bytes, closing: bytes, depth: int = 100_000) -> bytes:
    return one_page(page=b"/Odd " + opening * depth + closing * depth)


def cyclic_outline() -> bytes:
    return assembled(
        {
            1: b"<</Type/Catalog/Pages 2 0 R/Outlines 6 0 R>>",
            2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
            b"/Resources<</Font<</F1 5 0 R>>>>>>",
            4: stream(TEXT),
            5: FONT,
            6: b"<</First 7 0 R/Last 7 0 R/Count 1>>",
            7: b"<</Title(A)/Dest[3 0 R/Fit]/Next 7 0 R/First 7 0 R>>",
        }
    )


def wrong_offsets() -> bytes:
    return re.sub(rb"\d{10} 00000 n", b"0000000007 00000 n", one_page())


def locked() -> bytes:
    return one_page().replace(
        b"/Root 1 0 R", b"/Root 1 0 R/Encrypt<</Filter/Standard/V 4/R 4/O(x)/U(y)/P -1>>"
    )


ZOO: dict[str, Callable[[], bytes]] = {
    "cyclic page tree": cyclic_pages,
    "two thousand million pages promised": promised_pages,
    "no pages": no_pages,
    "no catalog": no_catalog,
    "form that draws itself": cyclic_form,
    "forms that draw forms": billion_forms,
    "outline without end": cyclic_outline,
    "page that inflates": lambda: inflating(1),
    "page that inflates twice": lambda: inflating(2),
    "nested arrays": lambda: nested(b"[", b"]"),
    "nested dictionaries": lambda: nested(b"<</A ", b">>"),
    "graphics states without end": lambda: one_page(stream(b"q " * 300_000 + TEXT)),
    "huge page": lambda: one_page(page=b"/UserUnit 100", content=stream(TEXT)).replace(
        b"[0 0 612 792]", b"[0 0 9e6 9e6]"
    ),
    "page without size": lambda: one_page().replace(b"[0 0 612 792]", b"[0 0 0 0]"),
    "page turned inside out": lambda: one_page().replace(b"[0 0 612 792]", b"[612 792 0 0]"),
    "numbers beyond numbers": lambda: one_page(stream(b"1e99 0 0 1e99 9e99 -9e99 cm " + TEXT)),
    "font that is missing": lambda: one_page().replace(b"/F1 5 0 R", b"/F1 99 0 R"),
    "font that is no font": lambda: one_page(o5=b"[1 2 3]"),
    "font file of nonsense": lambda: one_page(
        o5=b"<</Type/Font/Subtype/TrueType/BaseFont/X/FontDescriptor 6 0 R>>",
        o6=b"<</Type/FontDescriptor/FontName/X/Flags 4/FontFile2 7 0 R>>",
        o7=stream(bytes(range(256)) * 20),
    ),
    "JBIG2 of nonsense": lambda: with_picture(b"JBIG2Decode", random.Random(1).randbytes(3_000)),
    "JPX of nonsense": lambda: with_picture(
        b"JPXDecode", b"\xff\x4f\xff\x51" + random.Random(2).randbytes(3_000)
    ),
    "JPEG of nonsense": lambda: with_picture(
        b"DCTDecode", b"\xff\xd8\xff\xe0" + random.Random(3).randbytes(3_000)
    ),
    "fax of nonsense": lambda: with_picture(b"CCITTFaxDecode", random.Random(4).randbytes(3_000)),
    "picture of a million lines": lambda: with_picture(
        b"FlateDecode", zlib.compress(b"\0" * 1_000), 1_000_000
    ),
    "filter that is unknown": lambda: one_page(stream(TEXT, b"/Filter/Nonsense")),
    "length that lies": lambda: re.sub(rb"/Length \d+", b"/Length 999999999", one_page()),
    "length that is itself": lambda: re.sub(rb"/Length \d+", b"/Length 4 0 R", one_page()),
    "wrong offsets": wrong_offsets,
    "no cross-references": lambda: one_page().partition(b"xref\n0")[0],
    "locked with a broken lock": locked,
    "only a header": lambda: b"%PDF-1.7\n",
    "header and nonsense": lambda: b"%PDF-1.7\n" + random.Random(5).randbytes(20_000),
}


def mutations(data: bytes, seed: int, count: int) -> Iterator[bytes]:
    """Copies of a file cut short, with bytes changed, doubled or left out."""
    chance = random.Random(seed)
    for _ in range(count):
        changed = bytearray(data)
        for _ in range(chance.choice((1, 4, 30))):
            place = chance.randrange(len(changed))
            match chance.randrange(4):
                case 0:
                    changed[place] = chance.randrange(256)
                case 1:
                    del changed[place : place + chance.randrange(1, 40)]
                case 2:
                    changed[place:place] = changed[max(place - 50, 0) : place]
                case _:
                    changed[place : place + 4] = b"%04d" % chance.randrange(10_000)
        yield bytes(changed if chance.random() < 0.7 else changed[: chance.randrange(20, len(changed))])


@pytest.fixture(scope="module")
def worker() -> Iterator[ParsingWorker]:
    settings = Settings.model_validate(
        {"ingest": {"file_seconds": LIMIT, "page_seconds": LIMIT, "worker_megabytes": 1_000}}
    )
    found = ParsingWorker(settings, "no embedder")
    yield found
    found.close()


def outcome(worker: ParsingWorker, path: Path) -> str:
    """`read`, or why not; fails where the reason names no file."""
    try:
        document = worker.parse(path, path.name).document
    except DocumentError as error:
        told = str(error)
        assert path.name in told
        return told
    assert document.pages[-1].end == len(document.text)
    return "read"


@pytest.mark.parametrize("name", ZOO)
def test_each_of_the_zoo_is_read_or_refused(worker: ParsingWorker, tmp_path: Path, name: str) -> None:
    path = tmp_path / "odd.pdf"
    path.write_bytes(ZOO[name]())
    told = outcome(worker, path)
    assert "took longer" not in told
    path.write_bytes(one_page())
    assert outcome(worker, path) == "read"


@pytest.mark.parametrize("share", [0.05, 0.2, 0.4, 0.6, 0.8, 0.9, 0.97, 0.995])
def test_truncated_files(pdf, lines, worker: ParsingWorker, share: float) -> None:
    path = pdf(*[lines("Some words stand on this page.", f"It is the {n}th.") for n in range(4, 9)])
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    outcome(worker, path)


@pytest.mark.parametrize("seed", range(6))
def test_mutated_files(pdf, lines, worker: ParsingWorker, seed: int) -> None:
    path = pdf(lines("Some words stand on this page."), lines("And some on this."))
    for data in mutations(path.read_bytes(), seed, 8):
        path.write_bytes(data)
        outcome(worker, path)


@pytest.mark.slow
@pytest.mark.skipif(
    "CITEWELL_EVAL_DATA" not in os.environ, reason="CITEWELL_EVAL_DATA names no folder of PDFs"
)
def test_files_of_a_folder(worker: ParsingWorker) -> None:
    files = sorted(Path(os.environ["CITEWELL_EVAL_DATA"]).rglob("*.pdf"))
    assert files
    late = [path.name for path in files if "took longer" in outcome(worker, path)]
    assert not late
