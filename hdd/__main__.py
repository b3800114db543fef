"""`python -m hdd` is the `hdd` command."""

from hdd.cli import main

main()
