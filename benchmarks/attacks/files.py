"""Files made to freeze, to exhaust or to cost another file: what a file is, archives, pages, pictures."""

from __future__ import annotations

import io
import os
import random
import re
import struct
import threading
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from unittest.mock import patch

from benchmarks.attacks import Trial, attack, held_apart, some, tried_together
from ingest.archives import holds, with_archives_unpacked
from ingest.files import find_files
from ingest.loaders import load_document
from ingest.zip_files import most_unpacked
from rag.errors import CitewellError
from rag.page_image import page_image
from rag.settings import IngestSettings

_MEGABYTE: Final = 1_000_000
_ROOTED: Final = '<container><rootfiles><rootfile full-path="a.opf"/></rootfiles></container>'
_TELL: Final = """
import sys
from pathlib import Path
from ingest.archives import is_archive
from ingest.media_type import media_type_of
from rag.child_process import limit_memory
limit_memory(200)
for path in map(Path, sys.argv[1:]):
    is_archive(path)
    try:
        media_type_of(path)
    except OSError:
        pass
"""
_LOAD: Final = """
import sys
from pathlib import Path
from ingest.loaders import load_document
from rag.child_process import limit_memory
from rag.errors import DocumentError
from rag.settings import IngestSettings
limit_memory(2_000)
for path in map(Path, sys.argv[1:]):
    try:
        load_document(path, IngestSettings(ocr_pages=2))
    except DocumentError:
        pass
"""


@attack("texts made to keep the search for their kind busy")
def texts_to_tell(folder: Path, effort: int) -> Iterator[Trial]:
    pieces = (b"<!---->", b"<!--", b"<?xml ", b"\n", b" ", b"[", b"[a](#", b"|", b"| ", b"<a ", b"#!", b"- [",
              b"|:-", b":--", b"\t", b"From:", b"[[", b"{", b"[1", b"1 1 obj\n", b"<!-- --> ")  # fmt: skip
    generator = random.Random(1)
    mixes = [b"".join(generator.choices(pieces, k=2)) for _ in range(40 * effort)]
    texts = [piece * (count // len(piece)) + end
             for piece in (*pieces, *mixes) for count in (280, 65_000) for end in (b"a", b"\n<")]  # fmt: skip
    paths = [_saved(folder / f"{number}{suffix}", text)
             for number, text in enumerate(texts) for suffix in ("", ".csv")[: 1 + number % 2]]  # fmt: skip
    yield from tried_together(_TELL, paths)


@attack("pages made to keep the search for what can be seen busy", in_build=0)
def pages_to_look_at(folder: Path, effort: int) -> Iterator[Trial]:
    """Much of what is looked for about each piece of text, and is not there."""
    count = 10_000 * effort or 3_000
    pages = {
        "placed": '<p style="position:absolute;top:1px">a</p>' * count,
        "classes": "<style>.a{color:#fff}.b{color:#000}</style>" + '<p class="a b">a</p>' * count,
        "rules": "<style>"
        + "".join(f".a{i}{{color:#{i:06x}}}" for i in range(count))
        + '</style><p class="a1">a',
        "variables": "<style>"
        + "".join(f".a{i}{{--b{i}:var(--b{i + 1})}}" for i in range(count // 10))
        + "</style><p>a",
        "imports": "<style>" + '@import "a.css";' * count + "</style><p>a",
        "links": '<link rel="stylesheet" href="a.css">' * count + '<p style="color:#fff">a',
        "named before": "<?xml-stylesheet " * count + '<p style="color:#fff">a',
        "queries": "<style>" + "@media (min-width:1px){" * count + "</style><p>a",
        "rules in rules": "<style>" + ".a,&&&&{color:red;" * count + "</style><p class=a>a",
        "rules beside rules": "<style>.a{" + "&{color:red}" * count + "}</style><p class=a>a",
        "layers": "<style>"
        + "".join(f"@layer a{i}{{p{{color:red}}}}" for i in range(count // 10))
        + "</style><p>a",
        "sheets in sheets": f'<link rel=stylesheet href="data:,{"@import %27data:," * count}"><p>a',
        "variables of variables": "<style>p{"
        + "".join(f"--b{i}:{f'var(--b{i + 1})' * 99};" for i in range(20))
        + "color:var(--b0)}</style><p>a",
        "shadow roots": "<div><template shadowrootmode=open>" * count + "<p>a",
        "texts in a shadow root": "<div><template shadowrootmode=open>" + "a<br>" * count,
        "slots": "<div><template shadowrootmode=open>"
        + "".join(f"<slot name=a{i}></slot>" for i in range(count))
        + "</template>"
        + "".join(f"<b slot=a{i}>b</b>" for i in range(count)),
        "pseudo-classes": "<style>"
        + "p:not(:read-only,:dir(rtl),:invalid){color:red}" * (count // 10)
        + "</style><p>a",
        "first lines": "<style>p::first-line{color:red}</style>" + "<div><p>a" * count,
        "filters": '<p style="filter:invert(1) sepia(1)">' * count + "a",
        "colours of colours": f'<p style="color:{"rgb(from " * count}red{" r g b)" * count}">a',
        "keyframes": "<style>@keyframes k{"
        + "".join(f"{i / count:%}{{opacity:{i % 2};color:red}}" for i in range(count))
        + "}</style>"
        + "".join(f'<p style="animation:k 1e{i}s">a' for i in range(count)),
        "animations": "<style>@keyframes k{to{opacity:0}}p{animation:"
        + ",".join(f"k {i}s" for i in range(count))
        + "}</style>"
        + "".join(f'<p style="opacity:.{i}">a' for i in range(count)),
        "blended": '<p style="mix-blend-mode:screen">' * count + "a",
        "shadows": "<style>p{text-shadow:"
        + ",".join(["1px 0 red"] * count)
        + "}</style>"
        + "".join(f'<p style="opacity:.{i}">a' for i in range(count)),
        "clipped": '<p style="height:1em;overflow:hidden">a<br>' * count,
    }
    paths = [_saved(folder / f"{name}.html", text.encode()) for name, text in pages.items()]
    yield from tried_together(_LOAD, paths)


@attack("files that unpack to gigabytes, or claim to, while their kind is told")
def giants_to_tell(folder: Path, effort: int) -> Iterator[Trial]:
    methods = (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    paths = []
    for number in range(3 * effort):
        path = folder / f"mimetype-{number}.odt"
        with (
            zipfile.ZipFile(path, "w", methods[number % 3]) as archive,
            archive.open("mimetype", "w") as part,
        ):
            for _ in range(250 + 50 * (number // 3)):
                part.write(bytes(_MEGABYTE))
        paths.append(path)
    sparse = folder / "old.doc"
    sparse.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504))
    os.truncate(sparse, 3_000 * _MEGABYTE)
    names = struct.pack("<4s4H3I5H2I", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) + b"\0\0"
    listing = names * 1_200_000
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(listing), 4, 0)
    paths += [sparse, _saved(folder / "names.zip", b"PK\x03\x04" + listing + end)]
    yield from tried_together(_TELL, paths)


@attack("damaged archives beside a sound file: none costs it, or ends the batch")
def damaged_archives(folder: Path, effort: int) -> Iterator[Trial]:
    generator = random.Random(2)
    good = _saved(folder / "good.txt", b"The harbour opens at six.")
    for number in range(80 * effort):
        files = {"mimetype": b"application/epub+zip"[: number % 21] * 20, "a\u00e9.txt": b"text " * 99}
        data = bytearray(_zip(files, (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)[number % 3]))
        for _ in range(generator.choice((1, 1, 3, 20))):
            data[generator.randrange(4, len(data))] = generator.randrange(256)
        bad = _saved(
            folder / f"{number}.zip", bytes(data[: generator.choice((len(data), len(data) - 30, 60))])
        )
        yield Trial(bad.name, _failure_beside([bad], good))


@attack("pipes, sockets and devices in the place of a file")
def no_files(folder: Path, effort: int) -> Iterator[Trial]:
    names = [f"pipe-{number}{suffix}" for number in range(effort) for suffix in (".txt", ".zip", ".pdf")]
    for name in names:
        os.mkfifo(folder / name)
    for path in [*(folder / name for name in names), Path("/dev/zero"), Path("/dev/tty")]:
        for program in (_TELL, _LOAD):
            yield Trial(path.name, held_apart(program, str(path)))


@attack("archives in archives that unpack to gigabytes of temporary files")
def swelling_archives(folder: Path, effort: int) -> Iterator[Trial]:
    for number in range(2 * effort):
        zeros = _zip({"zeros.txt": bytes((60 + number) * _MEGABYTE)})
        middle = _zip({f"{n}.zip": zeros for n in range(30)})
        bombs = [_saved(folder / f"bomb-{number}-{n}.zip", _zip({"inner.zip": middle})) for n in range(3)]
        given = sum(path.stat().st_size for path in bombs)
        with with_archives_unpacked(find_files(bombs), 100.0) as files:
            places = {file.path for file in files if file.path not in bombs}
            # what an archive may unpack to is told in ingest/archives.py
            parents = {path.parent for path in places}
            taken = sum(path.stat().st_size for parent in parents for path in parent.iterdir())
        most = 200 * given + 30 * _MEGABYTE
        yield Trial(f"{given:,} bytes", f"took {taken:,} bytes" if taken > most else "")


@attack("files that name one part of themselves again and again")
def named_again(folder: Path, effort: int) -> Iterator[Trial]:
    """A chapter of a book is read once, and no file gives more text than its size allows."""
    told = "The harbour opens at nine. " * 4_000
    for count in (12, 120 * effort):
        for name, data in (("epub", _book(told, count)), ("xlsx", _workbook(told, count))):
            path = _saved(folder / f"{count}.{name}", data)
            text = load_document(path, IngestSettings(ocr="off")).text
            most = 2 * len(told) if name == "epub" else most_unpacked(len(data))
            yield Trial(path.name, f"{len(text):,} characters of {len(data):,} bytes" * (len(text) > most))


@attack("members of archives whose names fall together")
def fallen_together(folder: Path, effort: int) -> Iterator[Trial]:
    """Each of them is read under a name of its own, whatever the others are called."""
    generator = random.Random(3)
    pieces = ("a", "a.txt", "a (2)", "a (2).txt", "a\x1b.txt", "/", "./", "b/../", "\\", "b.zip", "C:/")
    inner = _zip({"a.txt": b"inside"})
    for number in range(60 * effort):
        names = ["".join(generator.choices(pieces, k=generator.choice((1, 1, 2, 3)))) for _ in range(12)]
        names = [name for name in names if not name.endswith(("/", "\\"))]
        path, buffer = folder / f"{number}.zip", io.BytesIO()
        with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w") as archive:
            warnings.simplefilter("ignore", UserWarning)  # of names that come twice
            for n, name in enumerate(names):
                archive.writestr(name, inner if name.endswith(".zip") else b"text %d" % n)
        with with_archives_unpacked(find_files([_saved(path, buffer.getvalue())]), 1.0) as files:
            kept = sum(not file.error for file in files)
            gone = [file.source for file in files if not holds(Path(file.source))]
        failure = f"{kept} of {len(names)} members" if kept != len(names) else ""
        yield Trial(path.name, failure or (f"{gone} taken for gone" if gone else ""))


@attack("books whose chapters have their style sheets parsed again and again", in_build=0)
def sheets_in_turn(folder: Path, effort: int) -> Iterator[Trial]:
    """However many chapters name however many sheets, the characters that are parsed are bounded."""
    import tinycss2

    parse = tinycss2.parse_stylesheet
    for sheets, chapters, linked in some(
        ((9, 45, 1), (41, 60, 1), (3, 60, 2), (20, 90 * effort, 3)), effort, 2
    ):
        taken = 0

        def counted(text: str, *more: object, **named: object) -> object:
            nonlocal taken
            taken += len(text)
            return parse(text, *more, **named)

        path = _saved(folder / f"{sheets}-{chapters}-{linked}.epub", _styled_book(sheets, chapters, linked))
        with patch.object(tinycss2, "parse_stylesheet", counted):
            document = load_document(path, IngestSettings(ocr="off"))
        told = sum("style sheets" in warning for warning in document.warnings)
        failure = (
            f"{taken:,} characters parsed" if taken > 20e6 else "" if told <= 1 else f"told {told} times"
        )
        yield Trial(path.name, failure)


@attack("archives with more members than anybody packs, also encrypted ones in inner archives")
def crowded_archives(folder: Path, effort: int) -> Iterator[Trial]:
    for number in range(effort):
        plain = bytearray(_zip({f"{n}": b"" for n in range(9_000)}))
        inner = bytes(plain)
        locked = bytes(plain.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"))
        for name, part in (("empty", inner), ("locked", locked)):
            path = _saved(folder / f"{name}-{number}.zip", _zip({f"{n}.zip": part for n in range(20)}))
            with with_archives_unpacked(find_files([path]), 100.0) as files:
                yield Trial(name, f"{len(files):,} outcomes" if len(files) > 10_001 else "")


@attack("pages of enormous size, drawn")
def large_pages(folder: Path, effort: int) -> Iterator[Trial]:
    sizes = [(14_400, 14_400), (200_000, 200_000), (14_400, 10), (1e30, 1e30), (1e9, 1e-9), (-14_400, 14_400)]
    for number, (width, height) in enumerate(sizes * effort):
        path = _saved(folder / f"page-{number}.pdf", _pdf(width * (1 + number // 6), height))
        yield Trial(path.name, _failure_of_drawing(path))


@attack("pictures that claim more pixels than memory holds")
def large_pictures(folder: Path, effort: int) -> Iterator[Trial]:
    paths = []
    for side in (20_000 * factor for factor in range(1, 3 + effort)):
        paths += [
            _saved(folder / f"{side}.png", _png(side, side)),
            _saved(folder / f"{side}.tiff", _tiff([(side, side)])),
            _saved(folder / f"{side}-second.tiff", _tiff([(8, 8), (side, side)])),
        ]
    yield from tried_together(_LOAD, paths)
    for path in paths:
        yield Trial(f"{path.name} drawn", _failure_of_drawing(path, 2 if "second" in path.name else 1))


@attack("pictures of more frames than anybody scans")
def many_frames(folder: Path, effort: int) -> Iterator[Trial]:
    paths = [
        _saved(folder / f"{count}.tiff", _tiff([(64, 64)] * count))
        for count in (50_000, 150_000)[: 1 + effort]
    ]
    loop = bytearray(_tiff([(64, 64)] * 2))
    loop[-4:] = struct.pack("<I", 8)
    yield from tried_together(_LOAD, [*paths, _saved(folder / "loop.tiff", bytes(loop))])


def _failure_beside(bad: Sequence[Path], good: Path) -> str:
    try:
        with with_archives_unpacked(find_files([*bad, good]), 1.0, threading.Event()) as files:
            kept = [file for file in files if file.path == good and not file.error]
            return "" if kept else "the sound file is gone"
    except Exception as error:  # the batch has ended, which is what must not be
        return f"{type(error).__name__}: {error}"


def _failure_of_drawing(path: Path, number: int = 1) -> str:
    """Drawing gives a picture of a size that can be shown, or a plain error."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(page_image(path, number))) as drawn:
            return f"{drawn.width} x {drawn.height} pixels" if drawn.width * drawn.height > 21e6 else ""
    except CitewellError as error:
        return str(error) if "drawing it" in str(error) else ""  # it held, but by the process that died


def _saved(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def _zip(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def _book(told: str, count: int) -> bytes:
    """A book whose spine names its one chapter so many times."""
    spine = '<itemref idref="a"/>' * count
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><manifest><item id="a" href="a.xhtml"'
        f' media-type="application/xhtml+xml"/></manifest><spine>{spine}</spine></package>'
    )
    parts = {"META-INF/container.xml": _ROOTED, "a.opf": package, "a.xhtml": f"<html><body><p>{told}"}
    return _zip({"mimetype": b"application/epub+zip"} | {name: part.encode() for name, part in parts.items()})


def _styled_book(sheets: int, chapters: int, linked: int) -> bytes:
    """A book with so many large sheets, of which each chapter takes some, the next ones in turn."""
    items = "".join(
        f'<item id="c{n}" href="c{n}.xhtml" media-type="application/xhtml+xml"/>' for n in range(chapters)
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(chapters))
    parts = {
        "META-INF/container.xml": _ROOTED,
        "a.opf": f'<package xmlns="http://www.idpf.org/2007/opf"><manifest>{items}</manifest>'
        f"<spine>{spine}</spine></package>",
    }
    for number in range(sheets):
        parts[f"{number}.css"] = f"/*{'x' * 600_000}*/.a{number}{{color:red}}"
    for number in range(chapters):
        links = "".join(
            f'<link rel="stylesheet" href="{(number * linked + one) % sheets}.css"/>' for one in range(linked)
        )
        parts[f"c{number}.xhtml"] = (
            f"<html><head>{links}</head><body><p>Berth {number} is free.</p></body></html>"
        )
    return _zip({"mimetype": b"application/epub+zip"} | {name: part.encode() for name, part in parts.items()})


def _workbook(told: str, count: int) -> bytes:
    """A workbook with so many sheets, all of one part that holds one long text."""
    from openpyxl import Workbook

    buffer, book = io.BytesIO(), Workbook()
    book.active["A1"] = told[:32_000]
    book.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheets = re.search(rb"<sheets>(.*)</sheets>", parts["xl/workbook.xml"])
    assert sheets is not None
    again = [
        sheets[1].replace(b'"Sheet"', b'"S%d"' % n).replace(b'Id="1"', b'Id="%d"' % n)
        for n in range(1, count)
    ]
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(sheets[1], b"".join(again))
    return _zip(parts)


def _pdf(width: float, height: float) -> bytes:
    """A page with one line of text, smaller than a kilobyte whatever its size."""
    draws = b"BT /F 24 Tf 20 20 Td (A page) Tj ET"
    box = b"/MediaBox[0 0 %.9f %.9f]" % (width, height)
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R%s/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>" % box,
        b"<</Length %d>>stream\n%s\nendstream" % (len(draws), draws),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    objects = b"".join(b"%d 0 obj%sendobj\n" % (number, part) for number, part in enumerate(parts, 1))
    return b"%PDF-1.4\n" + objects + b"trailer<</Root 1 0 R>>\n%%EOF"


def _png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1_000)))


def _tiff(sizes: Sequence[tuple[int, int]]) -> bytes:
    """A TIFF of uncompressed black-and-white pictures that all name the same kilobyte as their pixels."""
    pixels, first = bytes(1_000), 8
    position = first + len(pixels)
    data = [b"II*\0", struct.pack("<I", position), pixels]
    for number, (width, height) in enumerate(sizes):
        values = {
            256: width,
            257: height,
            258: 1,
            259: 1,
            262: 1,
            273: first,
            277: 1,
            278: height,
            279: 1_000,
        }
        entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in values.items())
        position += 2 + len(entries) + 4
        last = number == len(sizes) - 1
        data.append(struct.pack("<H", len(values)) + entries + struct.pack("<I", 0 if last else position))
    return b"".join(data)
