from workbench.core.audience import Audience


def test_tabs_are_known_while_one_of_their_sessions_looks_on():
    audience, woken = Audience(), []
    for session, tab in (("loading", ""), ("one", "a"), ("two", "b"), ("three", "a")):
        audience.join(session, tab, lambda session=session: woken.append(session))
    assert (len(audience), audience.tabs()) == (4, ["a", "b"])
    audience.wake()
    assert woken == audience.sessions() == ["loading", "one", "two", "three"]
    # Once its tab is known, a session joins again.
    audience.join("loading", "c", lambda: None)
    assert (len(audience), audience.tabs()) == (4, ["c", "a", "b"])
    assert audience.leave("one") is None
    assert audience.leave("three") == "a"
    assert audience.leave("three") is None
    assert audience.tabs() == ["c", "b"]
    for session in ("loading", "two"):
        audience.leave(session)
    assert not audience
