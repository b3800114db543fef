import threading

from workbench.core.driver_lease import DriverLease


def test_the_first_who_comes_drives_until_the_seat_is_free():
    lease = DriverLease()
    assert lease.driver is None
    assert lease.take("a") and lease.take("a")
    assert not lease.take("b")
    lease.leave("b")
    assert lease.driver == "a"
    lease.leave("a")
    assert lease.driver is None
    assert lease.take("b")


def test_only_the_driver_passes_the_seat_on():
    lease = DriverLease()
    lease.take("a")
    lease.leave("b", to="b")
    assert lease.driver == "a"
    lease.leave("a", to="b")
    assert lease.driver == "b"
    assert not lease.take("a")


def test_of_many_who_come_at_once_one_drives():
    lease, start, drivers = DriverLease(), threading.Barrier(8), []

    def come(tab):
        start.wait()
        if lease.take(tab):
            drivers.append(tab)

    threads = [threading.Thread(target=come, args=(str(i),)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert drivers == [lease.driver]
