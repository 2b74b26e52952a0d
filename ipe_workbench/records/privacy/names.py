"""Names beside pseudonyms, for the few whose work needs them: joined here alone, and each time in the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.records.privacy.audit import record
from ipe_workbench.records.tables import table

if TYPE_CHECKING:
    import pandas as pd

    from ipe_workbench.records.store import Store

__all__ = ["with_names"]

NAMES = ("given_name", "family_name", "email", "source_id")


def with_names(store: Store, frame: pd.DataFrame, *, who: str, purpose: str) -> pd.DataFrame:
    """The frame with the names of its learners.

    Parameters
    ----------
    store : Store
        The records.
    frame : pandas.DataFrame
        A frame with a column `learner` of pseudonyms.
    who, purpose : str
        Who needs the names, and what for: both go to the audit log, before anybody sees a name.

    Returns
    -------
    pandas.DataFrame
        With `given_name`, `family_name`, `email` and `source_id` at the end; missing where they are not known.

    Raises
    ------
    UnusableInputError
        When there is no column of learners, it holds a pseudonym of another key, or the purpose is empty.
    """
    import pandas as pd

    if "learner" not in frame:
        raise UnusableInputError("The frame has no column `learner`.", mend="Take a frame of the records.")
    if not purpose.strip():
        raise UnusableInputError("Names need a purpose.", mend="Say what they are needed for.")
    wanted = set(frame["learner"].dropna())
    people, names = table("learners"), table("learner_names")
    query = select(people.c.source_id, names.c.given_name, names.c.family_name, names.c.email).select_from(
        people.outerjoin(names, people.c.id == names.c.learner_id)
    )
    with store.writing() as connection:
        known = {
            pseudonym: (row.given_name, row.family_name, row.email, row.source_id)
            for row in connection.execute(query)
            if (pseudonym := store.key.pseudonym(row.source_id)) in wanted
        }
        if len(known) < len(wanted):
            message = f"{len(wanted) - len(known)} learners of the frame are not in these records."
            raise UnusableInputError(message, mend="Take the frame and the names from the same records, with one key.")
        record(connection, who=who, action="names", what=purpose, rows=len(wanted))
    columns = pd.DataFrame.from_dict(known, orient="index", columns=list(NAMES), dtype="str")
    columns.index = columns.index.astype("str")  # also of none, so that the frame can be joined
    return frame.join(columns, on="learner")
