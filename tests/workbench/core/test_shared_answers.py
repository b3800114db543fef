from concurrent.futures import Future

from workbench.core.shared_answers import ANSWERS_KEPT, SharedAnswers


def test_a_question_is_asked_once_unless_it_failed():
    answers, asked = SharedAnswers(), []

    def ask():
        asked.append(Future())
        return asked[-1]

    first = answers.share("a", ask)
    assert answers.share("a", ask) is first
    first.set_exception(OSError())
    second = answers.share("a", ask)
    assert second is not first
    second.cancel()
    assert answers.share("a", ask) is asked[2]


def test_only_the_newest_are_kept():
    answers, asked = SharedAnswers(), []
    for question in range(ANSWERS_KEPT + 1):
        answers.share(question, lambda: asked.append(1) or Future())
    answers.share(1, lambda: asked.append(1) or Future())
    assert len(asked) == ANSWERS_KEPT + 1
    answers.share(0, lambda: asked.append(1) or Future())
    assert len(asked) == ANSWERS_KEPT + 2
    answers.clear()
    answers.share(0, lambda: asked.append(1) or Future())
    assert len(asked) == ANSWERS_KEPT + 3
