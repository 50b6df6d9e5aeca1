"""E-mails with their quoted elders: headers, agreed values, and values that are no longer true."""

# ruff: noqa: E501 - a template stands on one line

from __future__ import annotations

from random import Random

from benchmarks.reader.synthesis.names import company, person
from benchmarks.reader.synthesis.templates import capital, phrase
from benchmarks.reader.synthesis.values import date_text, value
from benchmarks.reader.synthesis.window import Group, Window, mark

__all__ = ["mail_group"]

# topic; specification; what is said now; what was said before; questions
_MATTERS: list[tuple[str, str, list[str], list[str], list[str]]] = [
    (
        "date of the meeting",
        "date 2024 2026",
        ["We (will |)meet on {v}.", "The meeting is now on {v}.", "(Let us take|So it is) {v} then."],
        ["How about {v}?", "I propose {v} for the meeting.", "Could we meet on {v}?"],
        [
            "When (is the meeting|do we meet|will the meeting be)?",
            "(final |)date of the meeting",
            "Which date was (agreed|settled) for the meeting?",
        ],
    ),
    (
        "time of the call",
        "clock",
        ["The call starts at {v}.", "(Please dial in|We talk) at {v}."],
        ["Would {v} suit you?", "I had {v} in mind for the call."],
        ["(When|At what time) (is|does) the call( start|)?", "At what time do we talk?"],
    ),
    (
        "venue",
        "name street",
        ["We (meet at|go to) {v}.", "The venue is {v}."],
        ["Shall we meet at {v}?", "My first idea was {v}."],
        ["Where (is the venue|do we meet|will it be held)?", "Which place was chosen?"],
    ),
    (
        "price",
        "money 200 90000",
        ["We (agree to|can offer|accept) {v}.", "The final price is {v}."],
        ["Our first offer was {v}.", "You had asked for {v}."],
        [
            "(What|Which) price (was agreed|did they agree on|is final)?",
            "How much (will it cost|is the final offer)?",
        ],
    ),
    (
        "number of guests",
        "num 5 240 0 guests|people|persons",
        ["(Please plan for|There will be|We are now) {v}.", "{v} have signed up."],
        ["We expect {v}, I think.", "Should I book for {v}?"],
        ["How many (guests|people) (will come|are expected|should be planned for)?"],
    ),
    (
        "room",
        "name room",
        ["We are in room {v}.", "I have booked room {v}."],
        ["Is room {v} free?", "Room {v} would be my choice."],
        ["(Which|What) room (is it|has been booked|are we in)?", "Where does it take place?"],
    ),
    (
        "delivery",
        "date 2024 2026",
        ["The goods (arrive|will arrive|leave) on {v}.", "Delivery is set for {v}."],
        ["Can you deliver by {v}?", "We had hoped for {v}."],
        ["When (will the goods arrive|is the delivery|do the goods come)?"],
    ),
    (
        "speaker",
        "name person",
        ["{v} will give the talk.", "The talk is given by {v}."],
        ["Perhaps {v} could speak?", "What about {v} as a speaker?"],
        ["Who (gives the talk|will speak|is the speaker)?"],
    ),
    (
        "colour",
        "of blue|dark green|grey|white|orange|red|ivory|brown",
        ["We take it in {v}.", "The colour will be {v}."],
        ["Do you like {v}?", "I would choose {v}."],
        ["(What|Which) colo(u|)r (was chosen|will it be|did they decide on)?"],
    ),
    (
        "budget",
        "money 1000 90000",
        ["The board approved {v}.", "We may spend {v}."],
        ["I asked the board for {v}.", "We would need {v}."],
        [
            "How (large|high) is the approved budget?",
            "How much may we spend?",
            "What sum did the board approve?",
        ],
    ),
    (
        "deadline",
        "date 2024 2026",
        ["(Please send|I need) everything by {v}.", "The new deadline is {v}."],
        ["Is {v} early enough?", "The deadline was {v}."],
        ["(By when|When) (must|should) (things|everything) be sent?", "What is the deadline (now|)?"],
    ),
    (
        "hotel",
        "name hotel",
        ["You stay at {v}.", "I have booked {v} for you."],
        ["Would {v} be all right?", "{v} was full."],
        ["(Where|In which hotel) (do I|does the guest|will they) stay?", "Which hotel was booked?"],
    ),
    (
        "order quantity",
        "num 10 900 0 boxes|pieces|pallets|rolls",
        ["Please (send|deliver) {v}.", "We order {v}."],
        ["We thought of {v}.", "At first we needed {v}."],
        ["How (much|many) (is|are|was|were) ordered?", "What quantity do they want?"],
    ),
    (
        "contact on site",
        "name person",
        ["(On site,|There,) ask for {v}.", "{v} will let you in."],
        ["I think {v} has the key.", "{v} was there last year."],
        ["Who (do I ask for|will let me in|is the contact on site)?"],
    ),
]
_CHAT = """Thanks for your quick reply.|I hope you had a good weekend.|See you soon.|Let me know if that works.|Best wishes|Kind regards
|Sorry for the late answer.|I have copied in the team.|The draft is attached.|Please confirm.|Have a nice day.|Many thanks
|I have talked to everyone.|That does not suit all of us.|This is to confirm what we said on the phone.""".replace(
    "\n", ""
).split("|")


def _header(
    rng: Random, people: tuple[str, str], day: str, subject: str, own: bool, quoted: str
) -> list[str]:
    def held(name: str, text: str) -> str:
        return mark(f"header/{name}", text) if own else text

    lines = [
        f"{quoted}From: {held('From', people[0])}",
        f"{quoted}To: {held('To', people[1])}",
        f"{quoted}{rng.choice(['Date', 'Sent']) if own else 'Date'}: {held('Date', day)}",
        f"{quoted}Subject: {held('Subject', subject)}",
    ]
    return lines


def mail_group(rng: Random, heldout: bool) -> Group | None:
    """The value that the newest message states, or a header of it; never the one in the quoted part."""
    pool = _MATTERS[::5] if heldout else [m for i, m in enumerate(_MATTERS) if i % 5]
    chosen = rng.sample(pool, min(len(pool), rng.randint(1, 3)))
    topic, _, _, _, questions = chosen[0]
    a, b = person(rng), person(rng)
    subject = rng.choice(
        [
            f"Re: {capital(topic)}",
            f"Your visit to {company(rng)}",
            "Next week",
            "AW: Order",
            "Re: Re: Plan",
            "Fwd: Questions",
        ]
    )
    day = date_text(rng, 2025, rng.randint(2, 12), rng.randint(1, 28))
    key = topic if rng.random() < 0.75 else f"header/{rng.choice(['From', 'To', 'Date', 'Subject'])}"
    withheld = rng.random() < 0.25

    def window(with_answer: bool) -> Window:
        made = Window(subject.removeprefix("Re: "))
        own = with_answer or not key.startswith("header")
        if own:
            made.lines(_header(rng, (a, b), day, subject, True, ""))
        body = [rng.choice(_CHAT)]
        for name, s, sayings, _, _ in chosen:
            if name != key or with_answer:
                body.append(capital(phrase(rng, rng.choice(sayings), v=mark(name, value(rng, s).text))))
        made.paragraph(
            [
                f"(Hi|Dear) {b.split()[-1]},".replace("(Hi|Dear)", rng.choice(["Hi", "Dear", "Hello"])),
                *body,
                rng.choice(_CHAT),
            ]
        )
        quoted = rng.choice(["> ", "> ", "", "| "])
        if rng.random() < 0.85:
            made.line(
                f"{'' if quoted else '----- '}On {date_text(rng, 2025, 1, rng.randint(1, 28))}, {b} wrote:"
            )
            if own and rng.random() < 0.3:
                made.lines(_header(rng, (b, a), date_text(rng, 2025, 1, 9), subject, False, quoted))
            for _, s, _, before, _ in chosen:
                made.line(quoted + capital(phrase(rng, rng.choice(before), v=value(rng, s).text)))
        return made

    windows = [window(not withheld)]
    if not withheld and rng.random() < 0.5:
        windows.append(window(False))
    if key.startswith("header"):
        name = key.removeprefix("header/")
        asks = {
            "From": [
                "Who (sent|wrote) the (e-mail|mail|message)?",
                "From whom is the (mail|message)?",
                "sender of the mail",
            ],
            "To": [
                "(To whom|Who) (was the mail sent to|is the message addressed to|did the mail go to)?".replace(
                    "(To whom|Who) ", "Who "
                ),
                "Who (received|got|is the addressee of) the (mail|message)?",
            ],
            "Date": [
                "On (which|what) (day|date) was the (mail|message) (sent|written)?",
                "date of the (e-mail|message)",
            ],
            "Subject": [
                "What is the (mail|message) about, by its subject line?",
                "(What is the |)subject (line |)of the (e-mail|mail)?",
            ],
        }
        questions = asks[name]
    return Group(phrase(rng, rng.choice(questions)), "email", tuple(windows), key)
