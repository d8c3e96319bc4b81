"""Triage Map: where and when a mental-health street triage car is needed."""
