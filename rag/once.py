"""A property that is computed once, whichever thread asks first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class once(Generic[T]):
    """As `functools.cached_property`, which has no lock from Python 3.12 on.

    There two threads that ask at the same time would load a model twice. Here the first
    one computes and the others wait; if it fails, the next one tries again.
    """

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> once[T]: ...

    @overload
    def __get__(self, instance: object, owner: type | None = None) -> T: ...

    def __get__(self, instance: object | None, owner: type | None = None) -> once[T] | T:
        if instance is None:
            return self
        # The value goes where Python looks before it comes here again. `setdefault` is atomic.
        values = vars(instance)
        with values.setdefault("_computing_once", threading.RLock()):
            if self._name not in values:
                values[self._name] = self._compute(instance)
        value: T = values[self._name]
        return value
