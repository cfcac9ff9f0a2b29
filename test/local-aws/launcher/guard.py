"""Runs a command in a process group of its own and ends the whole group with its parent.

    python guard.py [--remove DIRECTORY] -- command...

The parent holds the other end of standard input and never writes to it. However the parent ends (return, exception,
SIGKILL), the operating system closes that pipe; the guard then ends the group and removes the directory. That is why
nothing else here has signal or exit handlers: none of them would survive a SIGKILL, this does.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading

GRACE_SECONDS = 2


def main() -> int:
    arguments, command = split(sys.argv[1:])
    # An interrupt at the terminal reaches the parent too, and it is the parent who decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=restore_interrupt)
    stopping = threading.Event()

    def stop(*_) -> None:
        if not stopping.is_set():
            stopping.set()
            threading.Thread(target=end_group, args=(child,), daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    threading.Thread(target=wait_for_parent, args=(stop,), daemon=True).start()
    code = child.wait()
    signal_group(child, signal.SIGKILL)  # grandchildren that outlived it, such as Lambda processes
    if arguments.get("--remove"):
        shutil.rmtree(arguments["--remove"], ignore_errors=True)
    return 128 - code if code < 0 else code


def split(argv: list) -> tuple:
    at = argv.index("--")
    options = argv[:at]
    return dict(zip(options[::2], options[1::2])), argv[at + 1:]


def restore_interrupt() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def wait_for_parent(stop) -> None:
    while os.read(0, 1024):
        pass
    stop()


def end_group(child: subprocess.Popen) -> None:
    signal_group(child, signal.SIGTERM)
    try:
        child.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        signal_group(child, signal.SIGKILL)


def signal_group(child: subprocess.Popen, number: int) -> None:
    try:
        os.killpg(child.pid, number)
    except (ProcessLookupError, PermissionError):
        pass


if __name__ == "__main__":
    # Not sys.exit: a thread that waits for the parent must not hold the process back.
    code = main()
    sys.stdout.flush()
    os._exit(code)
