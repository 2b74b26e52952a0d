"""The terms of CTDL-ASN that frameworks use, and what each is with us.

Source: Credential Engine, CTDL-ASN terms (https://credreg.net/ctdlasn/terms). The names are facts of that schema.
"""

from __future__ import annotations

from functools import lru_cache

__all__ = [
    "ALIGNMENTS",
    "CLASSES",
    "COMPETENCY_TEXTS",
    "CONTEXT",
    "FRAMEWORK_TEXTS",
    "KEPT_OF_COMPETENCY",
    "KEPT_OF_FRAMEWORK",
    "PREFIXES",
    "STATUS",
    "known_name",
]

CONTEXT = "https://credreg.net/ctdlasn/schema/context/json"
#: Namespaces by which a key may be written in full, http or https.
PREFIXES = {
    "purl.org/ctdlasn/terms/": "ceasn:",
    "purl.org/ctdl/terms/": "ceterms:",
    "purl.org/asn/schema/core/": "asn:",
    "credreg.net/qdata/terms/": "qdata:",
    "www.w3.org/2004/02/skos/core#": "skos:",
}
CLASSES = {
    "ceasn:CompetencyFramework": "framework",
    "ceasn:Competency": "competency",
    "ceasn:Rubric": "rubric",
    "ceasn:RubricCriterion": "criterion",
    "ceasn:RubricLevel": "rubric-level",
    "ceasn:CriterionLevel": "level",
}

#: Language maps, by the attribute of ours that they become.
FRAMEWORK_TEXTS = {"ceasn:name": "title", "ceasn:description": "description", "ceasn:publisherName": "publisher"}
COMPETENCY_TEXTS = {
    "ceasn:competencyText": "statement",
    "ceasn:competencyLabel": "title",
    "ceasn:comment": "notes",
    "ceasn:competencyCategory": "type",
}

#: Alignments of a competency and the association that each is. `precedes` points the other way: the aligned one comes
#: first. Those without a term in CASE keep their own.
ALIGNMENTS = {
    "ceasn:exactAlignment": "exactMatchOf",
    "ceasn:broadAlignment": "isPartOf",
    "ceasn:alignTo": "isRelatedTo",
    "ceasn:prerequisiteAlignment": "precedes",
    **{
        f"ceasn:{name}": f"ceasn:{name}"
        for name in (
            *("alignFrom", "narrowAlignment", "majorAlignment", "minorAlignment", "derivedFrom", "isVersionOf"),
            *("crossSubjectReference", "comprisedOf", "inferredCompetency", "abilityEmbodied", "knowledgeEmbodied"),
            *("skillEmbodied", "taskEmbodied"),
        )
    },
}

STATUS = {"draft": "Draft", "current": "Published", "superseded": "Deprecated"}

#: Further properties that each class may have; they are kept aside on reading and written again.
_KEPT_OF_BOTH = (
    *("ceasn:altCodedNotation", "ceasn:approximateDateCreated", "ceasn:approximateDateModified"),
    *("ceasn:conceptTerm", "ceasn:creator", "ceasn:dateCreated", "ceasn:identifier"),
    *("ceasn:publicationStatusType", "ceasn:sourceDocumentation", "ceterms:industryType", "ceterms:occupationType"),
    *("ceterms:instructionalProgramType", "ceterms:versionIdentifier", "ceterms:latestVersion"),
    *("ceterms:previousVersion", "ceterms:nextVersion"),
)
KEPT_OF_FRAMEWORK = frozenset({
    *_KEPT_OF_BOTH,
    *("ceasn:alignFrom", "ceasn:alignTo", "ceasn:codedNotation", "ceasn:conceptKeyword", "ceasn:dateCopyrighted"),
    *("ceasn:dateValidFrom", "ceasn:dateValidUntil", "ceasn:derivedFrom", "ceasn:educationLevelType"),
    *("ceasn:publisher", "ceasn:repositoryDate", "ceasn:rights", "ceasn:rightsHolder", "ceasn:tableOfContents"),
    *("ceasn:source", "asn:hasProgressionModel"),
})  # fmt: skip
KEPT_OF_COMPETENCY = frozenset({
    *_KEPT_OF_BOTH,
    *("ceasn:author", "ceasn:localSubject", "ceasn:complexityLevel", "ceasn:listID", "ceasn:shouldIndex"),
    *("asn:hasProgressionLevel",),
    *("ceasn:hasCriterionLevel", "ceasn:substantiatingCompetencyFramework"),
    *("ceasn:substantiatingCredential", "ceasn:substantiatingJob", "ceasn:substantiatingOccupation"),
    *("ceasn:substantiatingOrganization", "ceasn:substantiatingResource", "ceasn:substantiatingTask"),
    *("ceasn:substantiatingWorkRole", "ceterms:targetCompetencyOf", "ceterms:isMemberOf"),
})  # fmt: skip

_READ = (
    *CLASSES,
    *FRAMEWORK_TEXTS,
    *COMPETENCY_TEXTS,
    *ALIGNMENTS,
    *KEPT_OF_FRAMEWORK,
    *KEPT_OF_COMPETENCY,
    *("ceterms:ctid", "ceterms:weight", "ceasn:weight", "ceasn:codedNotation", "ceasn:conceptKeyword", "ceasn:license"),
    *("ceasn:educationLevelType", "ceasn:inLanguage", "ceasn:dateModified", "ceasn:isPartOf", "ceasn:isChildOf"),
    *("ceasn:isTopChildOf", "ceasn:hasChild", "ceasn:hasTopChild", "ceasn:source", "ceasn:hasRubricCriterion"),
    *("ceasn:hasRubricLevel", "ceasn:hasCriterionLevel", "ceasn:benchmarkText", "ceasn:benchmarkLabel"),
    *("ceasn:feedback", "ceasn:listID", "ceterms:targetNode", "qdata:percentage", "qdata:value", "ceterms:versionCode"),
)
_KNOWN = {name.casefold(): name for name in _READ}
_KNOWN_WITHOUT_PREFIX = {name.split(":", 1)[1].casefold(): name for name in reversed(_READ)}


@lru_cache(maxsize=2**12)
def known_name(written: str) -> str | None:
    """The name of a term however it is written: in full, in the wrong case, without its prefix; ``None`` if unknown.

    Examples
    --------
    >>> known_name("https://purl.org/ctdlasn/terms/CompetencyText"), known_name("hasChild")
    ('ceasn:competencyText', 'ceasn:hasChild')
    """
    name = written.casefold()
    if "://" in name:
        name = name.split("://", 1)[1]
        name = next((short + name[len(full) :] for full, short in PREFIXES.items() if name.startswith(full)), name)
    return _KNOWN.get(name) or _KNOWN_WITHOUT_PREFIX.get(name)
