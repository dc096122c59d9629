"""Answers as Documents, one module a question: what stands in which column, in which words, beside which note."""
