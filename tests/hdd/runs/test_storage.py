import errno
import resource
import sqlite3

import pytest

from hdd.errors import HDDError
from hdd.runs.resume import resume
from hdd.runs.schema import connect, transaction
from hdd.runs.storage import explain_storage_errors


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "Free some space there"),
        (errno.EDQUOT, "Free some space there"),
        (errno.EROFS, "Make the folder writable again"),
        (errno.EMFILE, r"Raise the number of files that a process may open \(ulimit -n\)"),
        (errno.EIO, "See whether the disk is full or failing"),
    ],
)
def test_an_error_of_the_disk_names_cause_and_remedy(make_run, number, remedy):
    run = make_run()
    with pytest.raises(HDDError, match=rf"Cannot write to .*{remedy}, then resume"), explain_storage_errors(run):
        raise OSError(number, "for a test")


def test_a_process_that_may_open_no_more_files_has_no_failing_disk(make_run):
    run = make_run()
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, limit[1]))
    try:
        with pytest.raises(HDDError) as told, explain_storage_errors(run):
            connect(run.path / "other.db").execute("SELECT 1 FROM sqlite_master")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limit)
    assert "Raise the number of files that a process may open" in str(told.value)


def test_a_database_that_another_process_keeps_locked_is_not_called_a_full_disk(make_run):
    run = make_run()
    holder, writer = connect(run.path / "run.db"), connect(run.path / "run.db", patience=0.1)
    with (
        transaction(holder),
        pytest.raises(HDDError, match="Another process has kept the database locked"),
        explain_storage_errors(run),
        transaction(writer),
    ):
        pass
    holder.close()
    writer.execute("PRAGMA max_page_count = 1")
    with pytest.raises(HDDError, match="Free some space there"), explain_storage_errors(run):
        writer.execute("CREATE TABLE more AS SELECT zeroblob(1000000) AS it")
    with pytest.raises(HDDError, match="Cannot write to"), explain_storage_errors(run):
        raise sqlite3.OperationalError("of Python itself")
    writer.close()


def test_what_fails_in_a_callback_is_no_error_of_the_disk(make_run, digits):
    def fail(_):
        raise OSError(errno.ENOSPC, "of the callback")

    run = make_run()
    with pytest.raises(OSError, match="of the callback"):
        resume(run, data=digits, on_step=fail)
    assert run.status().message == "OSError: [Errno 28] of the callback"
    assert resume(run, data=digits).step == 30
