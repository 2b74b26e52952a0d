"""Badges: portable proof of what was awarded, as Open Badges 3.0 that other people's software accepts.

In come awards, the design of a programme and the issuer's keys; out go signed credentials and status lists, and for a
credential of anybody's the checks that it passes and a verdict. Nothing here fetches anything by itself: contexts and
schemas ship with the package, keys and lists are given. The way of a badge: `award_file` reads who gets what,
`credential` builds it, `statements` and `canonical` say what a signature covers, `proof` and `web_token` sign,
`status` revokes, `verify` checks.
"""

from ipe_workbench.badges.award_file import AwardRow, AwardsToIssue, parse_awards_to_issue, read_awards_to_issue
from ipe_workbench.badges.baking import bake, extract
from ipe_workbench.badges.elsewhere import ForeignBadge, read_foreign_badge
from ipe_workbench.badges.endorse import endorse, read_endorsements
from ipe_workbench.badges.issue import Issued, issue_awards
from ipe_workbench.badges.keyring import Keyring
from ipe_workbench.badges.keys import PublicKey, UnsoundKeyError
from ipe_workbench.badges.known_keys import KnownKeys
from ipe_workbench.badges.reading import Badge, RefusedBadgeError, UnreadableBadgeError, read_badge
from ipe_workbench.badges.signers import CommandSigner, LocalSigner, Signer
from ipe_workbench.badges.statements import UnsafeDocumentError
from ipe_workbench.badges.status_files import change_status
from ipe_workbench.badges.verify import Check, Verification, verify, verify_badge

__all__ = [
    "AwardRow",
    "AwardsToIssue",
    "Badge",
    "Check",
    "CommandSigner",
    "ForeignBadge",
    "Issued",
    "Keyring",
    "KnownKeys",
    "LocalSigner",
    "PublicKey",
    "RefusedBadgeError",
    "Signer",
    "UnreadableBadgeError",
    "UnsafeDocumentError",
    "UnsoundKeyError",
    "Verification",
    "bake",
    "change_status",
    "endorse",
    "extract",
    "issue_awards",
    "parse_awards_to_issue",
    "read_awards_to_issue",
    "read_badge",
    "read_endorsements",
    "read_foreign_badge",
    "verify",
    "verify_badge",
]
