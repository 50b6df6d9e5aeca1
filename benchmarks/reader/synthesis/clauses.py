"""Contracts, rules, steps and chapters: parts asked for by their number, or by what stands in their heading."""

# ruff: noqa: E501 - a template stands on one line

from __future__ import annotations

from random import Random

from benchmarks.reader.synthesis.names import company
from benchmarks.reader.synthesis.noise import FILLERS
from benchmarks.reader.synthesis.templates import capital, expand, phrase, words
from benchmarks.reader.synthesis.values import value
from benchmarks.reader.synthesis.window import Group, Window, mark

__all__ = ["clause_group", "step_group"]

# heading; sentences with {v}; value; questions that name neither number nor much of the wording
_TOPICS: list[tuple[str, list[str], str, list[str]]] = [
    (
        "Term",
        ["The agreement (runs|is concluded) for {v}.", "It takes effect at signing and lasts {v}."],
        "span 1 10 years|months",
        ["(How long|For how long) does the (contract|agreement) (run|last)?", "contract duration"],
    ),
    (
        "Termination",
        [
            "Either party may (end|terminate) the agreement with {v} notice.",
            "Notice of {v} must be given in writing.",
        ],
        "span 2 24 weeks|months",
        [
            "(What|How long a) notice (is needed|must be given) to (end|cancel|get out of) the contract?",
            "How far ahead must I cancel?",
        ],
    ),
    (
        "Payment",
        ["Invoices are (due|payable) within {v}.", "The customer pays within {v} of receipt."],
        "span 7 90 days",
        ["(Within what time|How soon|By when) must (bills|invoices) be paid?", "payment deadline"],
    ),
    (
        "Late payment",
        ["Interest of {v} is charged on late sums.", "Sums not paid in time bear interest at {v} a year."],
        "num 2 14 1 %|percent",
        ["What (interest|rate) (applies|is charged) (if one pays too late|on overdue sums)?"],
    ),
    (
        "Liability",
        ["The supplier's liability is limited to {v}.", "Claims are capped at {v} per event."],
        "money 5000 900000",
        ["(Up to what sum|For how much) is the supplier liable?", "What is the cap on damages?"],
    ),
    (
        "Governing law",
        ["This agreement is governed by the law of {v}.", "The law of {v} applies."],
        "of Denmark|Scotland|Austria|Ontario|Kenya|Portugal|Singapore",
        ["(Which|What) (country's |)law applies?", "Under whose law does the agreement fall?"],
    ),
    (
        "Place of jurisdiction",
        ["Disputes go to the courts of {v}.", "The courts of {v} are competent."],
        "name town",
        ["(Where|In which town) are disputes (settled|heard)?", "Which courts (are competent|decide)?"],
    ),
    (
        "Confidentiality",
        ["The parties keep silent for {v} after the end.", "The duty of secrecy ends after {v}."],
        "span 2 10 years",
        [
            "How long does the duty of (secrecy|confidentiality) last?",
            "For how long must I keep things secret?",
        ],
    ),
    (
        "Working hours",
        ["The regular week has {v}.", "Employees work {v} a week."],
        "num 20 42 1 hours",
        ["How many hours (a week |)(do employees|does one) work?", "How long is the working week?"],
    ),
    (
        "Annual leave",
        ["Each employee has {v} of leave a year.", "Leave amounts to {v} a year."],
        "span 20 36 days",
        ["How (much|many days of) (holiday|vacation|leave) (does one get|do I get|is granted)?"],
    ),
    (
        "Probation",
        ["The first {v} count as a trial.", "The trial period is {v}."],
        "span 2 8 months|weeks",
        ["How long is the (probation|trial) period?", "For how long is one on trial?"],
    ),
    (
        "Sick leave",
        [
            "A certificate is needed from the {v} day.",
            "Illness of more than two days: a note is due on the {v} day.",
        ],
        "of third|fourth|second|fifth",
        ["From which day (is a doctor's note needed|do I need a certificate)?"],
    ),
    (
        "Rent",
        ["The monthly rent is {v}.", "Rent of {v} is paid in advance."],
        "money 300 2900",
        ["How (high|much) is the rent?"],
    ),
    (
        "Pets",
        ["Small animals may be kept; dogs need the consent of {v}.", "Dogs are allowed if {v} agrees."],
        "of the landlord|the neighbours|the caretaker|the owners' meeting",
        ["Who must agree (to|if I want) a dog?", "Whose permission do I need for a dog?"],
    ),
    (
        "Quiet hours",
        ["Noise is to be avoided {v}.", "Please be quiet {v}."],
        "of from 10 pm to 7 am|between 1 pm and 3 pm|after 11 pm|on Sundays and holidays",
        ["When (must it be quiet|are the quiet hours|may I not make noise)?"],
    ),
    (
        "Warranty",
        ["Defects must be reported within {v}.", "The buyer reports defects within {v} of delivery."],
        "span 5 40 days",
        ["(How soon|Within what time) must defects be reported?"],
    ),
    (
        "Delivery",
        ["Goods are handed over at {v}.", "Delivery is made to {v}."],
        "name street",
        ["Where (are the goods handed over|is delivery made)?"],
    ),
    (
        "Data protection",
        ["Personal data are deleted after {v}.", "Records are kept for {v}."],
        "span 2 60 months|years",
        ["(When|After what time) are (personal |)data deleted?", "How long are records kept?"],
    ),
    (
        "Membership fee",
        ["Members pay {v} a year.", "The fee is {v} per year."],
        "money 10 300",
        ["What do members pay?", "How high is the yearly fee?"],
    ),
    (
        "Quorum",
        ["A meeting can decide if {v} are present.", "Decisions need the presence of {v}."],
        "of half of the members|a third of the members|20 members|two thirds of the owners|five members of the board",
        ["How many (members|people) must be (there|present) (for a decision|to decide)?"],
    ),
    (
        "Board",
        ["The board is elected for {v}.", "Its members serve for {v}."],
        "span 1 6 years",
        ["(How long|For what time) is the board elected?"],
    ),
    (
        "Insurance",
        ["The carrier insures the goods with {v}.", "Cover is provided by {v}."],
        "name company",
        ["Who (insures|provides cover)?", "With which company are the goods insured?"],
    ),
    (
        "Scope of delivery",
        ["The box holds the device, a cable and {v}.", "Delivered are the device and {v}."],
        "of a spare fuse|two keys|a charger|a carrying bag|a wall bracket",
        ["What (else |)(comes with the device|is in the box)?"],
    ),
    (
        "Disposal",
        ["Take the old device to {v}.", "Worn parts are handed in at {v}."],
        "of the recycling yard|a collection point|the dealer|the hazardous waste van",
        ["Where do I (take|bring|get rid of) (the old device|worn parts)?"],
    ),
]
_NUMBERS = [
    "Article {i}",
    "§ {i}",
    "{i}.",
    "Clause {i}",
    "Section {i}",
    "Rule {i}",
    "{i}",
    "Chapter {i}",
    "Art. {i}",
    "Point {i}",
    "Annex {i}",
    "§{i}",
]


def clause_group(rng: Random, heldout: bool) -> Group | None:
    """A numbered part: what it says, asked by its number or by its matter."""
    pool = _TOPICS[::6] if heldout else [t for i, t in enumerate(_TOPICS) if i % 6]
    style, first = rng.choice(_NUMBERS), rng.choice([1, 1, 2, 4, 7, 11, 20])
    decimal = rng.random() < 0.15
    chosen = rng.sample(pool, min(len(pool), rng.randint(3, 6)))
    labels = [
        style.replace("{i}", f"{first}.{i + 1}" if decimal else str(first + i)) for i in range(len(chosen))
    ]
    at = rng.randrange(len(chosen))
    heading, _, _, questions = chosen[at]
    by_number = rng.random() < 0.5
    named = labels[at].rstrip(".")
    asked = f"section {named}" if named[0].isdigit() else named
    inline = rng.random() < 0.25
    sign = rng.choice([" ", " – ", ": ", ". "]) if not labels[0].endswith(".") else " "
    title = f"{rng.choice(['Contract', 'Statutes', 'House rules', 'Agreement', 'Manual', 'Terms and conditions'])} > {company(rng)}"

    def window(skipped: bool) -> Window:
        made = Window(title)
        for i, (label, (name, sentences, spec, _)) in enumerate(zip(labels, chosen, strict=True)):
            if skipped and i == at:
                continue
            key = label if by_number else name
            text = capital(phrase(rng, rng.choice(sentences), v=mark(key, value(rng, spec).text)))
            texts = [text, *rng.sample(FILLERS, 1)] if rng.random() < 0.3 and not by_number else [text]
            if inline:
                made.line(f"{label}{sign}{name}{'' if name.endswith('.') else '.'} {texts[0]}")
            else:
                made.heading(f"{label}{sign}{name if rng.random() < 0.9 else name.upper()}")
                made.paragraph(texts)
        return made

    windows = [window(False)]
    if rng.random() < 0.6:
        windows.append(window(True))
    if rng.random() < 0.22:
        windows = [window(True)]
    if by_number:
        question = (
            phrase(
                rng,
                rng.choice(
                    [
                        "What (does|is in|is said in) {a}( say| about| regulate|)?",
                        "What does {a} say about {n}?",
                        "{a}?",
                        "(Show|Give|Quote|Read) (me |){a}.",
                        "What is (laid down|regulated|stated|written) in {a}?",
                        "content of {a}",
                    ]
                ),
                a=asked,
                n=heading.lower(),
            )
            .replace("What is in", "What is in")
            .replace("What does {a}?", "What is in {a}?")
        )
        return Group(question, "section_number", tuple(windows), labels[at], short=False)
    return Group(expand(rng, rng.choice(questions)), "heading_subject", tuple(windows), heading)


_VERBS = """Remove the cover|Switch off the mains|Open the drain valve|Loosen the four screws|Fill the tank to the mark
|Press the reset button|Wait until the lamp is green|Insert the new cartridge|Wipe the seal|Close the lid|Enter the code
|Let the dough rest|Whisk the eggs|Fold in the flour|Grease the tin|Sign the form|Send a copy to the office|Keep the receipt
|Attach the hose|Turn the key clockwise|Pull out the old filter|Check for leaks|Align the two arrows|Charge the battery
|Note the serial number|Unplug the cable|Lower the blade|Measure the pressure|Label the sample|Shake the bottle
|Warm the plate|Rinse with cold water|Fasten the strap|Clamp the board|Start the program|Choose the language|Save the file
|Restart the router|Tick the second box|Photograph the meter""".replace("\n", "").split("|")
_ORDINALS = words("first second third fourth fifth sixth seventh eighth ninth")


def step_group(rng: Random, heldout: bool) -> Group | None:
    """The n-th step, or the step that comes before or after another."""
    steps = rng.sample(
        _VERBS[::7] if heldout else [v for i, v in enumerate(_VERBS) if i % 7],
        rng.randint(4, 5 if heldout else 9),
    )
    at = rng.randrange(len(steps))
    form = rng.choice(["{i}. ", "Step {i}: ", "{i}) ", "STEP {i} – ", "Step {i}. ", "({i}) "])
    headed = rng.random() < 0.25
    title = rng.choice(
        ["Instructions", "Assembly", "How it is done", "Maintenance", "Quick start", "Work instruction"]
    )

    def window(shown: list[int]) -> Window:
        made = Window(title)
        for i in shown:
            label = form.replace("{i}", str(i + 1))
            text = steps[i] + "."
            if headed:
                made.heading(label.rstrip(" :–.)") if "tep" in label.lower() else f"Step {i + 1}")
                made.paragraph([mark(str(i), steps[i]) + "."])
            else:
                made.line(f"{label}{mark(str(i), text[:-1])}.")
        return made

    order = list(range(len(steps)))
    windows = [window(order)]
    cut = [i for i in order if i != at and (i < at) == (rng.random() < 0.5)] or [i for i in order if i != at]
    if rng.random() < 0.45:
        windows.append(window([i for i in cut if i != at]))
    if rng.random() < 0.2:
        windows = [window([i for i in order if i != at])]
    lower = [s[0].lower() + s[1:] for s in steps]
    ordinal = _ORDINALS[at] if at < len(_ORDINALS) else f"{at + 1}th"
    asks = [
        "(What|Which action) is step {i}?",
        "What (do I do|happens|must be done) in step {i}?",
        "What is the {o} step?",
        "step {i}",
        "(Tell|Show) me step {i}.",
        "What does step {i} say?",
        "What comes as step number {i}?",
    ]
    neighbours = []
    if at:
        neighbours.append("What (do I do|comes|is next) after (I {b}|one has to {b}|the step '{b}')?")
    if at == len(steps) - 1:
        asks.append("What is the last step?")
    question = phrase(
        rng,
        rng.choice(neighbours if neighbours and rng.random() < 0.2 else asks),
        i=str(at + 1),
        o=ordinal,
        b=lower[at - 1],
    )
    return Group(question, "section_number", tuple(windows), str(at))
