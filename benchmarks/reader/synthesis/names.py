"""Names of people, places, companies and products, put together from mixed parts."""

# ruff: noqa: E501 - a template stands on one line

from __future__ import annotations

from random import Random

from benchmarks.reader.synthesis.templates import words

__all__ = ["NAMES", "company", "near_name", "person", "surname", "town"]

_FIRST = words("""Ana Otto Maren Yusuf Priya Kwame Ingrid Tomas Leila Hiroshi Mei Chidi Sofia Lars Amina Pavel Greta
Diego Fatima Noah Zofia Rajesh Elif Marcus Nadia Owen Petra Samir Hanna Luca Aiko Bongani Carla Dmitri Esther
Farid Gwen Henrik Ines Jonas Keiko Liam Marta Nikolai Olga Paulo Quentin Rosa Sven Tanya Ulrich Vera Wanda Ximena
Yara Zane Arjun Beatriz Cyrus Dalia Emil Freya Goran Heidi Ivo Jasmin Kofi Lidia Mateo Nils Orla Pilar Rami Signe
Thabo Uma Viktor Wen Agnes Bruno Clara Dev Edith Felix Gita Hugo Irena Jan Karim Lucy Magnus Nora Oscar Peter Ruth
Sean Tilda Ursula Vikram William Adele Basil Cora Desmond Elena Franz Gloria Harald Isla Jorge Katya Leon Miriam
Nathan Oleg Paula Reza Sara Theo Valentina Wilma Yvonne Abel Birgit Colin Doris Eamon Fiona Gareth Helen Imran Judith
Kerstin Lorenzo Monica Norbert Odile Philip Rebecca Stefan Teresa Vincent Wei Ada Bernard Chloe Dina""")
_LAST = words("""Kranz Souza Lindqvist Okafor Haddad Nakamura Petrov Larsen Moreau Banerjee Castillo Novak Fischer Adeyemi
Olsen Rossi Chen Dubois Hughes Ivanova Jansen Kowalski Lopez Mbeki Nguyen Ortiz Patel Quist Romero Schmidt Tanaka
Ueda Vogel Walsh Xu Yilmaz Zimmer Abbott Brandt Costa Dahl Ericsen Fontaine Grant Hoffman Iqbal Jakobsen Keller Lund
Marsh Nilsson Oduya Pereira Quinn Rahman Sato Torres Usman Varga Weiss Young Zeller Amsel Barlow Carver Dorn Eklund
Farrow Gupta Holm Ibsen Joshi Kemp Lange Mendez Norris Osei Pohl Reyes Singh Thorne Ullman Voss Winter Aalto Berg
Craig Diaz Engel Ferreira Gallo Hart Ito Jensen Khan Lehmann Meyer Nieman Obrien Pratt Roth Santos Tran Vega Wolf
Achebe Bianchi Cohen Duarte Endo Fraser Goldberg Hosseini Ismail Jung Kaya Lam Morgan Nassar Oakes Popescu Ramos
Silva Turner Vidal Wagner Zhou Ashby Bauer Clarke Dietz Ellis Finch Garcia Hansen Inoue Johansson Klein Levy Murphy
Naidu Olofsson Park Richter Steiner Thomas Vance Wright""")
_TOWN_A = words("""Bel Har Kol Nor Ost Brem Tor Wex Lind Mar Ash Glen Dun Fel Gros Hal Kirk Lang Mont Nieu Pon Quar Ros San
Sten Tal Ulv Val Wal Zel Ald Birk Cald Dray Elm Frost Grim Hazel Iver Jor Kes Lorn Mill Nes Orm Pel Rav Sil Thorn Vik
Win Yar Al Ber Car Dor Est Fal Gal Hol""")
_TOWN_B = words("""ford ton mere burg stad by vik field holm dale worth bridge haven ham au feld berg mouth ley wick borg sund
ville ora anza ava eno ino ek itz ow ano stead gate minster port wald bach kirchen rup sted ness""")
_TOWNS = words("""Odense Kolding Ghent Porto Tampere Leeds Graz Lyon Bilbao Turin Lviv Izmir Pune Accra Quito Osaka Halifax
Perth Dresden Malmo Cork Nantes Utrecht Basel Krakow Aarhus Bergen Trieste Zadar Tartu Braga Leiden Brno Salford Derby
Austin Denver Tulsa Boise Omaha Fresno Tucson Hanoi Cebu Busan Kigali Lusaka Rabat Tunis Amman Doha""")
_FIRM_A = words("""Alder Brite Corvex Delta Ember Ferro Gran Helix Indra Juno Kestrel Lumen Maris Norvik Orbis Pinnacle Quanta
Rovan Solis Tessel Umbra Vantor Westmark Xylo Yarrow Zenit Astra Bluestone Cobalt Dynal Elara Fjord Gale Hexa Iris
Jade Korva Larkspur Meridian Nimbus Opal Prisma Ridge Sable Tern Ursa Velo Wren Argent Beacon Cedar Dune Echo""")
_FIRM_B = words("""Foods Systems Logistics Pharma Energy Textiles Motors Bank Insurance Software Glass Steel Shipping Labs
Partners Paper Optics Tools Water Dairy Telecom Media Robotics Chemicals Travel Airlines Instruments Holdings""")
_FIRM_C = [
    "",
    "",
    "",
    " Ltd",
    " GmbH",
    " Inc.",
    " AG",
    " plc",
    " S.A.",
    " AB",
    " & Sons",
    " Group",
    " Co.",
    " BV",
]
_THING = words("""pump boiler printer scanner dryer mixer drill lathe press saw kiln compressor generator conveyor freezer
camera router monitor lamp heater fan mower trailer bicycle kettle oven sensor valve charger projector speaker tent
drone tripod blender vacuum grinder welder crane forklift dishwasher radio telescope microscope centrifuge""")
_DRUG_A = words(
    "Nor Pan Cal Ver Lis Tra Oma Bel Cor Dex Fen Gal Ira Ket Lor Mel Pro Ral Sol Ten Vas Zel Ami Bru"
)
_DRUG_B = words(
    "vadin tilol cetam prine zolan mycin dipin oxin statin parin lofen sartan zepam nide xol tren"
)
_PLANT_A = words("red golden early dwarf winter blue giant silver purple wild northern striped late summer")
_PLANT_B = words(
    "maple lavender tulip fern kale thyme rose apple plum bean poppy birch sage aster lettuce pear iris"
)
_DISH_A = words(
    "lemon walnut leek spiced smoky apple potato ginger tomato mushroom barley pumpkin almond lentil herb"
)
_DISH_B = words(
    "soup tart stew cake risotto pie salad curry bread dumplings pancakes casserole chutney omelette"
)
_COURSE_A = words("Advanced Introductory Evening Practical Applied Intensive Basic Online Summer Weekend")
_COURSE_B = words("""Pottery Statistics Spanish Welding Bookkeeping Photography Nursing Carpentry Genetics Accounting Drawing
Italian Robotics Astronomy Sailing First-Aid Cooking Economics Botany Programming Sewing Rhetoric""")
_SIGHT_A = words("Old New Royal Saint Northern City Lower Upper Great Little Harbour River Castle Queen's")
_SIGHT_B = words("""Museum Library Gallery Theatre Mill Lighthouse Tower Baths Garden Observatory Market Chapel Aquarium
Bridge Zoo Archive Abbey Arena Station Planetarium""")
_SPORT = words("""judo rowing chess swimming badminton fencing climbing hockey archery football gymnastics tennis cycling
handball running table-tennis volleyball sailing yoga boxing basketball karate""")
_SOFT = words("""Quill Tasker Ledgerly Mapline Notewell Syncro Bindle Parcel Trellis Framer Harbor Ketch Lantern Morrow Pylon
Raster Stitch Tundra Vessel Weaver Anvil Baton Cinder Drift""")
_PROJECT = words("""Falcon Aurora Bluebird Cascade Dolphin Everest Firefly Granite Horizon Iceberg Jupiter Kingfisher Lighthouse
Mosaic Nautilus Orion Pegasus Quicksilver Rainbow Saffron Tempest Unicorn Voyager Willow Zephyr Atlas Bamboo""")
_BIRD_A = words("marsh spotted lesser great crested northern grey pale banded rock tundra desert hooded")
_BIRD_B = words(
    "warbler otter owl heron lynx toad newt plover falcon bat salamander hare kite tern vole moth"
)
_METAL = words("""Veltrium Korvane Astrolite Melvine Dursan Polyvex Calmorin Sarnite Tervol Oxalene Brivane Norlite
Ferrane Lumacite Gravene Pyrolan""")


def surname(rng: Random) -> str:
    base = rng.choice(_LAST)
    if rng.random() < 0.06:
        base = f"{base}-{rng.choice(_LAST)}"
    if rng.random() < 0.05:
        base = rng.choice(["van ", "de ", "Mc", "von ", "al-", "O'"]) + base
    return base


def person(rng: Random) -> str:
    first = rng.choice(_FIRST)
    roll = rng.random()
    if roll < 0.05:
        first = f"{first} {rng.choice('ABCDEFGHJKLMPRST')}."
    elif roll < 0.09:
        first = f"{first}-{rng.choice(_FIRST)}"
    title = rng.choice(["Dr ", "Prof. ", "Ms ", "Mr ", "Mrs ", "Dr. "]) if rng.random() < 0.1 else ""
    return f"{title}{first} {surname(rng)}"


def town(rng: Random) -> str:
    if rng.random() < 0.25:
        return rng.choice(_TOWNS)
    name = rng.choice(_TOWN_A) + rng.choice(_TOWN_B)
    roll = rng.random()
    if roll < 0.06:
        name = rng.choice(["Upper ", "Lower ", "San ", "North ", "New ", "Bad ", "Saint-"]) + name
    elif roll < 0.1:
        name += rng.choice([" Cross", " Bay", " Green", "-on-Sea", " Heath"])
    return name


def company(rng: Random) -> str:
    roll = rng.random()
    if roll < 0.25:
        return f"{surname(rng)}{rng.choice([' & Sons', ' Brothers', ' Ltd', ' GmbH', ' and Partners', ' Group'])}"
    return f"{rng.choice(_FIRM_A)} {rng.choice(_FIRM_B)}{rng.choice(_FIRM_C)}"


def machine(rng: Random) -> str:
    maker = rng.choice(_FIRM_A) if rng.random() < 0.7 else rng.choice(_LAST)
    roll = rng.random()
    if roll < 0.4:
        return f"{maker} {rng.choice(_THING)}"
    number = rng.choice(["{n}", "{c}{n}", "{c}-{n}", "{n}{c}", "{c}{c}{n}", "{n}-{c}"])
    model = number.replace("{n}", str(rng.choice([rng.randint(2, 99), rng.randint(1, 99) * 100])))
    while "{c}" in model:
        model = model.replace("{c}", rng.choice("ABCDEFGHKLMPRSTVX"), 1)
    return f"{maker} {model}" if roll < 0.8 else f"{maker} {model} {rng.choice(_THING)}"


def street(rng: Random) -> str:
    name = rng.choice([*_TOWN_A, *_LAST])
    kind = rng.choice(["Street", "Road", "Lane", "Avenue", "Square", "Way", "Close", "Hill", "Quay"])
    return f"{rng.randint(1, 199)} {name} {kind}"


def part_number(rng: Random) -> str:
    letters = "ABCDEFGHJKLMNPRSTVWX"
    form = rng.choice(
        ["A-##", "AA-####", "AA##-##", "A####", "AAA-###", "##-####-A", "A#.##", "AA-##/#", "#A###"]
    )
    return "".join(
        rng.choice(letters) if c == "A" else str(rng.randint(1, 9)) if c == "#" else c for c in form
    )


def _pair(first: list[str], second: list[str], joint: str = " "):  # type: ignore[no-untyped-def]
    return lambda rng: f"{rng.choice(first)}{joint}{rng.choice(second)}"


NAMES = {
    "person": person,
    "town": town,
    "company": company,
    "machine": machine,
    "street": street,
    "part": part_number,
    "drug": _pair(_DRUG_A, _DRUG_B, ""),
    "plant": _pair(_PLANT_A, _PLANT_B),
    "dish": _pair(_DISH_A, _DISH_B),
    "course": _pair(_COURSE_A, _COURSE_B),
    "sight": _pair(_SIGHT_A, _SIGHT_B),
    "animal": _pair(_BIRD_A, _BIRD_B),
    "sport": lambda rng: rng.choice(_SPORT),
    "software": lambda rng: rng.choice(_SOFT),
    "project": lambda rng: rng.choice(_PROJECT),
    "material": lambda rng: rng.choice(_METAL),
    "room": lambda rng: rng.choice(
        [
            f"{rng.randint(0, 5)}.{rng.randint(1, 30):02d}",
            f"{rng.choice('ABCDE')}{rng.randint(1, 320)}",
            f"{rng.randint(100, 520)}",
        ]
    ),
    "river": lambda rng: rng.choice(_TOWN_A) + rng.choice(["e", "a", "en", "er", "ach", "y", "o", "is"]),
    "team": lambda rng: rng.choice(
        [f"{town(rng)} {rng.choice(['Rovers', 'United', 'Hawks', 'Bears', 'Wanderers', 'Lions', 'Comets'])}"]
    ),
    "ship": lambda rng: rng.choice(["MV ", "MS ", "", "SS "]) + rng.choice([*_PROJECT, *_FIRST]),
    "planet": lambda rng: (
        f"{rng.choice(['Kestra', 'Velan', 'Oris', 'Tamar', 'Ixion', 'Norra'])}-{rng.randint(2, 99)}"
    ),
}


_DEPARTMENTS = """library|registry|finance office|student office|sports hall|post room|IT help desk|lost property office|cafeteria
|registry of births|building authority|youth office|planning department|tax office|housing office|front desk|museum shop
|print room|medical centre|parking office|careers service|archive|reception|ticket office|nursery|laundry|repair shop"""
_OPTIONS_A = words(
    "max min cache log retry session upload index proxy sync queue batch worker token render export mail"
)
_OPTIONS_B = words(
    "size level timeout limit path dir mode interval count format port encoding host threads depth"
)
_POLICIES = words(
    "Basic Comfort Premium Travel Home Bicycle Dental Pet Farm Legal Family Student Senior Glass Boat"
)
_TESTS = words("""Ferritin Glucose Potassium Sodium Calcium Creatinine Urea Albumin Bilirubin Cholesterol Triglycerides CRP
Haemoglobin Zinc Magnesium Iron TSH Cortisol Folate Lipase""")
_WORDS = words("""ballast bilge calver demurrage escrow flashing groyne hawser indent jetsam keel ledger mullion novation
offcut parapet quoin rebate scree tare usufruct viaticum weir yoke abutment bailor corbel dunnage easement fascia
gable haulm intestate joist kerf lintel mortise netback overrun plinth quire riser sill tenon underlay vellum
waybill accrual bond codicil""")
_TALKS_A = words(
    "Bees Rivers Bridges Bread Maps Batteries Glaciers Satellites Timber Old Books Trams Soil Clouds"
)
_TALKS_B = [
    "and Us",
    "in the City",
    "of Tomorrow",
    "without Fear",
    "for Beginners",
    "under Pressure",
    "at Home",
    "in Winter",
    "and Money",
    "on a Budget",
    "after the Storm",
]
_RACES = [
    "Cup",
    "Marathon",
    "Regatta",
    "Rally",
    "Open",
    "Classic",
    "Relay",
    "Trophy",
    "Half Marathon",
    "Sprint",
]
_TRAILS = [
    "Ridge Trail",
    "Lake Walk",
    "Forest Path",
    "Gorge Loop",
    "Panorama Trail",
    "Heath Walk",
    "Miller's Way",
]
_ACCOUNTS_A = ["Home", "Car", "Student", "Green", "Flex", "Classic", "Junior", "Direct", "Plus", "Fixed"]
_ACCOUNTS_B = [
    "loan",
    "savings account",
    "bond",
    "current account",
    "mortgage",
    "deposit account",
    "credit card",
]
_GRANTS = ["Scholarship", "Travel Grant", "Fellowship", "Prize", "Start-up Grant", "Research Fund", "Bursary"]
_SCHOOLS = [
    "Primary School",
    "High School",
    "Grammar School",
    "Academy",
    "College",
    "Music School",
    "Kindergarten",
]
_BANDS = ["Choir", "Quartet", "Big Band", "Brass Band", "Orchestra", "Trio", "Chamber Choir", "Drummers"]
_HOTELS = ["Hotel", "Inn", "Guest House", "Lodge", "Hostel", "Pension"]
_BOOK_A = [
    "The Silent",
    "A Short",
    "The Last",
    "Notes on a",
    "The Other",
    "A Winter",
    "The Borrowed",
    "Beyond the",
]
_BOOK_B = [
    "Orchard",
    "History",
    "Ferry",
    "Garden",
    "Clockmaker",
    "Island",
    "Staircase",
    "Lantern",
    "Harvest",
    "Map",
]
_PERMITS = """parking permit|fishing licence|building permit|passport|identity card|market stall permit|dog licence
|busking permit|tree felling permit|birth certificate|residence certificate|event permit"""
_WINE_A = ["Red", "White", "Old Vine", "Reserve", "Late Harvest", "Rosé", "Hillside", "Monastery"]
_CARS = ["van", "pickup", "estate car", "minibus", "truck", "tipper", "forklift"]
_ROOMS = ["Hall", "Room", "Studio", "Salon", "Workshop", "Auditorium", "Lounge"]


def _choose(words: str, rng: Random) -> str:
    return rng.choice(words.replace("\n", "").split("|"))


def _code(rng: Random) -> str:
    form = rng.choice(["E##", "E-###", "F##", "ERR-####", "##", "0x#A#", "H#", "A##", "E#.#", "U###", "W-##"])
    return "".join(
        rng.choice("ABCDEF") if c == "A" and form == "0x#A#" else str(rng.randint(1, 9)) if c == "#" else c
        for c in form
    )


def _document(rng: Random, prefixes: list[str]) -> str:
    prefix, year = rng.choice(prefixes), rng.randint(2015, 2026)
    number = rng.randint(1, 9999)
    return rng.choice(
        [
            f"{prefix}-{year}-{number:04d}",
            f"{prefix}{number:05d}",
            f"{year}/{number:04d}",
            f"{prefix}-{number}",
            f"{number:06d}",
            f"{prefix} {year % 100}-{number:03d}",
        ]
    )


def _train(rng: Random) -> str:
    kind = rng.choice(["bus", "train", "line", "tram", "IC", "RE", "night train", "ferry"])
    return f"{kind} {rng.choice([rng.randint(1, 99), rng.randint(100, 2999)])}"


NAMES |= {
    "department": lambda rng: _choose(_DEPARTMENTS, rng),
    "flat": lambda rng: rng.choice([street(rng), f"{street(rng)}, flat {rng.randint(1, 24)}"]),
    "policy": lambda rng: (
        f"{rng.choice(_POLICIES)}{rng.choice(['', '', ' Plus', ' Pro', ' 2', ' Extra', ' Light'])}"
    ),
    "train": _train,
    "partitem": lambda rng: (
        part_number(rng)
        if rng.random() < 0.5
        else f"{rng.choice(_SMALL)} {part_number(rng)}"
        if rng.random() < 0.5
        else rng.choice(_SMALL)
    ),
    "invoice": lambda rng: _document(rng, ["INV", "R", "RE", "AR", "B"]),
    "order": lambda rng: _document(rng, ["PO", "O", "ORD", "A", "BE"]),
    "option": lambda rng: f"{rng.choice(_OPTIONS_A)}{rng.choice('_-._')}{rng.choice(_OPTIONS_B)}",
    "errorcode": _code,
    "analyte": lambda rng: rng.choice(_TESTS),
    "match": lambda rng: f"{town(rng)} – {town(rng)}",
    "race": lambda rng: f"{town(rng)} {rng.choice(_RACES)}",
    "talk": lambda rng: f"{rng.choice(_TALKS_A)} {rng.choice(_TALKS_B)}",
    "hike": lambda rng: f"{rng.choice(_TOWN_A)}{rng.choice(_TOWN_B)} {rng.choice(_TRAILS)}",
    "term": lambda rng: rng.choice(_WORDS),
    "account": lambda rng: f"{rng.choice(_ACCOUNTS_A)} {rng.choice(_ACCOUNTS_B)}",
    "field": lambda rng: rng.choice(
        [
            f"{rng.choice(_TOWN_A)} {rng.choice(['Acre', 'Meadow', 'Field'])}",
            f"Plot {rng.choice('ABCDEFGH')}{rng.randint(1, 40)}",
            f"Field {rng.randint(1, 60)}",
        ]
    ),
    "roomname": lambda rng: rng.choice(
        [
            f"{surname(rng)} {rng.choice(_ROOMS)}",
            f"{rng.choice(_PROJECT)} {rng.choice(_ROOMS)}",
            f"room {NAMES['room'](rng)}",
        ]
    ),
    "grantname": lambda rng: f"{surname(rng)} {rng.choice(_GRANTS)}",
    "schoolname": lambda rng: (
        f"{rng.choice([town(rng), surname(rng), 'Saint ' + rng.choice(_FIRST)])} {rng.choice(_SCHOOLS)}"
    ),
    "band": lambda rng: f"{town(rng)} {rng.choice(_BANDS)}",
    "hotel": lambda rng: (
        f"{rng.choice(_HOTELS)} {surname(rng)}"
        if rng.random() < 0.5
        else f"{town(rng)} {rng.choice(_HOTELS)}"
    ),
    "book": lambda rng: f"{rng.choice(_BOOK_A)} {rng.choice(_BOOK_B)}",
    "permit": lambda rng: _choose(_PERMITS, rng),
    "wine": lambda rng: f"{town(rng)} {rng.choice(_WINE_A)}",
    "vehicle": lambda rng: f"{rng.choice(_CARS)} {part_number(rng)}",
}
_SMALL = words("""gasket bolt washer bearing filter hinge bracket seal spring hose clamp fuse relay gear pulley shaft nozzle
gauge rivet spindle cartridge belt coupling bushing plug""")


def near_name(rng: Random, name: str) -> str:
    """A name that is nearly `name`: a digit, a letter at the end, or the first name is another."""
    digits = [i for i, c in enumerate(name) if c.isdigit()]
    if digits:
        i = rng.choice(digits)
        other = rng.choice([d for d in "0123456789" if d != name[i] and not (d == "0" and i == digits[0])])
        return name[:i] + other + name[i + 1 :]
    words = name.split(" ")
    if len(words) > 1 and rng.random() < 0.6:
        pool = next((p for p in _POOLS if words[0] in p), None)
        if pool:
            return " ".join([rng.choice([w for w in pool if w != words[0]]), *words[1:]])
    tails = ["son", "s", "er", "mann", "en", "ova", "i", "berg", "ton", "ham"]
    return name + rng.choice([t for t in tails if not name.endswith(t)])


_POOLS = [_FIRST, _FIRM_A, _PLANT_A, _DISH_A, _COURSE_A, _SIGHT_A, _BIRD_A]
