"""Why two rules differ: a learner who satisfies one and not the other, or the proof that there is none.

In come two rules of the stacking algebra and a limit; out comes a learner's facts, as few as it takes, or nothing and
whether that is proven.
"""

from ipe_workbench.credentials.witness.search import EFFORT, Witness, witness

__all__ = ["EFFORT", "Witness", "witness"]
