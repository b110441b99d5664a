"""Sheets in: documents to grids, grids to items, items to a proposal that can be looked at before it is applied."""

from plan_ledger.sheets.grid import Document
from plan_ledger.sheets.limits import DEFAULT_LIMITS, Limits
from plan_ledger.sheets.proposal import DocumentRef, Origin, Proposal, ProposalEntry
from plan_ledger.sheets.reading import NamedBytes, read_document
from plan_ledger.sheets.table import KnownItems, Table, TableItem, read_table
from plan_ledger.sheets.titles import TitleLine, read_title

__all__ = [
    "DEFAULT_LIMITS",
    "Document",
    "DocumentRef",
    "KnownItems",
    "Limits",
    "NamedBytes",
    "Origin",
    "Proposal",
    "ProposalEntry",
    "Table",
    "TableItem",
    "TitleLine",
    "read_document",
    "read_table",
    "read_title",
]
