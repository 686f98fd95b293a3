"""Compile tagged PDFs with typst: fonts, printable text and standards, for every stage that makes one."""
