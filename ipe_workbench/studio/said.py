"""Sentences of the models in the language of the page.

The models of the designer and the simulator say in English what came of an action. Each kind of sentence is a text of
the catalogue, with braces for what changes. What lower layers say is of no kind that is known here; it stays English.
"""

from __future__ import annotations

from ipe_workbench.studio.texts import Texts, mark, pattern_of

__all__ = ["KINDS", "WORDS", "said_in"]

#: What the models say; what is in braces is copied.
KINDS = (
    mark("There is nothing to undo."),
    mark("The last edit is taken back."),
    mark("There is nothing to redo."),
    mark("The edit is made again."),
    mark("There is nothing to revert: the draft is what is saved."),
    mark("Back to the saved version. Undo brings your edits back."),
    mark("{what} Your edits are still here; nothing is lost until you close the designer."),
    mark("Nothing had changed; nothing was written."),
    mark("Nobody has changed the files since they were read."),
    mark("The programme has no folder that could be read."),
    mark("There is no conflict."),
    mark("1 change of others is in your draft now. Look at it, then save."),
    mark("{number} changes of others are in your draft now. Look at it, then save."),
    mark("Nothing was written. Your edits are still here."),
    mark("Name a folder that is not there yet or is empty; nothing was written."),
    mark("The copy cannot be written: {what}"),
    mark("A copy of your version is in {folder}. The files here stay as they are."),
    mark("The files cannot be read any more: {what}"),
    mark("{file} cannot be written: {what}."),
    mark("The programme has no credential or stack `{id}`."),
    mark("Choose a credential first."),
    mark("A stack asks for something; write what completes it."),
    mark("That cannot be done to this part of the rule any more; look at it again."),
    mark("{to} now asks for {badge}."),
    mark("{to} no longer asks for {badge}."),
    mark("{title} is removed. Undo brings it back; Save removes its file."),
    mark("`{id}` is not a competency of `{framework}`; choose one from the list."),
    mark("Choose at least one of taught, practised and assessed."),
    mark("The credential is not aligned with `{id}`."),
    mark("Write the criterion first."),
    mark("Write the activity's title first."),
    mark("Write what the row is about first."),
    mark("The rubric has no row `{id}`."),
    mark("The id `{id}` is already used; choose another."),
    mark("An id has lower-case letters, digits and single hyphens, such as team-huddles."),
    mark("Give it a title."),
    mark("Nothing: a learner may begin at once."),
    mark("This must not be empty."),
    mark("Use lower-case letters, digits and single hyphens."),
    mark("Write the date as year-month-day, such as 2027-06-01."),
    mark("This must be a whole number."),
    mark("This must be a number."),
    mark("This must be greater than {least}."),
    mark("This must be greater than or equal to {least}."),
    mark("This must be less than or equal to {most}."),
    mark("Choose at least one."),
    mark("Badges a learner"),
    mark("Share who earn {title}"),
    mark("Hours of {role} assessors"),
    mark("{term}: {role} {hours} of {capacity} hours"),
    mark("There is no lever `{id}`."),
    mark("A share lies between 0 and 100 %; give a target in that range."),
    mark("Give a target above 0."),
    mark("The search was stopped."),
    mark("The search failed: {what}."),
    mark("The forecast failed: {what}."),
    mark("There is no value to move to."),
    mark("The slider stands where the target is reached."),
    mark("Give the scenario a title with letters or digits."),
    mark("There is a scenario `{id}` already; choose another title."),
    mark("{file} is there already; nothing was written."),
    mark("There is no such scenario."),
    mark("Saved {title} in scenarios/{file}."),
    mark("Saved {title}."),
)
#: Values that stand in files, as people read them: one of each closed set of a credential.
WORDS = (
    mark("not stated"),
    *(mark("recognition"), mark("knowledge"), mark("application")),
    *(mark("foundation"), mark("intermediate"), mark("advanced")),
    *(mark("exposure"), mark("immersion"), mark("competence")),
    *(mark("draft"), mark("active"), mark("retired")),
    *(mark("in-person"), mark("online"), mark("blended"), mark("hybrid"), mark("workplace"), mark("remote")),
    *(mark("stand-alone"), mark("stackable")),
    *(mark("certificate"), mark("micro-credential"), mark("badge")),
    *(mark("allowed"), mark("forbidden"), mark("none")),
    *(mark("score"), mark("every-row"), mark("score-and-every-row")),
    *(mark("team-based-learning"), mark("workshop"), mark("simulation"), mark("placement"), mark("online-module")),
    *(mark("project"), mark("rounds"), mark("debrief")),
    *(mark("test-result"), mark("rubric-scores"), mark("reflection"), mark("recording"), mark("artefact")),
    *(mark("attendance"), mark("peer-feedback"), mark("self-rating"), mark("preceptor-statement")),
    *(mark("self-report"), mark("test"), mark("team-test"), mark("peer-evaluation"), mark("portfolio")),
    *(mark("simulation-observation"), mark("workplace-observation")),
    *(mark("automatic"), mark("self"), mark("peer"), mark("faculty"), mark("preceptor")),
    *(mark("taught"), mark("practised"), mark("assessed")),
)
_PATTERNS = tuple((kind, pattern_of(kind)) for kind in KINDS)


def said_in(sentence: str, texts: Texts) -> str:
    """A sentence of a model in a language; as it is where its kind is not known.

    Examples
    --------
    >>> said_in("Saved team-art.yaml.", Texts("es"))
    'Se ha guardado team-art.yaml.'
    >>> said_in("Something else.", Texts("es"))
    'Something else.'
    """
    if texts.language == "en" or not sentence:
        return sentence
    for kind, pattern in _PATTERNS:
        found = pattern.fullmatch(sentence)
        if found is not None:
            values = {name: texts(value) if name == "role" else value for name, value in found.groupdict().items()}
            return texts(kind, **values) if values else texts(kind)
    return sentence
