"""What ``byline replay`` does and prints.

Law: a receipt that can't be used is told before any model is loaded.

Does not know: options, exit codes.
"""

from pathlib import Path

from rag.receipt import read_receipt
from rag.replay import replay, settings_of
from rag.replay.show import replay_to_json, replay_to_terminal
from rag.settings import Settings
from rag.terminal import err, opened, out, print_object


def replay_file(file: Path, own: Settings, *, as_json: bool) -> bool:
    """Ask a receipt's question again and print how the answers compare; True where they are the same.

    Raises ReceiptError, and what opening and asking an assistant raise.
    """
    receipt = read_receipt(file)
    settings = settings_of(receipt, own)
    with opened(settings) as assistant, err().status("Asking again …"):
        replayed = replay(receipt, assistant, settings)
    if as_json:
        print_object(replay_to_json(replayed), indent=2)
    else:
        replay_to_terminal(replayed, out())
    return replayed.same
