"""Kinds of row of a rater across delegates."""

from __future__ import annotations

from chalicelib.store.row_kinds.row_kind import Erasure, Owner, Reader, Retention, RowKind

_OWN = (Reader.OWNER,)

INBOX_ENTRY = RowKind(
    name="inbox entry",
    pk="RATER#{rater}",
    sk="INVITATION#{wave}#{invitation}",
    what="one questionnaire in a rater's inbox",
    owner=Owner.RATER,
    readers=_OWN,
    erasure=Erasure.DELETE,
    retention=Retention.COLLECTION,
)
RATER_LOAD = RowKind(
    name="rater's load",
    pk="RATER#{rater}",
    sk="LOAD#{month}",
    what="how many questionnaires a rater is asked to answer in a month",
    owner=Owner.RATER,
    readers=(Reader.DELEGATE,),
    erasure=Erasure.DELETE,
    retention=Retention.COLLECTION,
)
