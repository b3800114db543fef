import threading

from workbench.session.seat import Seat


def test_the_first_who_comes_drives_until_the_seat_is_free():
    seat = Seat()
    assert seat.driver is None
    assert seat.take("a") and seat.take("a")
    assert not seat.take("b")
    seat.leave("b")
    assert seat.driver == "a"
    seat.leave("a")
    assert seat.driver is None
    assert seat.take("b")


def test_only_the_driver_passes_the_seat_on():
    seat = Seat()
    seat.take("a")
    seat.leave("b", to="b")
    assert seat.driver == "a"
    seat.leave("a", to="b")
    assert seat.driver == "b"
    assert not seat.take("a")


def test_of_many_who_come_at_once_one_drives():
    seat, start, drivers = Seat(), threading.Barrier(8), []

    def come(tab):
        start.wait()
        if seat.take(tab):
            drivers.append(tab)

    threads = [threading.Thread(target=come, args=(str(i),)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert drivers == [seat.driver]
