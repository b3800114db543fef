"""`python -m hdd.cli` is the `hdd` command."""

from hdd.cli import main

main()
