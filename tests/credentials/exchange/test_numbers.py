"""What the texts of other platforms say in numbers, against what their rules ask for."""

from __future__ import annotations

import pytest

from ipe_workbench.credentials.exchange.numbers import unkept_numbers


@pytest.mark.parametrize(
    ("text", "asked", "found"),
    [
        ("Requires 3 of 4 items.", [(2, 4)], ["3 of 4"]),
        ("Requires two (2) of the five (5) areas.", [(3, 5)], ["2 of 5"]),
        ("Complete 4/5 courses.", [(3, 5)], ["4 of 5"]),
        ("At least three areas.", [(2, 5)], ["3"]),
        ("Any two.", [(3, 3)], ["2"]),
        ("A minimum of 2 courses.", [(1, 3)], ["2"]),
        ("One or more of these.", [(2, 3)], ["1"]),
        ("Half of the badges.", [(3, 4)], ["half"]),
        ("Both courses.", [(1, 2)], ["2 of 2"]),
        ("Requires 2 of 4 items: any two (2) areas, half of these.", [(2, 4)], []),
        ("Half of these.", [(2, 3)], []),
        (
            "French 2040/2050, step 1 of 3, open 24/7, an essay of 150 words on one of two topics, 4/5 at noon.",
            [(1, 2)],
            [],
        ),
    ],
)
def test_numbers_in_texts_are_read_as_people_write_them(text, asked, found):
    assert [said for said, _ in unkept_numbers(text, asked)] == found
