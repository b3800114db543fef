import time
from types import SimpleNamespace

import pytest

from workbench.core import idle_cores as module
from workbench.core.idle_cores import MEASURED_SECONDS, IdleCores


def test_idle_cores_are_measured_over_a_second_at_a_time(monkeypatch):
    clock, idle = 100.0, 5000.0
    monkeypatch.setattr(module.time, "monotonic", lambda: clock)
    monkeypatch.setattr(module.psutil, "cpu_times", lambda: SimpleNamespace(idle=idle))
    monkeypatch.setattr(module.psutil, "cpu_count", lambda: 4)
    cores = IdleCores()
    assert cores() == 4
    clock, idle = clock + MEASURED_SECONDS / 2, idle + 1
    assert cores() == 4
    clock, idle = clock + 1.5, idle + 2
    assert cores() == pytest.approx(3 / 2)


def test_a_core_that_somebody_keeps_busy_is_not_idle():
    cores, until = IdleCores(), time.monotonic() + 1.2 * MEASURED_SECONDS
    while time.monotonic() < until:
        pass
    assert 0 <= cores() <= module.psutil.cpu_count() - 0.7
