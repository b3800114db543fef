import gc
import weakref
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


def test_a_kept_answer_keeps_nobody_who_waited_for_it():
    class Waiting:
        def got(self, answer):
            self.answer = answer.result()

    answers, waiting = SharedAnswers(), Waiting()
    asked = answers.share("a", Future)
    asked.add_done_callback(waiting.got)
    asked.set_result(3)
    assert waiting.answer == 3
    kept = weakref.ref(waiting)
    del waiting, asked
    gc.collect()
    assert kept() is None
    assert answers.share("a", Future).result() == 3


def test_an_answer_that_is_there_at_once_is_kept():
    answers, done = SharedAnswers(), Future()
    done.set_result(1)
    assert answers.share("a", lambda: done).result() == 1
    assert answers.share("a", Future).result() == 1
