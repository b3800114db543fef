"""Exceptions for problems that a user or a caller can act on.

    HDDError                    any of the errors below
    ├── InvalidInputError       a value, name or combination is not allowed
    ├── NotFoundError           a run, step, set or folder does not exist
    ├── InUseError              a place already holds something, or another engine advances the run
    ├── RunStateError           the run cannot do this now: it is finished, or no engine advances it
    ├── DataError               real images are missing, damaged, or not those that the run was made with
    ├── NotInstalledError       a method or an objective comes from a package that is not installed
    ├── NewerVersionError       a newer version of this package made the file
    ├── StorageError            a disk or file cannot be read or written
    ├── DivergedError           images, a loss or a gradient are not finite, or grow without bound
    └── OutOfMemoryError        the device or the machine has too little memory

A message is one or two plain sentences that name the input at fault, what is allowed and what to do. The command line
prints it without a traceback and exits with code 2.
"""


class HDDError(Exception):
    """A problem that the user can act on."""


class InvalidInputError(HDDError):
    """A value, a name, or a combination of them that is not allowed."""


class NotFoundError(HDDError):
    """A run, step, set or folder that was named does not exist."""


class InUseError(HDDError):
    """A place already holds something, or another engine advances the run."""


class RunStateError(HDDError):
    """The run cannot do what is asked in its present state."""


class DataError(HDDError):
    """Real images are missing or damaged, or are not those that the run was made with."""


class NotInstalledError(HDDError):
    """A method or an objective is not installed here."""


class NewerVersionError(HDDError):
    """A file was made by a newer version of this package."""


class StorageError(HDDError):
    """A disk or a file cannot be read or written."""


class DivergedError(HDDError):
    """Images, a loss or a gradient are not finite, or grow without bound; a step with them is not made."""


class OutOfMemoryError(HDDError):
    """The device or the machine has too little memory for what was asked."""


MALFORMED = ValueError, TypeError, LookupError, AttributeError, AssertionError, RecursionError, OverflowError
"""What Python raises for a record that holds something else than was expected."""
