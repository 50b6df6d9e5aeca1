"""Eight tables, and questions about all of them: what the scan may answer, and what it must not.

A question comes with the labels or the number that it is answered by; `None` where the table doesn't tell it.
Those that the table does tell may be left to other ways of answering, which costs nothing but the answer.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import openpyxl

__all__ = ["QUESTIONS", "write_tables"]

TREES: Final = """tree_id,species,planted_year,height_m,keeper,protected
T01,Oak,1921,24,Anna Lund,yes
T02,Beech,1968,19,Bo Ferrer,no
T03,Oak,2004,9,Anna Lund,no
T04,Lime,1987,16,Carla Dietz,yes
T05,Copper Beech,1950,21,Bo Ferrer,yes
T06,Walnut,2011,6,Anna Lund,no
"""
COURSES: Final = """# Spring courses

| Course | Teacher | Day | Seats | Fee (EUR) | Level |
|---|---|---|---|---|---|
| Weaving | Ida Holm | Monday | 8 | 140 | beginner |
| Lute building | Paul Reyes | Tuesday | 4 | 420 | advanced |
| Spanish | Lena Cho | Monday | 14 | 95 | beginner |
| Jazz singing | Ida Holm | Friday | 10 | 160 | advanced |
| Sourdough | Marek Zielinski | Saturday | 6 | 55 | beginner |
"""
SERVERS: Final = """[
 {"host": "atlas", "role": "database", "os": "Debian", "memory_gb": 64,
  "installed": "2019-03-04", "owner": "Rita Vance", "active": true},
 {"host": "boreas", "role": "web", "os": "Debian", "memory_gb": 16,
  "installed": "2021-11-20", "owner": "Sven Aalto", "active": true},
 {"host": "ceres", "role": "web", "os": "Ubuntu", "memory_gb": 16,
  "installed": "2022-06-01", "owner": "Rita Vance", "active": false},
 {"host": "dione", "role": "backup", "os": "Debian", "memory_gb": 32,
  "installed": "2020-08-15", "owner": null, "active": true},
 {"host": "eos", "role": "database", "os": "Ubuntu", "memory_gb": 128,
  "installed": "2023-01-30", "owner": "Sven Aalto", "active": true}
]
"""
SWIMMERS: Final = """<html><head><title>Regional swimmers</title></head><body>
<h1>Regional swimmers</h1><table>
<tr><th>Swimmer</th><th>Club</th><th>Age</th><th>Best time</th><th>Coach</th></tr>
<tr><td>Noa Brandt</td><td>Dolphins</td><td>17</td><td>58.2 s</td><td>Kim Oduya</td></tr>
<tr><td>Pia Sand</td><td>Otters</td><td>21</td><td>57.4 s</td><td>Tomas Vey</td></tr>
<tr><td>Rui Costa</td><td>Dolphins</td><td>19</td><td>61.0 s</td><td>Kim Oduya</td></tr>
<tr><td>Tess Moll</td><td>Herons</td><td>16</td><td>60.3 s</td><td>Tomas Vey</td></tr>
</table></body></html>
"""
INVOICES: Final = """Invoice,Customer,Issued,Net,Currency,Status
R-501,Hallam Ltd,2025-01-14,1200.00,EUR,paid
R-502,Kestrel AG,2025-02-03,860.50,USD,open
R-503,Hallam Ltd,2025-02-27,430.00,EUR,overdue
R-504,Orrin & Co,2025-03-19,2150.00,EUR,open
R-505,Kestrel AG,2025-04-08,99.90,USD,paid
"""
TASKS: Final = """Task,Assignee,Status,Priority,Deadline,Estimate (h),Billable
Draft contract,Nora Blum,Not started,high,12.05.2025,6,yes
Paint hallway,Omar Said,In progress,low,20.05.2025,14,no
Order chairs,Nora Blum,Done,medium,28.04.2025,2,no
Test alarm,Pavel Koch,On hold,high,02.06.2025,3,yes
Write newsletter,Nora Blum,In progress,medium,15.05.2025,5,yes
"""
PLAYERS: Final = """[
 {"player": "Ana Ruiz", "team": "Lynx", "goals": 12, "caps": 30, "born": 1999, "captain": "yes"},
 {"player": "Bea Holt", "team": "Lynx", "goals": 3, "caps": 41, "born": 1994, "captain": "no"},
 {"player": "Cleo Park", "team": "Foxes", "goals": 14, "caps": 22, "born": 2001, "captain": "no"},
 {"player": "Dora Lind", "team": "Foxes", "goals": 0, "caps": 55, "born": 1991, "captain": "yes"}
]
"""
BOOKS: Final = (
    ("Title", "Author", "Published", "Pages", "Genre"),
    ("The Salt Road", "Mira Okun", 1998, 312, "Travel"),
    ("Night Ferry", "Jon Abel", 2007, 256, "Crime"),
    ("Quiet Harbours", "Mira Okun", 2015, 188, "Travel"),
    ("A Cold Bell", "Elif Demir", 2019, 402, "Crime"),
    ("Stone Fruit", "Ada Quist", 2021, 144, "Poetry"),
)
LOANS: Final = (
    ("Book", "Borrower", "Due date", "Fine (GBP)", "Returned"),
    ("Night Ferry", "Gus Teller", "2025-05-02", 1.5, "yes"),
    ("Stone Fruit", "Hana Ito", "2025-05-20", 0, "no"),
    ("A Cold Bell", "Gus Teller", "2025-06-11", 3, "no"),
    ("The Salt Road", "Ivo Marsh", "2025-06-30", 0, "yes"),
)


def write_tables(folder: Path) -> None:
    """Write the tables as files."""
    for name, text in (
        ("trees.csv", TREES),
        ("courses.md", COURSES),
        ("servers.json", SERVERS),
        ("swimmers.html", SWIMMERS),
        ("invoices.csv", INVOICES),
        ("tasks.csv", TASKS),
        ("players.json", PLAYERS),
    ):
        (folder / name).write_text(text, "utf-8")
    book = openpyxl.Workbook()
    for title, rows in (("Books", BOOKS), ("Loans", LOANS)):
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.remove(book.worksheets[0])
    book.save(folder / "library.xlsx")


QUESTIONS: Final[tuple[tuple[str, set[str] | float | None], ...]] = (
    # what the tables tell
    ("Which trees are not protected?", {"T02", "T03", "T06"}),
    ("How many trees are protected?", 3.0),
    ("Which trees were planted before 1960?", {"T01", "T05"}),
    ("How many trees are taller than 15 m?", 4.0),
    ("Which trees have a height between 9 and 20 m?", {"T02", "T03", "T04"}),
    ("What is the average height of the oaks?", 16.5),
    ("Which trees does Anna Lund keep?", {"T01", "T03", "T06"}),
    ("Which trees does Anna Lund not keep?", {"T02", "T04", "T05"}),
    ("Which is the tallest tree?", {"T01"}),
    ("Which courses are taught by Ida Holm?", {"Weaving", "Jazz singing"}),
    ("Which courses are not for beginners?", {"Lute building", "Jazz singing"}),
    ("How many courses have a fee over 100 euros?", 3.0),
    ("Which course is the most expensive?", {"Lute building"}),
    ("Which course is the cheapest?", {"Sourdough"}),
    ("How many seats are there in total?", 42.0),
    ("What is the total fee of all courses?", 870.0),
    ("Which courses are on Monday or Friday?", {"Weaving", "Spanish", "Jazz singing"}),
    ("How many of the Monday courses are advanced?", 0.0),
    ("Which servers run Debian?", {"atlas", "boreas", "dione"}),
    ("Which Debian servers have at least 32 GB of memory?", {"atlas", "dione"}),
    ("Which servers are not active?", {"ceres"}),
    ("Which servers were installed after 2020?", {"boreas", "ceres", "eos"}),
    ("Which server was installed most recently?", {"eos"}),
    ("What is the total memory of the web servers?", 32.0),
    ("Which servers aren't owned by Rita Vance?", {"boreas", "dione", "eos"}),
    ("How many swimmers does Kim Oduya coach?", 2.0),
    ("Who is the oldest swimmer?", {"Pia Sand"}),
    ("Which swimmers are younger than 18?", {"Noa Brandt", "Tess Moll"}),
    ("Which swimmer is the fastest?", {"Pia Sand"}),
    ("What is the average age of the swimmers?", 18.25),
    ("Which invoices are open?", {"R-502", "R-504"}),
    ("How many invoices are neither paid nor open?", 1.0),
    ("Which invoices were issued in February 2025?", {"R-502", "R-503"}),
    ("How many invoices has Hallam Ltd?", 2.0),
    ("Which is the latest invoice of Kestrel AG?", {"R-505"}),
    ("Which books are by Mira Okun?", {"The Salt Road", "Quiet Harbours"}),
    ("Which crime books were published after 2010?", {"A Cold Bell"}),
    ("Which books have more than 300 pages?", {"The Salt Road", "A Cold Bell"}),
    ("How many loans were not returned?", 2.0),
    ("What is the sum of the fines of Gus Teller?", 4.5),
    ("Which tasks are not started?", {"Draft contract"}),
    ("Which tasks are not in progress?", {"Draft contract", "Order chairs", "Test alarm"}),
    ("Which tasks are not done?", {"Draft contract", "Paint hallway", "Test alarm", "Write newsletter"}),
    ("Which tasks have a deadline before 15 May 2025?", {"Draft contract", "Order chairs"}),
    ("What is the total estimate of Nora Blum's tasks?", 13.0),
    ("Which players are not captains?", {"Bea Holt", "Cleo Park"}),
    ("How many players were born before 1995?", 2.0),
    ("Which player has the most caps?", {"Dora Lind"}),
    ("Which servers have no owner?", {"dione"}),
    ("Which loans have no fine?", {"Stone Fruit", "The Salt Road"}),
    ("How many loans have a fine above 2 pounds?", 1.0),
    ("Which loans are due after 1 June 2025?", {"A Cold Bell", "The Salt Road"}),
    ("Which books are older than 2010?", {"The Salt Road", "Night Ferry"}),
    ("How many travel or poetry books are there?", 3.0),
    ("Which travel books have fewer than 200 pages?", {"Quiet Harbours"}),
    ("What is the average number of pages of the crime books?", 329.0),
    ("Which trees are neither oak nor walnut?", {"T02", "T04", "T05"}),
    ("What is the mean height of the protected trees?", 20.33),
    ("Which is the youngest tree?", {"T06"}),
    ("Which courses cost less than 100 euros?", {"Spanish", "Sourdough"}),
    ("How many beginner courses are not on Monday?", 1.0),
    ("Which invoices are not in EUR?", {"R-502", "R-505"}),
    ("How many swimmers of the Dolphins are older than 18?", 1.0),
    ("List the swimmers who are not coached by Tomas Vey", {"Noa Brandt", "Rui Costa"}),
    # what they don't tell, or not so plainly
    ("Which tasks are started?", None),
    ("Which tasks did Nora Blum reject?", None),
    ("Which team has the most goals?", {"Lynx"}),
    ("Which players are older than 30?", None),
    ("Which players beat the Foxes?", None),
    ("Who has the most tasks?", {"Nora Blum"}),
    ("Which owners do not have a web server?", set()),
    ("Which owners have a web and a database server?", {"Rita Vance", "Sven Aalto"}),
    ("Which customers have no open invoices?", {"Hallam Ltd"}),
    ("Which keepers do not keep an oak?", {"Bo Ferrer", "Carla Dietz"}),
    ("Which assignees have more than 5 hours?", None),
    ("Which servers have no backup?", None),
    ("Which servers were patched before 2022?", None),
    ("How many web servers did Sven Aalto break?", None),
    ("Which swimmers were born after 2005?", None),
    ("Which swimmers did not finish?", None),
    ("How many Dolphins medals are there?", None),
    ("Which trees were cut before 1960?", None),
    ("Which trees have been protected since 1960?", None),
    ("How many trees does Anna Lund not like?", None),
    ("Which trees are protected by law?", None),
    ("Which courses have no free seats?", None),
    ("Which beginner courses are not full?", None),
    ("How many evenings does Weaving take?", None),
    ("Which books are borrowed by Gus Teller and when are they due?", None),
    ("Which books have no pictures?", None),
    ("Which invoices are not due yet?", None),
    ("How many reminders were sent to Hallam Ltd?", None),
    ("What is the total net of the open invoices?", None),
    ("How many invoices over 500 are there?", None),
    ("Which paid invoices were late?", None),
    ("How many books were published in 1850?", None),
    ("How many children does Anna Lund have?", None),
    ("How many trees did Anna Lund fell?", None),
    ("Which trees are diseased?", None),
    ("How many oak benches are there?", None),
    ("Which trees are older than the lime?", None),
    ("Which trees will be protected?", None),
    ("How many trees does each keeper have?", None),
    ("Which keeper has the most trees?", None),
    ("How many keepers are there?", 3.0),
    ("How many beeches are there?", 2.0),
    ("Which trees are not tall?", None),
    ("How many teachers live in Oslo?", None),
    ("Which courses did Ida Holm cancel?", None),
    ("How many students take Spanish?", None),
    ("Which courses cost more than Spanish?", None),
    ("Which courses are fully booked?", None),
    ("How many courses are both beginner and advanced?", None),
    ("How many seats does Ida Holm have at home?", None),
    ("Which teacher earns the most?", None),
    ("Which courses take more than 3 days?", None),
    ("Which servers did Rita Vance install?", None),
    ("Which servers have a Debian licence?", None),
    ("Which servers were switched off after 2020?", None),
    ("How many disks has atlas?", None),
    ("Which servers cost more than 500 euros?", None),
    ("Which servers have more memory than boreas?", None),
    ("Which server is the most expensive?", None),
    ("How many medals did Pia Sand win?", None),
    ("Which swimmers does Kim Oduya not like?", None),
    ("How many coaches are there?", 2.0),
    ("Which club has the most swimmers?", None),
    ("Which swimmers are taller than 180 cm?", None),
    ("How old is Noa Brandt?", None),
    ("What is the total of all invoices?", None),
    ("How many invoices were paid by Hallam Ltd?", 1.0),
    ("Which invoices were paid in March 2025?", None),
    ("Which customers have more than 1 invoice?", None),
    ("How many customers have open invoices?", 2.0),
    ("Which invoice has the highest net?", None),
    ("Which invoices are open and who pays them?", None),
    ("How many books did Gus Teller write?", None),
    ("Which books did Mira Okun translate?", None),
    ("Which authors have more than 1 book?", None),
    ("How many books are in the library of Oslo?", None),
    ("How many pages has Hana Ito read?", None),
    ("Which loans were returned by Gus Teller?", {"Night Ferry"}),
    ("Which books are not crime or are short?", None),
    ("How many books were published per genre?", None),
    ("Which book was borrowed most often?", None),
    ("How many rooms are there?", None),
)
