"""The checks: what a right answer to each exercise does. Learners may read them.

A module holds those of one lesson, or helpers for several lessons.
"""
