"""A worker: a line of JSON in, a line of JSON out."""

import json
import sys
import traceback


def serve(worker):
    """Calls the method that each line names with what else it holds, and answers with its result, or with the error."""
    answers, sys.stdout = sys.stdout, sys.stderr  # what a library prints is no answer
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = getattr(worker, request.pop("command"))(**request)
        except Exception:
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), file=answers, flush=True)
