"""The manual's page of the simple CSV files, written from what an import reads."""

from __future__ import annotations

from ipe_workbench.records.importing.plain_tables import PLAIN_TABLES, fields_of

__all__ = ["EXAMPLES", "simple_csv_page"]

_START = """# Simple CSV files

Written by `scripts/publish_frames.py` from what `ipe records import` reads; a test imports every example.

One file a kind, one row a thing, a row of headings. Columns marked * are needed, in the file or by
`--set COLUMN=VALUE`; the others may be left out. Case, blanks and signs of a heading do not matter (`Student ID`,
`student_id`); further names stand behind. A cell may be empty where nothing is known. For other headings
`ipe records map FILE` proposes a mapping file.
"""
_KINDS = {
    "text": "text",
    "date": "day",
    "time": "time, UTC",
    "number": "number",
    "share": "share in [0, 1] or percentage (0.75, 75 %)",
    "whole": "whole number",
    "truth": "yes or no",
}
#: A short file of each kind; a cohort in which they all hold together.
EXAMPLES: dict[str, str] = {
    "terms": "term,title,starts,ends\n2026-fall,Fall 2026,2026-08-24,2026-12-11\n",
    "learners": "learner,given_name,family_name,email,profession,cohort,trait:first generation\n"
    "s1,Ann,Able,ann@example.edu,nursing,2026,yes\ns2,Bo,Bell,bo@example.edu,medicine,2026,no\n",
    "staff": "staff,given_name,family_name\nf1,Cy,Cole\n",
    "teams": "term,team,learner,facilitator\n2026-fall,Red,s1,f1\n2026-fall,Red,s2,f1\n",
    "offerings": "offering,activity,credential,term,starts,seats\n"
    "team-day-1,huddle-lab,huddles,2026-fall,2026-10-01,72\n",
    "attendance": "learner,offering,on,status,hours\n"
    "s1,team-day-1,2026-10-01,present,2\ns2,team-day-1,2026-10-01,excused,\n",
    "assessments": "learner,assessment,kind,on,points,points_possible,passed\ns1,irat-1,irat,2026-10-01,8,10,yes\n",
    "item-responses": "learner,assessment,item,response,score\ns1,irat-1,1,B,1\ns1,irat-1,2,A,0\n",
    "rubric-scores": "learner,assessment,criterion,rater,level,score,on\ns1,sim-1,listening,f1,meets,3,2026-10-08\n",
    "survey-responses": "learner,wave,instrument,frame,item,value,comment\ns1,2026-post,iccas,post,1,6,\n"
    "s1,2026-post,iccas,post,open,,More time\n",
    "evidence": "learner,credential,kind,reference\ns1,huddles,recording,https://media.example.edu/1\n",
    "awards": "learner,credential,on,version,expires,hours\ns1,huddles,2026-10-20,1.0,2029-10-20,6\n",
    "consents": "learner,purpose,given,on\ns1,research,yes,2026-09-01\n",
}


def simple_csv_page() -> str:
    """The page as Markdown: for each kind of file its columns, what they hold, and an example."""
    return "\n".join([_START, *(_section(one.id) for one in PLAIN_TABLES)])


def _section(kind: str) -> str:
    rows = [
        f"| `{one.name}`{' *' if one.needed else ''} | {_KINDS[one.kind]} | {', '.join(one.aliases)} |"
        for one in fields_of(kind.replace("-", "_"))
    ]
    if kind == "learners":
        rows.append("| `trait:NAME` | text | as many as there are; kept as the trait NAME |")
    example = ["```csv", *EXAMPLES[kind].splitlines(), "```"]
    table = ["| column | holds | also named |", "|---|---|---|", *rows]
    return "\n".join([f"## {kind}", "", *table, "", *example, ""])
