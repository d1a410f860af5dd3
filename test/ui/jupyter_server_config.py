"""JupyterLab for the tests: no token, a temporary root, and the extension as it was just built."""

import os
import sys
import tempfile
from pathlib import Path

import jupyterlab
from jupyterlab.galata import configure_jupyter_server

configure_jupyter_server(c)  # noqa: F821

here = Path(__file__).parent
root = here.parent.parent
labextensions = Path(tempfile.mkdtemp(prefix="switchyard-labextensions-"))
(labextensions / "jupyterlab-switchyard").symlink_to(root / "extension/jupyterlab_switchyard/labextension")

c.LabServerApp.extra_labextensions_path = [  # noqa: F821
    str(Path(jupyterlab.__file__).parent / "galata"),
    str(labextensions),
]
c.ServerApp.port = int(os.environ["SWITCHYARD_UI_PORT"])  # noqa: F821
c.ServerApp.allow_root = True  # noqa: F821
# What a test sets is not the reader's own: Galata's page keeps settings to itself, Notebook 7's saves them.
c.LabServerApp.user_settings_dir = tempfile.mkdtemp(prefix="switchyard-settings-")  # noqa: F821
# The notebooks of the tests import the replay, the Python side of this working tree, and a module with hooks.
python = [here / "support", root / "extension", root / "test/kernel/recording"]
os.environ["PYTHONPATH"] = os.pathsep.join(map(str, python))
os.environ["SWITCHYARD_PAYLOADS"] = str(root / "test/support/payloads")
# From here on the server, and the kernels that it starts, say what they say in a file.
log = Path(os.environ["SWITCHYARD_UI_LOG"])
log.parent.mkdir(parents=True, exist_ok=True)
with log.open("wb") as file:
    for stream in (sys.stdout, sys.stderr):
        os.dup2(file.fileno(), stream.fileno())
