"""The tables of documents as tables of SQL: what there is, and one SELECT over them with citations.

`querying` is what others use. Nothing is imported here: the process that runs a statement has to start fast.
"""
