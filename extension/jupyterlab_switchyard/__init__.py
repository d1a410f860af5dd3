"""Switchyard for JupyterLab: the prebuilt extension and the kernelspec."""

from importlib.metadata import version

__version__ = version("jupyterlab-switchyard")
