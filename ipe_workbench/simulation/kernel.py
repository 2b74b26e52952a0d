"""The compiled heart: every week of every learner of a few replicates, 64 learners at a time.

Process order of a week, for each block of learners: awards expire; prerequisites are looked at; learners forget, then
learn; they decide whether to be assessed. Then the cohort together: the queue for assessors. Then again for each block:
assessments and awards, stacks, claims; motivation and confidence; leaving takes effect from the next week.

Where learners do not act on each other, a block is walked through all weeks before the next one begins: its state stays
in the processor's nearest memory, and any set of blocks and replicates can be computed apart and added up. Where they
do (teams, seats, queues), all blocks go through the weeks together.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ipe_workbench.simulation.assessing import assess, award_stacks, claim, record_hours, tally
from ipe_workbench.simulation.beginning import begin, conclude
from ipe_workbench.simulation.compilation import compiled
from ipe_workbench.simulation.feelings import count_hours, feel, stay
from ipe_workbench.simulation.model_arrays import Model
from ipe_workbench.simulation.state import Counts, Scratch, State
from ipe_workbench.simulation.structures import lent
from ipe_workbench.simulation.together import (
    draw_raters,
    form_teams,
    give_seats,
    meet_in_teams,
    rank_self_ratings,
    serve_queue,
)
from ipe_workbench.simulation.weekly import decide, expire, open_credentials, practise

__all__ = ["run"]


@compiled
def run(
    model: Model, state: State, scratch: Scratch, seed: int, first_replicate: int, first_block: int, last_block: int,
    counted: Counts, log: Any, logged: Any,
) -> None:  # fmt: skip
    """Simulate blocks `first_block` to `last_block` (excluded) in as many replicates as `counted` holds.

    `state` has room for the blocks that go through the weeks together: one, or the whole cohort. `log` takes a line for
    each attempt and stack, `logged[0]` says how many; with no lines it stays empty.
    """
    m, st, sc, counts = lent(model), lent(state), lent(scratch), lent(counted)
    key = np.uint64(seed)
    together = st.here.size
    dynamic = m.motivation.on and m.motivation.leave != 0.0
    for index in range(counts.earned.shape[0]):
        rep = np.uint64(first_replicate + index) << np.uint64(12)
        if sc.severity.size > 0:
            draw_raters(m, sc, rep, key)
        for base in range(first_block, last_block, together):
            blocks = min(together, last_block - base)
            for s in range(blocks):
                begin(m, st, sc, s, base + s, rep, key, index, counts)
            if m.teams.on:
                form_teams(m, st, sc, rep, key)
            sc.credit[:] = 0.0
            for week in range(m.layout.term_of_week.size):
                for s in range(blocks):
                    if not dynamic:
                        st.here[s] = st.here_in[s, week]
                    if m.rules.may_expire:
                        expire(m, st, s, week)
                    open_credentials(m, st, sc, s, base + s)
                if m.capacity.seats_on:
                    give_seats(m, st, sc, week, rep, key)
                if m.teams.on:
                    meet_in_teams(m, st, sc, week, rep, key)
                for s in range(blocks):
                    practise(m, st, sc, s, base + s, week, rep, key)
                    decide(m, st, sc, s, base + s, week, rep, key)
                    if m.motivation.on:
                        count_hours(m, st, s, week)
                if m.capacity.queue:
                    serve_queue(m, st, sc, week, rep, key, index, counts)
                for s in range(blocks):
                    assess(m, st, sc, s, base + s, week, rep, key, index, counts, log, logged)
                    if m.rules.activity_week.size > 0:
                        record_hours(m, st, s, week)
                    award_stacks(m, st, sc, s, base + s, week, index, counts, log, logged)
                    if m.claiming.on:
                        claim(m, st, sc, s, base + s, week, rep, key)
                    tally(m, st, s, base + s, week, index, counts)
                    if m.motivation.on or m.confidence.on:
                        feel(m, st, s)
                    if dynamic and week + 1 < m.layout.term_of_week.size:
                        stay(m, st, sc, s, base + s, week, rep, key)
            if m.confidence.on:
                rank_self_ratings(m, st, sc, index, counts)
            for s in range(blocks):
                conclude(m, st, s, base + s, index, counts)
