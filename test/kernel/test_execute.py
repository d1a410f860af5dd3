"""The program that runs notebooks headless says what went wrong with itself."""

import subprocess
import sys


def test_an_error_of_its_own_is_said(tmp_path):
    source = tmp_path / "broken.ipynb"
    source.write_text("no notebook")
    words = [sys.executable, "-m", "jupyterlab_switchyard.execute", source, tmp_path / "out.ipynb", tmp_path]
    # Standard input stays open, as where `switchyard run` waits.
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        code = running.wait(timeout=60)
        said = running.stderr.read()
    assert code == 1
    assert "Notebook does not appear to be JSON" in said
    assert "Fatal Python error" not in said
