"""The process around a worker: its pipes, its log, its environment. Knows the wire, no engine and no model library."""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from gpu.wire import Command, Log, Message, Start, WorkerSettings, encode, read_command

log = logging.getLogger(__name__)

NICENESS = 5
LAST_SECONDS = 1.0
"""After standard input closed, the time that a step in progress gets."""
MAX_LOG = 5_000_000
"""Bytes of a log file that is put aside."""

Commands = queue.SimpleQueue[Command | None]
Send = Callable[[Message], None]


def claim_stdout() -> Send:
    """Keep standard output for messages, and let everyone who prints print to standard error."""
    pipe = os.dup(1)
    os.dup2(2, 1)
    one_at_a_time = threading.Lock()

    def send(message: Message) -> None:
        data = memoryview(encode(message))
        with one_at_a_time:
            while data:
                data = data[os.write(pipe, data) :]

    return send


def listen() -> Commands:
    """The commands of standard input, then None. Soon after its end the process ends, whatever it is doing."""
    commands: Commands = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(commands,), daemon=True, name="stdin").start()
    return commands


def _listen(commands: Commands) -> None:
    log_file: Path | None = None
    for line in sys.stdin.buffer:
        try:
            command = read_command(line)
        except ValueError:
            log.exception("this is no command: %.200r", line)
            continue
        if isinstance(command, Start):
            log_file = command.log
        if log_file:
            _trim(log_file)
        commands.put(command)
    commands.put(None)
    time.sleep(LAST_SECONDS)
    os._exit(0)


def _trim(log_file: Path) -> None:
    """Start a new log when standard error has filled the old one, which stays beside it."""
    with contextlib.suppress(OSError):
        if os.fstat(2).st_size < MAX_LOG:
            return
        log_file.replace(log_file.with_name(log_file.name + ".1"))
        with log_file.open("ab") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)


def step_back() -> None:
    """Let the bot have the cores first, and leave a trace when the process dies or is asked where it hangs."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    faulthandler.enable()
    if hasattr(faulthandler, "register"):
        faulthandler.register(signal.SIGUSR1)


def prepare(start: Start, send: Send) -> None:
    """Set what libraries read when they are imported, and where the log goes."""
    os.environ.update(
        OMP_NUM_THREADS=str(threads(start.settings)),
        # Threads that wait for each other sleep. Spinning saves some microseconds on idle cores, but as soon as
        # anything else wants a core (the bot, the image check, a browser), it makes torch ten times slower.
        OMP_WAIT_POLICY="PASSIVE",
        TOKENIZERS_PARALLELISM="false",
        DIFFUSERS_DISABLE_REMOTE_CODE="1",
        HF_HUB_DISABLE_TELEMETRY="1",
        HF_HUB_DISABLE_PROGRESS_BARS="1",
        TRANSFORMERS_VERBOSITY="error",
    )
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("gpu").addHandler(_ToOperator(send))


def threads(settings: WorkerSettings) -> int:
    """CPU threads of torch: as configured, else this worker's share of the cores."""
    return settings.threads or max(1, (os.cpu_count() or 1) // settings.count)


class _ToOperator(logging.Handler):
    """Our own warnings also go up the wire, as one line without the traceback."""

    def __init__(self, send: Send) -> None:
        super().__init__(logging.WARNING)
        self._send_message = send

    def emit(self, record: logging.LogRecord) -> None:
        self._send_message(Log(level=record.levelno, message=record.getMessage()))
