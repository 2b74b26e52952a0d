"""The page that explains a finding: what is looked for, why, an example, how to mend it and how to allow it.

Pages are Markdown files in ``data/lints/``, named by the finding's id. They ship with the package.
"""

from __future__ import annotations

import re
from functools import cache

from ipe_workbench.errors import UnknownNameError, near_names
from ipe_workbench.resources import data_folder

__all__ = ["ALLOWANCE_IDS", "NEVER_ALLOWED", "explained_ids", "explanation", "explanation_in_short"]

#: Findings about the allowances themselves.
ALLOWANCE_IDS = ("allow-without-reason", "allow-without-finding")
#: Nothing can be done with a file that cannot be used, whoever accepts that.
NEVER_ALLOWED = frozenset(
    {"unreadable-file", "invalid-field", "duplicate-id", "unknown-framework", "wrong-folder", *ALLOWANCE_IDS}
)
_HOW_TO_ALLOW = """## How to allow it

Where the finding is right and the design is meant to be so, write into the file that it is about, or into
`programme.yaml` for the whole programme:

```yaml
allow:
  - id: {id}
    reason: Why this is meant to be so, for the next person who asks.
```

With `field:` it holds for one field and what stands inside it, such as `alignments[2]`. Allowed findings are counted
apart: under `allowed` in JSON, as suppressed in SARIF. Without a reason, or when nothing is found any more, the
allowance is itself reported.
"""


@cache
def explained_ids() -> tuple[str, ...]:
    """The ids of all findings that have a page, in alphabetical order.

    Examples
    --------
    >>> "cycle" in explained_ids()
    True
    """
    return tuple(sorted(path.stem for path in (data_folder() / "lints").glob("*.md") if path.stem != "README"))


@cache
def explanation(id: str) -> str:
    """The page of a finding, in Markdown.

    Raises
    ------
    UnknownNameError
        When no finding has that id.

    Examples
    --------
    >>> print(explanation("cycle").splitlines()[0])
    # cycle
    """
    if id not in explained_ids():
        raise UnknownNameError(f"`{id}` is not the id of any finding.", mend=near_names(id, explained_ids()))
    page = (data_folder() / "lints" / f"{id}.md").read_text(encoding="utf-8")
    return page if id in NEVER_ALLOWED else f"{page}\n{_HOW_TO_ALLOW.format(id=id)}"


def explanation_in_short(id: str) -> str:
    """What the finding's page says about what and why, as plain paragraphs; empty for an id without a page.

    Examples
    --------
    >>> "circle" in explanation_in_short("cycle")
    True
    """
    if id not in explained_ids():
        return ""
    sections = dict(re.findall(r"^## (.+?)\n+(.*?)(?=^## |\Z)", explanation(id), flags=re.MULTILINE | re.DOTALL))
    return "\n\n".join(sections[name].strip() for name in ("What it finds", "Why") if name in sections)
