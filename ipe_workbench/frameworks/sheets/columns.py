"""How people head the columns of a sheet of competencies, and what each column is with us."""

from __future__ import annotations

import re

from ipe_workbench.frameworks.case.fields import RELATIONS

__all__ = [
    "ASSOCIATION_COLUMNS",
    "CODE_WORDS",
    "DOCUMENT_COLUMNS",
    "ITEM_COLUMNS",
    "NESTED_STATEMENTS",
    "RELATION_COLUMNS",
    "WHOLE_COLUMNS",
    "plain_header",
]


def plain_header(header: str) -> str:
    """A header without case, blanks and signs.

    Examples
    --------
    >>> plain_header("Human Coding Scheme *")
    'humancodingscheme'
    """
    return re.sub(r"[\W_]+", "", header.casefold())


def _named(table: dict[str, str]) -> dict[str, str]:
    return {plain_header(name): field for field, names in table.items() for name in names.split(",")}


#: Columns of competencies: those of OpenSALT's CSV and workbook layouts, and what people write in tables of their own.
ITEM_COLUMNS = _named({
    "statement": "fullStatement,statement,full statement,competency statement,competencyText,competency,sub-competency,"
    "subcompetency,description,text,wording,descriptor,outcome,learning outcome,standard,objective,"
    "competency description,statement text,item statement,skill,indicator,performance indicator",
    "code": "humanCodingScheme,code,competency code,codedNotation,notation,number,no,nr,ref,reference,item code,"
    "coding scheme,standard code,outcome code,competency number,competency no,item number",
    "id": "identifier,id,uuid,guid,item id,ctid,competency id",
    "title": "abbreviatedStatement,title,short title,label,competencyLabel,name,heading,short statement,short name,"
    "competency name,competency title,item name,item title",
    "parent": "isChildOf,is child of,parent,parent code,parent id,child of,broader,belongs to,parent competency,"
    "parent identifier,parent item,parent number,parent no,parent ref,parent reference,parent notation,"
    "parent coded notation,parent human coding scheme,parent competency code,parent item code,parent uuid,"
    "parent guid,isChildOf code,higher level",
    "level": "level,depth,tier,indent,hierarchy level,outline level,"
    "indent level,indentation,item level,tree level",
    "smart_level": "smartLevel,smart level,outline number",
    "type": "CFItemType,item type,type,kind,category,competencyCategory",
    "order": "sequenceNumber,sequence number,sequence,order,position,sort order,sort",
    "notes": "notes,note,comment,comments,remarks,remark",
    "keywords": "conceptKeywords,concept keywords,keywords,keyword,tags",
    "education_levels": "educationLevel,education levels,educationalLevel,grade,grades,grade level,stage",
    "language": "language,lang,inLanguage",
    "license": "license,licence,licenseTitle,rights",
    "weight": "weight",
    "uri": "uri,url,web address,address",
    "changed": "lastChangeDateTime,last change,lastChangeDate,changed,modified,date modified",
    "list_enumeration": "listEnumeration,list enumeration",
})  # fmt: skip

#: Columns of what a row is part of, filled in each row or once for several; a field ``whole:x`` for each.
WHOLE_COLUMNS = _named({
    f"whole:{plain_header(name)}": name
    for name in (
        *("domain", "competency domain", "core domain", "area", "competency area", "strand", "theme", "cluster"),
        *("competency cluster", "section", "group", "competency group", "core competency", "dimension", "chapter"),
        *(f"{word} {number}" for word in ("level", "tier", "ebene", "stufe") for number in range(1, 10)),
    )
})  # fmt: skip
#: How the column with the codes of another column is headed: Domain code beside Domain.
CODE_WORDS = ("code", "number", "no", "nr", "id")
#: Columns of statements that stand side by side, and how deep each is; of several the deepest is the statement.
NESTED_STATEMENTS = {
    plain_header(name): depth
    for depth, names in enumerate(
        (
            ("competency", "standard"),
            ("sub-competency",),
            ("indicator", "performance indicator", "learning outcome", "outcome", "objective"),
        )
    )
    for name in names
}

#: Columns that hold the other ends of associations.
RELATION_COLUMNS = {plain_header(name): name for name in RELATIONS if name != "isChildOf"}

#: Columns of the sheet that describes the framework.
DOCUMENT_COLUMNS = _named({
    "title": "title,framework,framework title,name",
    "id": "framework id",
    "identifier": "identifier,uuid",
    "creator": "creator,author",
    "publisher": "publisher",
    "source": "officialSourceURL,source",
    "description": "description",
    "notes": "notes",
    "subjects": "subject,subjects",
    "language": "language",
    "version": "version",
    "year": "year",
    "status": "adoptionStatus,status",
    "superseded_by": "superseded by",
    "statement_source": "statement source",
    "license": "licenseTitle,license,licence",
    "uri": "uri",
    "changed": "lastChangeDateTime,lastChangeDate",
})  # fmt: skip

#: Columns of the sheet of associations.
ASSOCIATION_COLUMNS = _named({
    "relation": "associationType,association type,relation,relationship",
    "source": "originNodeIdentifier,origin,from,source",
    "source_code": "originNodeHumanCodingScheme",
    "target": "destinationNodeIdentifier,destination,to,target",
    "target_code": "destinationNodeHumanCodingScheme",
    "id": "identifier,id",
    "grouping": "associationGroupIdentifier",
    "order": "sequenceNumber",
    "target_uri": "destinationNodeURI",
    "target_title": "destinationNodeTitle",
    "notes": "notes",
    "weight": "weight",
})  # fmt: skip
