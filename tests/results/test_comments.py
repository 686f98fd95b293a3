"""The order of comments shows nothing: not who wrote them, and not which of two were written by one rater."""

from __future__ import annotations

from chalicelib.results.comments import comments_in
from chalicelib.results.partition import Cell
from tests.support import people


def test_the_same_words_come_in_another_order_under_another_question():
    """Or else the places of a rater's comments could be put together."""
    programme = people.programme()
    questions = [question.id for question in programme.open_questions]
    said = {"peer": [dict.fromkeys(questions, f"Word {number}") for number in range(6)]}
    orders = []
    for number in range(20):
        comments = list(comments_in(programme, [Cell("peer", ("peer",), 6, named=False)], said, bytes([number]) * 32))
        by_question = [
            tuple(comment.text for comment in comments if comment.question == question) for question in questions
        ]
        orders.append(len(set(by_question)))

    assert max(orders) == len(questions)


def test_another_key_makes_another_order():
    programme = people.programme()
    question = programme.open_questions[0].id
    said = {"peer": [{question: f"Word {number}"} for number in range(6)]}
    cells = [Cell("peer", ("peer",), 6, named=False)]

    assert (
        len({tuple(c.text for c in comments_in(programme, cells, said, bytes([key]) * 32)) for key in range(20)}) > 10
    )
