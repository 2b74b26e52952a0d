"""Competency frameworks of Credential Engine's CTDL-ASN: read and written."""

from ipe_workbench.frameworks.ctdl_asn.reading import is_ctdl_asn, read_ctdl_asn, read_ctdl_asn_data

__all__ = ["is_ctdl_asn", "read_ctdl_asn", "read_ctdl_asn_data"]
