"""Files of other systems on their way into the records: recognised, read as they stream past, staged, checked."""

from ipe_workbench.records.importing.known_formats import FORMATS
from ipe_workbench.records.importing.mapping import read_mapping
from ipe_workbench.records.importing.proposing import MappingProposal, propose_mapping
from ipe_workbench.records.importing.running import ImportResult, import_file

__all__ = ["FORMATS", "ImportResult", "MappingProposal", "import_file", "propose_mapping", "read_mapping"]
