"""The one exception a user is meant to read."""


class HDDError(Exception):
    """A problem that the user can act on.

    Its message is one or two plain sentences that name the input at fault, what is allowed and what to do.
    The command line prints it without a traceback and exits with code 2.
    """
