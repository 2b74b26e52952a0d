"""The headings that mean a column of a table of awards, the same for issuing, plans, comparisons and the records."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["AWARD_HEADINGS"]

#: For each column the headings that mean it, ours first; blanks of a heading count as underscores.
AWARD_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "learner": ("learner", "learner_id", "student", "student_id"),
    "credential": ("credential", "credential_id", "badge"),
    "on": ("on", "awarded", "awarded_on", "awarded_date", "date_awarded", "date"),
    "expires": ("expires", "expires_on", "expiry"),
    "revoked": ("revoked", "is_revoked"),
    "version": ("version",),
    "profession": ("profession",),
    "score": ("score",),
    "email": ("email", "e-mail", "mail"),
    "did": ("did",),
    "narrative": ("narrative",),
    "evidence": ("evidence",),
}
