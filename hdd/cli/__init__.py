"""The `hdd` command. Nothing is imported before Ctrl-C is taken care of."""


def main() -> None:
    """Entry point."""
    from hdd.interrupts import end_silently

    with end_silently():
        from hdd.cli.app import run
    run()
