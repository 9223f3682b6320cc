"""Benchmarks of the whole workspace as a process: see docs/benchmarks.md."""
