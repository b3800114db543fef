"""Faults thrown at real runs and the real page, in real processes: `make chaos`, see docs/reliability.md.

Each kind of fault is a file: `kills`, `links`, `disks`, `clocks`. A fault says how it is brought about, whom it
concerns, and what that person must be told. After each one the run is resumed as that person was told, and compared
bit for bit with a run that nothing disturbs.
"""
