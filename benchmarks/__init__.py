"""Benchmarks of smscore: corpora, references to be held against, and what is measured.

The law of this package: a figure without a reference measured beside it says something about the
machine, not about smscore. So every file measures both, in one run, and asserts neither.
"""
