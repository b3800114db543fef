from hdd.runs.run import Run
from workbench.run_names import run_names


def test_the_newest_run_comes_first_whoever_looks_at_the_others(make_run, root, tmp_path):
    assert run_names(tmp_path / "nothing there") == []
    for name in ("b", "a", "c"):
        make_run(name, steps=1).close()
    (root / "no run").mkdir()
    assert run_names(root) == ["c", "a", "b"]
    Run(root / "b").close()
    assert run_names(root) == ["c", "a", "b"]
    run = Run(root / "a")
    run.write_event(1, "something happened")
    run.close()
    assert run_names(root) == ["a", "c", "b"]
