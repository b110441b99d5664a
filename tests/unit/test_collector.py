"""The collector of cycles is paused once for everybody, and left as it was found."""

import gc
import weakref
from threading import Barrier, Thread

import pytest

from plan_ledger.values.collector import collector_paused


@pytest.fixture(autouse=True)
def _left_on():
    gc.enable()
    yield
    gc.enable()


def test_it_is_off_inside_and_on_afterwards():
    with collector_paused():
        assert not gc.isenabled()
        with collector_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_is_on_again_when_the_block_fails():
    with pytest.raises(KeyError), collector_paused():
        raise KeyError
    assert gc.isenabled()


def test_a_host_that_has_turned_it_off_keeps_it_off():
    gc.disable()
    with collector_paused() as collect:
        collect()
    assert not gc.isenabled()


def test_of_two_threads_the_last_one_turns_it_on():
    inside, left = Barrier(2), Barrier(2)
    seen: list[bool] = []

    def first() -> None:
        with collector_paused():
            inside.wait()
        seen.append(gc.isenabled())
        left.wait()

    thread = Thread(target=first)
    with collector_paused():
        thread.start()
        inside.wait()
        left.wait()
        seen.append(gc.isenabled())
    thread.join()
    assert seen == [False, False]
    assert gc.isenabled()


def test_long_work_can_have_the_young_collected():
    class Node:
        pass

    told: list[bool] = []
    node = Node()
    node.me = node
    weakref.finalize(node, told.append, True)
    with collector_paused() as collect:
        del node
        assert told == []
        collect()
        assert told == [True]
