"""Curricula in files that people really write: each with what is odd, and delay and blocking of its courses."""
# ruff: noqa: E501 - a file is easier to read in one line

from __future__ import annotations

HEAD = "Curriculum,X\nInstitution,Y\nSystem Type,semester\nCourses\n"
COLUMNS = "Course ID,Course Name,Prerequisites,Corequisites,Strict-Corequisites,Credit Hours\n"

#: (what is odd, the file, delay and blocking by id in the order of the file)
ODD: list[tuple[str, str, dict[str, tuple[int, int]]]] = [
    ("ids with gaps, requisites ahead of their course", HEAD + COLUMNS + "40,A,7,,,3\n7,B,,,,3\n1000,C,40;7,,,3\n",
     {"40": (3, 1), "7": (3, 2), "1000": (3, 0)}),
    ("quoted names with commas, quotes and line breaks", HEAD + COLUMNS + '1,"A, ""the"" first",,,,3\n2,"B\nand C",1,,,3\n',
     {"1": (2, 1), "2": (2, 0)}),
    ("several kinds in one row", HEAD + COLUMNS + "1,A,,,,3\n2,B,,,,3\n3,C,,,,3\n4,D,1,2,3,3\n",
     {"1": (2, 1), "2": (2, 1), "3": (2, 1), "4": (2, 0)}),
    ("byte order mark, CRLF, blank lines", "\ufeff" + (HEAD + "\n,,,,,\n" + COLUMNS + "\n1,A,,,,3\n\n,,,,,\n2,B,1,,,3\n\n").replace("\n", "\r\n"),
     {"1": (2, 1), "2": (2, 0)}),
    ("columns in another order and case, further ones", "curriculum,X\nCOURSES\nNotes,prerequisites,COURSE ID,strict corequisites,Name\nx,,1,,A\ny,1,2,,B\nz,,3,2,C\n",
     {"1": (3, 2), "2": (3, 1), "3": (3, 0)}),
    ("comments", "# made by hand\n" + HEAD + "# a comment, with a comma\n" + COLUMNS + "1,A,,,,3\n#2,B,1,,,3\n3,C,1,,,3\n",
     {"1": (2, 1), "3": (2, 0)}),
    ("a table alone", COLUMNS + "1,A,,,,3\n2,B,1,,,3\n", {"1": (2, 1), "2": (2, 0)}),
    ("semicolons for commas", (HEAD + COLUMNS + "1,A,,,,3\n2,B,1,,,3\n").replace(",", ";"), {"1": (2, 1), "2": (2, 0)}),
    ("ids that a spreadsheet made decimal", HEAD + COLUMNS + "1,A,,,,3\n2,B,1.0,,,3\n3,C,2.0;1,,,3.0\n",
     {"1": (3, 2), "2": (3, 1), "3": (3, 0)}),
    ("learning outcomes behind the courses", HEAD + COLUMNS + "1,A,,,,3\n2,B,1,,,3\nCourse Learning Outcomes,,,\nCourse ID,Learning Outcome ID,Learning Outcome,Description,Requisites,Hours\n1,1,LO,Text,,2\n",
     {"1": (2, 1), "2": (2, 0)}),
    ("terms and additional courses", "Curriculum,X\nDegree Plan,P\nCourses\nCourse ID,Course Name,Prerequisites,Corequisites,Strict-Corequisites,Credit Hours,Term\n1,A,,,,3,1\nAdditional Courses,,,\nCourse ID,Course Name,Prerequisites,Corequisites,Strict-Corequisites,Credit Hours,Term\n2,B,1,,,3,2\n",
     {"1": (2, 1), "2": (2, 0)}),
    ("words for ids, requisites with blanks", HEAD + COLUMNS + "MATH-1,A,,,,3\nPHYS 2,B, MATH-1 ,,,3\nC3,C,MATH-1; PHYS 2,,,3\n",
     {"MATH-1": (3, 2), "PHYS 2": (3, 1), "C3": (3, 0)}),
]  # fmt: skip
