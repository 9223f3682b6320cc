"""The embedded model's own process: a llama.cpp server on loopback, for one parent.

Its key comes as the first line of standard input, never by argument or environment, which others can read; its
address goes out as a line of JSON, or the reason why there is none. It ends when standard input does, so when its
parent ends, however that dies. Nothing else of Flowent is imported: the process is 210 MB as it is.
"""

import importlib
import json
import os
import signal
import sys
import threading
from typing import Any

CONTEXT_WINDOW = 4_096
"""Tokens; the model was trained on 8,192, but each thousand costs 23 MB, and 8 seconds when it is read."""

LONGEST_ANSWER = 1_024
"""Tokens; a model this small rambles on when it has nothing to say."""

ALIAS = "smollm2-135m-instruct"

_PARENT_LOOKED_AFTER = 2.0
"""Seconds between two looks whether the parent is still the same, should somebody else hold our input open."""


def main() -> None:
    """Serve until standard input ends; the path of the weights is the only argument."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends us in order
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever the library prints must not be taken for an answer
    parent = os.getppid()
    key = sys.stdin.readline().strip()
    threading.Thread(target=_end_with_input, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(5)  # answering people comes before thinking
    try:
        server = _serve(sys.argv[1], key)
    except Exception as error:  # noqa: BLE001 - the library raises what it likes, and the parent must hear of it
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), file=answers, flush=True)
        os._exit(1)
    print(json.dumps({"address": server.listening_address}), file=answers, flush=True)
    ended = threading.Event()
    while os.getppid() == parent:
        ended.wait(_PARENT_LOOKED_AFTER)
    os._exit(0)


def _serve(weights: str, key: str) -> Any:
    library: Any = importlib.import_module("xllamacpp")  # 105 MB, and an optional package
    parameters: Any = library.CommonParams()
    parameters.model.path = weights
    parameters.model_alias = {ALIAS}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.api_keys = [key]
    parameters.cors_origins = "http://127.0.0.1"  # the default answers every page in the person's browser
    parameters.ui = False
    parameters.endpoint_slots = False
    parameters.verbosity = -1
    parameters.n_ctx = CONTEXT_WINDOW
    parameters.n_predict = LONGEST_ANSWER
    parameters.n_parallel = 1
    parameters.ctx_shift = False  # a prompt that does not fit is refused, not cut
    parameters.cache_ram_mib = 0  # else up to 8 GB of earlier prompts
    parameters.n_gpu_layers = 0
    parameters.fit_params = False
    # More threads wait for each other in busy loops: on a shared machine two are 30 times slower than one.
    parameters.cpuparams.n_threads = 1
    parameters.cpuparams_batch.n_threads = 1
    # The maker's advice is 0.2 and 0.9; with llama.cpp's own values it answers in the wrong language.
    parameters.sampling.temp = 0.2
    parameters.sampling.top_p = 0.9
    parameters.sampling.min_p = 0.05
    parameters.sampling.penalty_repeat = 1.1
    return library.Server(parameters)


def _end_with_input() -> None:
    while sys.stdin.readline():
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
