"""What a user or a caller can act on, as exceptions.

    HDDError                    anything below
    ├── InvalidInputError       a value, name or combination that is not allowed
    ├── NotFoundError           a run, step, set or folder that is not there
    ├── InUseError              a place that holds something already, or a run that another engine advances
    ├── RunStateError           a run that cannot do what is asked now: it is finished, or no engine advances it
    ├── DataError               real images that are missing, damaged, or not those that a run was made with
    ├── NotInstalledError       a method or an objective that another package would bring
    ├── NewerVersionError       a file that a newer version of this package made
    ├── StorageError            a disk or file that cannot be read or written
    ├── DivergedError           images that grow without bound
    └── OutOfMemoryError        a device without memory for what was asked

A message is one or two plain sentences that name the input at fault, what is allowed and what to do. The command line
prints it without a traceback and exits with code 2.
"""


class HDDError(Exception):
    """A problem that the user can act on."""


class InvalidInputError(HDDError):
    """A value, a name, or a combination of them that is not allowed."""


class NotFoundError(HDDError):
    """Something that was named is not there."""


class InUseError(HDDError):
    """A place holds something already, or another engine advances the run."""


class RunStateError(HDDError):
    """A run cannot do what is asked in the state in which it is."""


class DataError(HDDError):
    """Real images cannot be had, or are not those that a run was made with."""


class NotInstalledError(HDDError):
    """A method or an objective is not installed here."""


class NewerVersionError(HDDError):
    """A file was made by a newer version of this package."""


class StorageError(HDDError):
    """A disk or a file cannot be read or written."""


class DivergedError(HDDError):
    """Images grow without bound; lower the learning rate."""


class OutOfMemoryError(HDDError):
    """A device lacks the memory for what was asked."""
