from __future__ import annotations

from email.message import EmailMessage

import pytest

from rag.errors import EmptyDocumentError


@pytest.fixture
def message() -> EmailMessage:
    made = EmailMessage()
    made["From"] = "Ada <ada@example.org>"
    made["To"] = "bob@example.org"
    made["Subject"] = "Minutes of März"
    made["Date"] = "Mon, 02 Jun 2025 10:00:00 +0200"
    made.set_content("Dear Bob,\n\nthe roof is done.")
    return made


def test_a_message_says_who_when_and_what(load, blocks, message) -> None:
    message.add_alternative("<p>the roof is <b>done</b></p>", subtype="html")
    document = load(bytes(message), "mail.eml")
    assert blocks(document) == [
        ("heading1", "Minutes of März"),
        ("paragraph", "From: Ada <ada@example.org>"),
        ("paragraph", "To: bob@example.org"),
        ("paragraph", "Date: Mon, 02 Jun 2025 10:00:00 +0200"),
        ("paragraph", "Subject: Minutes of März"),
        ("heading2", "Message from Ada sent on 2 June 2025"),
        ("paragraph", "Dear Bob,"),
        ("paragraph", "the roof is done."),
    ]
    assert document.metadata["date"] == "2025-06-02T10:00:00+02:00"
    assert document.title == "Minutes of März"


def test_a_message_in_html_is_read_as_html(load, blocks) -> None:
    made = EmailMessage()
    made["Subject"] = "S"
    made.set_content("<h2>Part</h2><p>Straße</p><script>x</script>", subtype="html", charset="iso-8859-1")
    assert blocks(load(bytes(made), "a.eml")) == [
        ("heading1", "S"),
        ("paragraph", "Subject: S"),
        ("heading2", "Part"),
        ("paragraph", "Straße"),
    ]


def test_attachments_of_known_kinds_are_pages_and_others_are_named(load, message) -> None:
    table = b"item,price,unit\nslate,12,piece\nnail,1,kg\n"
    message.add_attachment(table, maintype="text", subtype="csv", filename="prices.csv")
    message.add_attachment(bytes(64), maintype="application", subtype="x", filename="../blob.bin")
    document = load(bytes(message), "mail.eml")
    assert [page.label for page in document.pages] == ["", "prices.csv"]
    assert "slate" in document.text[document.pages[1].start :]
    assert document.warnings == ("attachment blob.bin is not read: it holds binary data of no known kind",)


def test_an_empty_attachment_is_told_by_its_name_alone(load, message) -> None:
    message.add_attachment(b"", maintype="text", subtype="plain", filename="notes.txt")
    (told,) = load(bytes(message), "mail.eml").warnings
    assert told.count("notes.txt") == 2
    assert "/" not in told


def test_a_long_attachment_keeps_its_pages_and_each_row_its_place(load, blocks, message) -> None:
    rows = "".join(f"slate{i},{i},piece\n" for i in range(2_500))
    table = f"item,price,unit\n{rows}".encode()
    message.add_attachment(table, maintype="text", subtype="csv", filename="prices.csv")
    document = load(bytes(message), "mail.eml")
    assert [page.label for page in document.pages[1:]] == [f"prices.csv, page {n}" for n in (1, 2, 3)]
    told = [text for kind, text in blocks(document) if kind == "table_row"]
    assert told == [f"item: slate{i}; price: {i}; unit: piece" for i in range(2_500)]
    assert f"slate{1_000};" in document.text[document.pages[2].start : document.pages[2].end]


def test_an_attached_message_is_a_page(load, blocks, message) -> None:
    inner = EmailMessage()
    inner["Subject"] = "Old news"
    inner.set_content("About slate.")
    message.add_attachment(inner)
    document = load(bytes(message), "mail.eml")
    assert document.pages[1].label == "attached message Old news"
    assert blocks(document)[-3:] == [
        ("heading1", "Old news"),
        ("paragraph", "Subject: Old news"),
        ("paragraph", "About slate."),
    ]


def test_a_message_is_known_without_its_suffix(load, message) -> None:
    message["Message-ID"] = "<1@example.org>"
    assert load(bytes(message), "saved").media_type == "message/rfc822"


def test_a_message_without_words_is_refused(load) -> None:
    with pytest.raises(EmptyDocumentError):
        load(b"MIME-Version: 1.0\n\n", "a.eml")


def test_what_is_quoted_stands_under_who_wrote_it(load, blocks, message) -> None:
    message.set_content(
        "Hi Bob,\n\nwe meet on Friday.\n\nOn 1 June 2025 at 9:00, Bob Low <bob@example.org> wrote:\n"
        "> Dear Ada,\n>\n> shall we meet on Thursday? It suits Kim.\n>\n> Bob\n"
        "> On 30 May 2025 at 8:00, Ada <ada@example.org> wrote:\n>> Could we meet?\n"
    )
    assert blocks(load(bytes(message), "mail.eml"))[5:] == [
        ("heading2", "Message from Ada sent on 2 June 2025"),
        ("paragraph", "Hi Bob,"),
        ("paragraph", "we meet on Friday."),
        ("heading2", "Quoted: On 1 June 2025 at 9:00, Bob Low <bob@example.org> wrote"),
        (
            "paragraph",
            "On 1 June 2025 at 9:00, Bob Low <bob@example.org> wrote: Dear Ada, "
            "shall we meet on Thursday? It suits Kim.",
        ),
        ("paragraph", "Bob"),
        ("heading3", "Quoted: On 30 May 2025 at 8:00, Ada <ada@example.org> wrote"),
        ("paragraph", "On 30 May 2025 at 8:00, Ada <ada@example.org> wrote: Could we meet?"),
    ]


def test_a_message_quoted_below_its_fields(load, blocks, message) -> None:
    message.set_content(
        "We meet on Friday.\n\n-----Original Message-----\nFrom: Bob Low\nSent: 1 June 2025 9:00\n"
        "To: Ada\nSubject: Meeting\n\nShall we meet on Thursday?\n"
    )
    assert blocks(load(bytes(message), "mail.eml"))[6:] == [
        ("paragraph", "We meet on Friday."),
        (
            "heading2",
            "Quoted: From: Bob Low; Sent: 1 June 2025 9:00; To: Ada; Subject: Meeting",
        ),
        (
            "paragraph",
            "From: Bob Low; Sent: 1 June 2025 9:00; To: Ada; Subject: Meeting: Shall we meet on Thursday?",
        ),
    ]


GMAIL = (
    "<div>The fee is 450 euros.</div><div class=gmail_quote><div class=gmail_attr>"
    "On Fri, 1 Mar 2024 at 09:10, Ben &lt;b@example.org&gt; wrote:<br></div>"
    "<blockquote><div>Hi Ada,</div><div>I propose 300 euros.</div>"
    "<ul><li>Desk included</li></ul></blockquote></div>"
)
OUTLOOK = (
    "<p>The fee is 450 euros.</p><div style='border-top:solid #E1E1E1 1.0pt'><p><b>Von:</b> Ben<br>"
    "<b>Gesendet:</b> 1. März 2024 09:10<br><b>An:</b> Ada<br><b>Betreff:</b> Fee</p></div>"
    "<p>I propose 300 euros.</p>"
)
FORWARDED = (
    "<div>The fee is 450 euros.</div><blockquote type=cite><div><b>From: </b>Ben &lt;b@example.org&gt;</div>"
    "<div><b>Subject: </b>Fee</div><div><b>Date: </b>1 March 2024 at 09:10</div>"
    "<div>I propose 300 euros.</div></blockquote>"
)


@pytest.mark.parametrize(
    ("html", "lead"),
    [
        (GMAIL, "On Fri, 1 Mar 2024 at 09:10, Ben <b@example.org> wrote"),
        (OUTLOOK, "Von: Ben; Gesendet: 1. März 2024 09:10; An: Ada; Betreff: Fee"),
        (FORWARDED, "From: Ben <b@example.org>; Subject: Fee; Date: 1 March 2024 at 09:10"),
    ],
)
def test_what_a_message_in_html_quotes_stands_apart(load, blocks, message, html: str, lead: str) -> None:
    message.set_content(html, subtype="html")
    told = blocks(load(bytes(message), "mail.eml"))
    (heading,) = [i for i, (_, text) in enumerate(told) if text == f"Quoted: {lead}"]
    assert told[heading - 1] == ("paragraph", "The fee is 450 euros.")
    assert told[heading + 1][1].startswith(f"{lead}: ")
    assert told[heading + 1][1].endswith("I propose 300 euros.")
    assert (html is GMAIL) == (told[-1] == ("list_item", "Desk included"))


def test_a_mailbox_is_a_page_a_message(load, blocks, message) -> None:
    first = bytes(message).replace(b"\r\n", b"\n")
    second = first.replace(b"Ada", b"Eve").replace(b"Minutes", b"Plans")
    box = b"".join(b"From x@example.org Mon Jun  2 10:00:00 2025\n" + one + b"\n" for one in (first, second))
    document = load(box, "box.mbox")
    assert len(document.pages) == 2
    told = [text for kind, text in blocks(document) if text.startswith("From:")]
    assert told == ["From: Ada <ada@example.org>", "From: Eve <ada@example.org>"]
    assert document.metadata == {}
