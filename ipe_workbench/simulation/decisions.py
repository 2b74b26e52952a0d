"""What a draw decides: bits 4 to 11 of the last word of the random numbers' counter (see `philox`).

A number, once given, keeps its meaning, so that a new part of the model leaves the draws of the others alone.
"""

from __future__ import annotations

import numpy as np

# In a week.
FORGET = np.uint64(0 << 4)
LEARN = np.uint64(1 << 4)
ATTEMPT = np.uint64(2 << 4)
PASS = np.uint64(3 << 4)
CLAIM = np.uint64(4 << 4)
ABSENT = np.uint64(5 << 4)
QUEUE = np.uint64(6 << 4)
RATER = np.uint64(7 << 4)
SECOND_RATER = np.uint64(8 << 4)
LEAVE = np.uint64(9 << 4)
RATED_TWICE = np.uint64(10 << 4)
# Before the first week.
KNOWN_TRAIT = np.uint64(16 << 4)
RATE_TRAIT = np.uint64(17 << 4)
WILLING_TRAIT = np.uint64(18 << 4)
LEAVING_WEEK = np.uint64(19 << 4)
MOTIVATION_TRAIT = np.uint64(20 << 4)
SELF_RATING = np.uint64(21 << 4)
KNOWN_AT_START = np.uint64(24 << 4)
WILLING = np.uint64(25 << 4)
CLAIMS_EVER = np.uint64(26 << 4)
# Of the cohort.
SEVERITY = np.uint64(32 << 4)
TEAM = np.uint64(33 << 4)
SEAT = np.uint64(34 << 4)
