"""The planned analyses: what the evaluation plan says in a form that a machine can run, and what came of it.

In come a plan and the frames of the records; out comes a `PlanResult`: for each claim the estimates, whether the
statement can be said, and everything in which the evaluation departs from what was planned.
"""
