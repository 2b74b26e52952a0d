"""A programme and records full of hostile text, and the whole set of a term's reports printed from them."""

from __future__ import annotations

import base64
import datetime
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import insert, select, update

from ipe_workbench.records import Store
from ipe_workbench.records.tables import table
from ipe_workbench.reporting.edition import Asked, Summary, print_edition, write_summary
from ipe_workbench.starter import start_programme
from tests.reporting.cohort import cohort_store
from tests.reporting.test_page import PIXEL

TERM = "2027-fall"
#: Begins as a formula, closes what it may stand in, runs what it can, and turns the direction of what follows.
HOSTILE = (
    '=HYPERLINK("https://evil.example/","x")</title></style>--><script>window.stolen=1</script>'
    "<img src=x onerror=window.stolen=1>\"'`{{7*7}}{%x%}${7*7}\\\u202e$a$ "
)
#: Of a person: nowhere in what is written.
NAME = "Zzyxwv<b>Quux"


@dataclass(frozen=True)
class HostileSet:
    """A printed set."""

    programme: Path
    folder: Path
    summary: Summary

    def files(self, *endings: str) -> list[Path]:
        """Its files with one of these endings, hidden ones too."""
        return sorted(one for one in self.folder.rglob("*") if one.is_file() and one.suffix in endings)


def _spoil(programme: Path) -> None:
    """Hostile words wherever an author writes words."""

    def change(file: str, **fields: Any) -> None:
        path = programme / file
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
        for name, value in fields.items():
            told[name] = value(told[name]) if callable(value) else value
        path.write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), encoding="utf-8")

    def titled(rows: list[dict[str, Any]], *names: str) -> list[dict[str, Any]]:
        return [{**row, **{name: f"{HOSTILE}{row.get(name, '')}" for name in names}} for row in rows]

    change(
        "programme.yaml",
        title=HOSTILE,
        summary=HOSTILE * 20,
        issuer=lambda told: {**told, "name": HOSTILE},
        professions=lambda rows: titled(rows, "title", "short"),
        terms=lambda rows: titled(rows, "title"),
        quality_assurance=HOSTILE,
    )
    for file in ("01-team-communication", "02-team-simulation"):
        change(
            f"credentials/{file}.yaml",
            title=lambda told: f"{HOSTILE}{told}",
            summary=HOSTILE,
            learning_outcomes=lambda rows: [f"{HOSTILE}{one}" for one in rows],
        )
    change("credentials/02-team-simulation.yaml", rubric=lambda told: {
        **told, "levels": titled(told["levels"], "title"), "criteria": titled(told["criteria"], "title"),
    })  # fmt: skip
    change("pathways/team-care-certificate.yaml", title=HOSTILE, summary=HOSTILE)
    change("evaluation.yaml", claims=lambda rows: titled(rows, "statement", "instrument", "limits"))
    change("scenarios/today.yaml", title=HOSTILE, description=HOSTILE)
    other = yaml.safe_load((programme / "scenarios" / "today.yaml").read_text(encoding="utf-8"))
    text = yaml.safe_dump({**other, "id": "other", "title": f"{HOSTILE}2"}, allow_unicode=True)
    (programme / "scenarios" / "other.yaml").write_text(text, encoding="utf-8")
    (programme / "reports").mkdir(exist_ok=True)
    (programme / "reports" / "logo.png").write_bytes(base64.b64decode(PIXEL))
    theme = {"accent": "#7a1f3d", "logo": "logo.png", "logo_alt": HOSTILE}
    (programme / "reports" / "theme.yaml").write_text(yaml.safe_dump(theme, allow_unicode=True), encoding="utf-8")


def _list(programme: Path, *entries: dict[str, Any]) -> None:
    file = programme / "programme.yaml"
    told = yaml.safe_load(file.read_text(encoding="utf-8"))
    told["reports"] = list(entries)
    file.write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _name(store: Store) -> None:
    """Names of people and of a team, and words in which a learner names somebody."""
    day, said = datetime.date(2027, 9, 1), f"{HOSTILE}{NAME}"
    with store.writing() as connection:
        connection.execute(update(table("staff")).values(given_name=NAME, family_name=NAME, email=f"{NAME}@x.example"))
        learner = connection.execute(select(table("learners").c.id).limit(1)).scalar_one()
        rows: dict[str, dict[str, Any]] = {
            "learner_names": {"learner_id": learner, "given_name": NAME, "family_name": NAME},
            "terms": {"id": "2027-fall", "title": HOSTILE, "starts": day, "ends": datetime.date(2027, 12, 1)},
            "teams": {"id": 1, "term_id": "2027-fall", "name": HOSTILE, "facilitator_id": 1},
            "team_members": {"team_id": 1, "learner_id": learner},
            "survey_waves": {"id": "w", "instrument": "team-confidence", "term_id": "2027-fall", "frame": "post"},
            "survey_responses": {"learner_id": learner, "wave_id": "w", "item": "1", "value": 5, "comment": said},
        }  # fmt: skip
        for name, row in rows.items():
            connection.execute(insert(table(name)), [row])


def hostile_set(place: Path) -> HostileSet:
    """Print the set of a small programme, each template at least once, in a new folder in `place`."""
    folder = place / "Große Uni & <Söhne>"
    programme = start_programme(folder / "small", title="Small", issuer="School")
    with cohort_store(programme, folder / "records.sqlite") as store:
        _name(store)
        _spoil(programme)
        someone, rater = store.frame("awards")["learner"].iloc[0], store.frame("rubric_scores")["rater"].iloc[0]
        records = store.place
    asked = Asked(programme, TERM, folder / "out", db=records, shelf=folder / "shelf", who=HOSTILE, replicates=2)
    titled = ("term_evaluation", "term_trend", "research_methods", "pathway_comparison", "faculty_feedback")
    some = [{"template": one, "title": HOSTILE} for one in titled]
    _list(programme, *some, {"template": "accreditation_alignment", "professions": ["nursing"]})
    whole = print_edition(asked, jobs=2)
    assert whole.failures == ()
    _list(programme, *({"template": one} for one in ("rater_feedback", "learner_record")))
    summary = print_edition(replace(asked, only=(f"learner-record-{someone}", f"rater-feedback-{rater}")), jobs=2)
    write_summary(replace(summary, rendered=(*whole.rendered, *summary.rendered), files=(*whole.files, *summary.files)))
    return HostileSet(programme, asked.folder, summary)
