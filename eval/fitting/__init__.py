"""Labelled questions become a fitted score: candidates are gathered, weights fitted, rules measured.

Law: every figure of a signal is of questions that were not fitted on: each set of cases is judged by weights
from the other sets.

Does not know: how candidates come about, how a score is used.
"""
