"""The `hdd` command. Ctrl-C is handled before anything else is imported."""


def main() -> None:
    """Runs the command line; the entry point of the package."""
    from hdd.cli.plain_text import spell_what_cannot_be_encoded
    from hdd.interrupts import end_silently

    spell_what_cannot_be_encoded()
    with end_silently():
        from hdd.cli.app import run
    run()
