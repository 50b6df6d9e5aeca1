"""Only what is typed or courteously put otherwise is the same question."""

from __future__ import annotations

import pytest

from rag.answering.similar_questions import as_asked

OTHERWISE = """
Who joined before 2011?|Who joined after 2011?
Which bus goes from Leeds to York?|Which bus goes to Leeds from York?
Which bus goes from Leeds?|Which bus goes to Leeds?
Who is over 65?|Who is under 65?
What happens when the alarm is on?|What happens when the alarm is off?
Who was treasurer?|Who is treasurer?
Do all members pay?|Do some members pay?
Was the fee raised to 5 euros?|Was the fee raised by 5 euros?
What was written about Ada?|What was written by Ada?
Is there a letter from Ada?|Is there a letter for Ada?
Who came into the hall?|Who came out of the hall?
Is it open for members?|Is it open only for members?
How many members voted?|How many more members voted?
What are the fees?|What are the other fees?
What is our deadline?|What is your deadline?
What happens at -5 degrees?|What happens at 5 degrees?
What does plan A cover?|What does plan I cover?
What does plan A cover?|What does the plan cover?
What does plan a cover?|What does the plan cover?
Who may vote?|Who may not vote?
Can he vote?|Can she vote?
Is this allowed?|Is that allowed?
What came with the pump?|What came without the pump?
Who was there until noon?|Who was there from noon?
Who ate both cakes?|Who ate a cake?
Are few members absent?|Are a few members absent?
Is tea or coffee served?|Is tea and coffee served?
Who should pay?|Who would pay?
Who can pay?|Who must pay?
Who had paid?|Who has paid?
What do I owe him?|What does he owe me?
Where is the key?|When is the key?
Who called?|Whom called?
Whose dog bit Ada?|Who bit the dog Ada?
Did Ada sue Bo?|Did Bo sue Ada?
Is the door up?|Is the door down?
Do they meet here?|Do they meet there?
Has it happened again?|Has it happened once?
How many are left each day?|How many are left any day?
Which pumps are in use?|Which pumps are not in use?
What is in the box?|What is on the box?
What is above the shelf?|What is below the shelf?
Who walked through the yard?|Who walked to the yard?
Is it the same form?|Is it the form?
Is it too late?|Is it late?
Who is most active?|Who is active?
What costs 5%?|What costs 5?
What costs €5?|What costs $5?
Is it >5?|Is it <5?
Is it .5?|Is it 5?
Is it 1.5?|Is it 15?
Is it (5)?|Is it 5?
Which area is 10² m?|Which area is 102 m?
Who writes C?|Who writes C++?
Who writes C#?|Who writes C?
What is in backpacks?|What is in backpacking?
What does the policy say?|What do the policies say?
Who is the organiser?|Who is the organisation?
Was ist in Maßen erlaubt?|Was ist in Massen erlaubt?
Wer kommt vor der Sitzung?|Wer kommt nach der Sitzung?
¿Quién llegó antes de mayo?|¿Quién llegó después de mayo?
Qui paie avec la carte ?|Qui paie sans la carte ?
谁在会前来了？|谁在会后来了？
会员可以投票吗？|会员不可以投票吗？
What is room 2B?|What is room 2?
What is rule 4.1?|What is rule 41?
Could you tell me who pays before May?|Could you tell me who pays after May?
Do I have to do the identity check?|Can I do the identity check?
Do I have to tell you when I move?|Can I tell you when I move?
Do you have to tell me when I move?|Can you tell me when I move?
Please, do the members pay?|Please, can the members pay?
Please tell me what he owes.|Please tell me what she owes.
"""
THE_SAME = """
When was the mill built?|when was the mill built
When was the mill built?|WHEN WAS THE MILL BUILT?!
When was the mill built?|  When  was the   mill built ?
When was the mill built?|When was mill built?
What is the fee?|Could you tell me what is the fee?
What is the fee?|Please, what is the fee?
What is the fee?|what is the fee please
What is the fee?|What is the fee? Thanks!
Which day, in May, is it shut?|Which day in May is it shut
What’s the fee?|What's the fee?
Do members pay?|Do the members pay?
What does plan A cover?|what does plan a cover
¿Qué cuesta?|qué cuesta
海港办公室几点开门？|请问，海港办公室几点开门
"""


def pairs(lines: str) -> list[list[str]]:
    return [line.split("|") for line in lines.strip().splitlines()]


@pytest.mark.parametrize(("one", "other"), pairs(OTHERWISE))
def test_what_asks_something_else_is_another_question(one: str, other: str) -> None:
    assert as_asked(one) != as_asked(other)


@pytest.mark.parametrize(("one", "other"), pairs(THE_SAME))
def test_typing_courtesy_and_the_article_make_no_other_question(one: str, other: str) -> None:
    assert as_asked(one) == as_asked(other) != ()
