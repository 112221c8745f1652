"""How a campaign is told to stop: by an interruption, which lets what is in flight arrive.

The law of this file: whoever asks twice is obeyed at once.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Any, Self

from smscore.cli.exits import Exit

_STANDARD_ERROR = 2


class Brake:
    """Within it, an interruption is a wish to stop; a second one interrupts.

    >>> with Brake() as brake:
    ...     brake.status is None
    True
    """

    def __init__(self) -> None:
        self.status: Exit | None = None
        self.on_stop: Callable[[], None] | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for each in (signal.SIGINT, signal.SIGTERM):
                # Who is told to ignore it, such as a process behind nohup, still does.
                if signal.getsignal(each) is not signal.SIG_IGN:
                    self._before[each] = signal.signal(each, self._take)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for each, handler in self._before.items():
            signal.signal(each, handler)

    def _take(self, number: int, _frame: FrameType | None) -> None:
        if self.status is not None:
            raise KeyboardInterrupt
        self.status = Exit.INTERRUPTED if number == signal.SIGINT else Exit.TERMINATED
        if self.on_stop is not None:
            self.on_stop()
        # Whatever is being written may not be written into.
        with suppress(OSError):
            os.write(
                _STANDARD_ERROR,
                b"smscore: stopping after the message in flight; once more interrupts it\n",
            )
