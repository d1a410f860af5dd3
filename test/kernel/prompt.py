"""Runs cells in Node's own prompt."""

import json
import os
import subprocess
from pathlib import Path

PROGRAM = Path(__file__).with_name("nodePrompt.js")


def in_prompt(notebooks):
    """What each cell of each notebook gives: a list of lists of `{"value" or "failure", "printed"}`."""
    environment = {**os.environ, "NODE_NO_WARNINGS": "1", "NODE_REPL_HISTORY": ""}
    sent = json.dumps(notebooks)
    done = subprocess.run(["node", PROGRAM], input=sent, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)
