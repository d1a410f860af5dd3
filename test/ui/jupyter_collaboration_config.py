"""The same JupyterLab with jupyter-collaboration: several people in one notebook."""

import os
import tempfile
from pathlib import Path

load_subconfig("jupyter_server_config.py", path=str(Path(__file__).parent))  # noqa: F821

tools = Path(os.environ["SWITCHYARD_UI_TOOLS"])
c.LabServerApp.extra_labextensions_path.append(str(tools / "share/jupyter/labextensions"))  # noqa: F821
# The folder is no part of the environment: nothing else enables what is installed there.
extensions = ["jupyter_server_fileid", "jupyter_server_ydoc"]
c.ServerApp.jpserver_extensions = {name: True for name in extensions}  # noqa: F821
# Their files would be in the working folder and in the home of whoever runs the tests.
kept = Path(tempfile.mkdtemp(prefix="switchyard-collaboration-"))
c.SQLiteYStore.db_path = str(kept / "documents.db")  # noqa: F821
c.BaseFileIdManager.db_path = str(kept / "files.db")  # noqa: F821
c.YDocExtension.session_store_path = str(kept / "sessions.json")  # noqa: F821
# A reader's width and theme are kept: not among those of whoever runs the tests.
c.LabApp.user_settings_dir = str(kept / "settings")  # noqa: F821
