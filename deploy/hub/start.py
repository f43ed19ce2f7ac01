"""Starts one participant's server, as that participant: gives them the labs they do not have yet, then becomes the server.

It runs with the participant's own rights, so that nothing in their folder can lead it to write elsewhere. A file that is
there stays as it is, whatever was done to it; a lab that they deleted comes back at the next start.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

LABS = Path(__file__).resolve().parents[2] / "notebooks"


def give_labs(source: Path, folder: Path) -> list[str]:
    """Copy each notebook that the folder lacks; return their names. Written aside first, so that none is ever half there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    given = []
    for lab in sorted(source.glob("*.ipynb")):
        target = folder / lab.name
        if not os.path.lexists(target):
            aside = folder / f".{lab.name}.new"
            shutil.copyfile(lab, aside)
            aside.rename(target)
            given.append(lab.name)
    return given


def main() -> None:
    """Give the labs and run JupyterHub's single-user server in place of this process."""
    os.umask(0o077)
    give_labs(LABS, Path(os.environ["JUPYTERHUB_ROOT_DIR"]).expanduser())
    os.environ["JUPYTER_RUNTIME_DIR"] = str(Path.home() / ".run")  # short: a socket's path has at most 107 characters
    # Kernels talk through sockets in the participant's own folder. Ports on this machine would be open to every account on
    # it, and a kernel's messages are signed but not encrypted: anyone could read along.
    own = [
        "--KernelManager.transport=ipc",
        "--ServerApp.terminals_enabled=False",
        "--ServerApp.allow_remote_access=False",
    ]
    os.execv(sys.executable, [sys.executable, "-m", "jupyterhub.singleuser", *own, *sys.argv[1:]])


if __name__ == "__main__":
    main()
