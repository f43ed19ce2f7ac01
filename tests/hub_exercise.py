"""`python tests/hub_exercise.py`: a real hub on this machine, with thirty people who each open a lab and run it. As root.

It starts the hub by `make hub`, signs everyone in through the sign-in page, runs each lab cell by cell through the same web
address as JupyterLab does, and saves it with a sentence of the person's own. Then it kills a kernel, a server and the hub, reads
every saved sentence again, tries to read other people's files and to use the administrator's doors, and waits until idle
servers are stopped. It prints figures and ends with an error if a person lost or could see anything. The accounts that it
makes (exercise-01 and so on) and its folder are deleted at the end. Not part of `make test`: it takes minutes and 8 GiB.
"""

from __future__ import annotations

import argparse
import grp
import json
import os
import pwd
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import psutil
import requests
import websocket

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "deploy" / "hub"))

import classlist  # noqa: E402  (deploy/hub)

FOLDER = "leading-a-place"
MIB = 2**20


class Failed(AssertionError):
    """What must hold does not; the message says what was seen."""


def must(holds: bool, what: str) -> None:
    """Raise Failed unless it holds."""
    if not holds:
        raise Failed(what)


def until(ready: Callable[[], object], seconds: float, what: str) -> object:
    """Ask again and again until the answer is true; Failed after so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(requests.ConnectionError, requests.Timeout):
            if answer := ready():
                return answer
        time.sleep(0.5)
    raise Failed(f"not within {seconds:.0f} s: {what}")


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Hub:
    """The hub under test, started and stopped by the documented command."""

    def __init__(self, folder: Path, names: list[str]) -> None:
        self.folder, self.names = folder, names
        self.address = f"http://127.0.0.1:{free_port()}"
        self.proxy_api = f"http://127.0.0.1:{free_port()}"
        self.hub_api = f"http://127.0.0.1:{free_port()}"
        people: dict[str, str] = {}
        self.passwords = classlist.add(people, names)
        classlist.write(folder / "class.csv", people)
        self.process: subprocess.Popen[bytes] | None = None
        self.before: list[psutil.Process] = []  # what earlier starts ran; a killed hub leaves its culler behind

    def start(self, idle_minutes: float = 60) -> float:
        """Start it; return the seconds until the sign-in page answers."""
        settings = {
            "HUB_ADDRESS": self.address,
            "HUB_PORT": urlsplit(self.hub_api).port,
            "HUB_PROXY_PORT": urlsplit(self.proxy_api).port,
            "HUB_STATE": self.folder / "state",
            "HUB_HOMES": self.folder / "home",
            "HUB_CLASS_LIST": self.folder / "class.csv",
            "HUB_ADMINS": self.names[0],
            "HUB_IDLE_MINUTES": idle_minutes,
        }
        file = self.folder / "hub.env"
        file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        began = time.monotonic()
        with (self.folder / "hub.log").open("ab") as log:
            command = ["make", "hub", f"ENV={file}"]
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
        until(lambda: requests.get(f"{self.address}/hub/login", timeout=5).ok, 180, "the sign-in page")
        return time.monotonic() - began

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the hub as Ctrl+C or a crash would; the people's servers live on."""
        if self.process:
            self.before += self.processes()
            os.killpg(self.process.pid, how)
            self.process.wait(30)
            leader = self.process.pid
            until(lambda: not any(group(leader)), 30, "the hub's end")
            self.process = None

    def clear(self) -> None:
        """Kill whatever any start of the hub has left."""
        self.stop(signal.SIGKILL)
        for one in self.before:
            with suppress(psutil.Error):
                one.kill()

    def processes(self) -> list[psutil.Process]:
        """The hub's own processes: itself, its proxy and the culler."""
        found = [psutil.Process(self.process.pid)] if self.process else []
        return found + [child for one in found for child in one.children(recursive=True) if child.uids().real == 0]


def group(leader: int) -> Iterator[psutil.Process]:
    """The processes of one process group."""
    for one in psutil.process_iter():
        with suppress(ProcessLookupError, psutil.Error):
            if os.getpgid(one.pid) == leader and one.status() != psutil.STATUS_ZOMBIE:
                yield one


class Person:
    """One participant: a browser's cookies, a server, a lab."""

    def __init__(self, hub: Hub, name: str, lab: str) -> None:
        self.hub, self.name, self.lab = hub, name, lab
        self.web = requests.Session()
        self.server = f"{hub.address}/user/{name}"
        self.kernel = ""
        self.took: dict[str, float] = {}
        self.sentence = f"What {name} will ask on Monday."

    def xsrf(self, path: str) -> str:
        """The token against forged requests that the hub or a server set for its part of the address."""
        found = [one.value for one in self.web.cookies if one.name == "_xsrf" and path.startswith(one.path.rstrip("/"))]
        return found[-1] or ""

    def sign_in(self, password: str | None = None) -> bool:
        """Through the sign-in page; say whether the hub let the person in."""
        login = f"{self.hub.address}/hub/login"
        self.web.get(login, timeout=30)
        form = {
            "username": self.name,
            "password": password or self.hub.passwords[self.name],
            "_xsrf": self.xsrf("/hub/"),
        }
        answer = self.web.post(login, data=form, allow_redirects=False, timeout=60)
        return answer.status_code == 302 and any("jupyterhub" in one.name for one in self.web.cookies)

    def start(self) -> None:
        """Ask for the server as the browser does, and wait until JupyterLab's page is there."""
        began = time.monotonic()
        must(self.sign_in(), f"{self.name} could not sign in")
        self.took["sign in"] = time.monotonic() - began
        self.web.get(f"{self.hub.address}/hub/spawn", timeout=240)
        until(self.at_lab, 240, f"{self.name}'s server")
        self.took["server"] = time.monotonic() - began

    def at_lab(self) -> bool:
        """Whether JupyterLab's page is there; Failed when the hub says that the server will not start."""
        answer = self.web.get(f"{self.server}/lab", timeout=240)
        must(answer.status_code != 500, f"{self.name}'s server did not start")
        return "jupyter-config-data" in answer.text

    def api(self, method: str, path: str, **what: object) -> requests.Response:
        """Ask the person's server."""
        headers = {"X-XSRFToken": self.xsrf(f"/user/{self.name}/")}
        return self.web.request(method, f"{self.server}/api/{path}", headers=headers, timeout=120, **what)  # type: ignore[arg-type]

    def open_lab(self) -> nbformat.NotebookNode:
        """Open the lab, and a kernel for it."""
        content = self.api("GET", f"contents/{self.lab}").json()["content"]
        asked = {"path": self.lab, "type": "notebook", "name": self.lab, "kernel": {"name": "python3"}}
        answer = self.api("POST", "sessions", json=asked)
        must(answer.status_code == 201, f"{self.name}: no kernel: {answer.status_code} {answer.text[:300]}")
        self.kernel = answer.json()["kernel"]["id"]
        return nbformat.from_dict(content)

    def run(self, cells: list[str]) -> list[str]:
        """Run cells in the person's kernel; return what each printed. Failed at the first error."""
        cookies = "; ".join(
            f"{one.name}={one.value}" for one in self.web.cookies if f"/user/{self.name}/".startswith(one.path)
        )
        address = f"{self.server}/api/kernels/{self.kernel}/channels?session_id={uuid.uuid4().hex}".replace(
            "http", "ws", 1
        )
        link = websocket.create_connection(address, cookie=cookies, timeout=180, origin=self.hub.address)
        printed = []
        try:
            for cell in cells:
                printed.append(self.answer(link, cell))
        finally:
            link.close()
        return printed

    def answer(self, link: websocket.WebSocket, code: str) -> str:
        """Run one cell over an open connection to the kernel."""
        number = uuid.uuid4().hex
        header = {
            "msg_id": number,
            "msg_type": "execute_request",
            "session": number,
            "username": self.name,
            "version": "5.3",
        }
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False, "stop_on_error": True}
        rest = {"parent_header": {}, "metadata": {}, "channel": "shell", "buffers": []}
        link.send(json.dumps({"header": header | {"date": ""}, "content": content, **rest}))
        text, idle, replied = "", False, False
        while not (idle and replied):
            kind, frame = link.recv_data()
            if kind == websocket.ABNF.OPCODE_CLOSE:
                raise Failed(f"{self.name}: the connection to the kernel was closed")
            if kind != websocket.ABNF.OPCODE_TEXT:
                continue  # a widget's binary buffers
            message = json.loads(frame)
            if message["parent_header"].get("msg_id") != number:
                continue
            said = message["content"]
            if message["msg_type"] == "error":
                raise Failed(f"{self.name}, {self.lab}: {said['ename']}: {said['evalue']}")
            text += said.get("text", "") if message["msg_type"] == "stream" else ""
            idle |= message["msg_type"] == "status" and said["execution_state"] == "idle"
            replied |= message["msg_type"] == "execute_reply"
        return text

    def work(self) -> None:
        """Open the lab, run every cell, write a sentence below it and save."""
        began = time.monotonic()
        notebook = self.open_lab()
        self.run([cell.source for cell in notebook.cells if cell.cell_type == "code"])
        self.took["lab"] = time.monotonic() - began
        notebook.cells.append(nbformat.v4.new_markdown_cell(self.sentence))
        saved = self.api(
            "PUT", f"contents/{self.lab}", json={"type": "notebook", "format": "json", "content": notebook}
        )
        must(saved.status_code == 200, f"{self.name} could not save: {saved.status_code}")

    def kept(self) -> bool:
        """Whether the saved lab still ends with the person's sentence."""
        answer = self.api("GET", f"contents/{self.lab}")
        return answer.ok and answer.json()["content"]["cells"][-1]["source"] == self.sentence

    def processes(self) -> list[psutil.Process]:
        """All processes under the person's account."""
        try:
            number = pwd.getpwnam(self.name).pw_uid
        except KeyError:
            return []
        return [one for one in psutil.process_iter(["uids"]) if one.info["uids"] and one.info["uids"].real == number]

    def kernels(self) -> list[psutil.Process]:
        """Those of the person's processes that are kernels."""
        found = []
        for one in self.processes():
            with suppress(psutil.Error):  # it ended meanwhile
                found += [one] if "ipykernel_launcher" in " ".join(one.cmdline()) else []
        return found


def memory(processes: list[psutil.Process]) -> tuple[float, float]:
    """MiB resident (shared pages counted in full each time) and MiB proportional (shared pages shared out)."""
    rss = pss = 0
    for one in processes:
        with suppress(psutil.Error):
            full = one.memory_full_info()
            rss, pss = rss + full.rss, pss + full.pss
    return rss / MIB, pss / MIB


def memories(people: list[Person]) -> list[tuple[float, float]]:
    """The same of each person, with a line about it."""
    found = [memory(one.processes()) for one in people]
    resident, shared = ([one[part] for one in found] for part in (0, 1))
    print(f"  memory of a person, MiB: resident {spread(resident)}; with shared pages shared out {spread(shared)}")
    return found


def spread(numbers: list[float]) -> str:
    """Median and range, for a line of the report."""
    return f"median {statistics.median(numbers):.1f}, from {min(numbers):.1f} to {max(numbers):.1f}"


def each(people: list[Person], together: int, what: Callable[[Person], None]) -> float:
    """Have people do something, so many at once; return the seconds until all are done."""
    began = time.monotonic()
    with ThreadPoolExecutor(together) as pool:
        list(pool.map(what, people))
    return time.monotonic() - began


def killed_kernel(one: Person) -> None:
    """A kernel that dies is started again by the server, and the lab on disk is as it was saved."""
    (before,) = one.kernels()
    before.kill()
    until(lambda: set(one.kernels()) - {before}, 60, "a new kernel after the kill")
    time.sleep(3)
    must(one.run(["print(6 * 7)"]) == ["42\n"] and one.kept(), "the new kernel or the saved lab is not right")


def killed_server(one: Person) -> None:
    """After a server dies its owner starts another and finds the saved lab."""
    for process in one.processes():
        with suppress(psutil.Error):
            process.kill()
    until(lambda: "server" not in states(one), 60, "the hub sees that the server died")
    one.web = requests.Session()
    one.start()
    must(one.kept(), "the saved lab is not right after its server was killed")


def states(one: Person) -> str:
    """What the hub says about the person's server, to the person."""
    headers = {"X-XSRFToken": one.xsrf("/hub/"), "Referer": f"{one.hub.address}/hub/home"}
    answer = one.web.get(f"{one.hub.address}/hub/api/users/{one.name}", headers=headers, timeout=30)
    return "server" if answer.ok and answer.json()["server"] else ""


SNOOPING = """
import glob, os, pathlib, urllib.error, urllib.request

def seen(path):
    try:
        return bool(os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(1))
    except OSError:
        return False

for path in {paths}:
    if seen(path):
        print("READ", path)

class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None  # being sent to the sign-in page is a closed door

def asked(method, url, token):
    headers = {{"Authorization": "token " + token}} if token else {{}}
    request = urllib.request.Request(url, method=method, headers=headers, data=b"{{}}" if method == "POST" else None)
    try:
        return urllib.request.build_opener(Stay).open(request, timeout=20).status
    except urllib.error.HTTPError as error:
        return error.code

token = os.environ.get("JUPYTERHUB_API_TOKEN", "")
for method, url in {doors}:
    for with_token in (token, ""):
        status = asked(method, url, with_token)
        if status < 300:
            print("OPEN", method, url, status, "with a token" if with_token else "without")

for other in {pids}:
    for name in ("environ", "cwd", "root", "fd", "mem"):
        if seen(f"/proc/{{other}}/{{name}}"):
            print("READ", f"/proc/{{other}}/{{name}}")
    try:
        os.kill(other, 0)
        print("SIGNALLED", other)
    except PermissionError:
        pass
try:
    os.setuid(0)
    print("ROOT")
except PermissionError:
    pass
print("token", "there" if token else "missing")
"""


def snooping(one: Person, other: Person, admin: Person) -> None:
    """From a kernel: other people's files, processes and servers, the hub's records, its API and the proxy's. All closed."""
    hub = one.hub
    home = hub.folder / "home"
    paths = [
        home,
        home / other.name,
        home / other.name / FOLDER / other.lab,
        hub.folder / "state" / "jupyterhub.sqlite",
    ]
    paths += [hub.folder / "state" / "cookie_secret", hub.folder / "class.csv", Path("/etc/shadow")]
    for path in paths[1:]:
        must(path.exists(), f"{path} is not there, so that nobody can read it proves nothing")
    api = f"{hub.hub_api}/hub/api"
    doors = [
        ("GET", f"{api}/users"),
        ("POST", f"{api}/users/mallory"),
        ("DELETE", f"{api}/users/{other.name}/server"),
        ("GET", f"{api}/users/{other.name}"),
        ("POST", f"{api}/users/{other.name}/tokens"),
        ("POST", f"{api}/users/{other.name}/server"),
        ("GET", f"{api}/proxy"),
        ("POST", f"{api}/shutdown"),
        ("GET", f"{hub.hub_api}/hub/admin"),
        ("GET", f"{hub.proxy_api}/api/routes"),
        ("GET", f"{hub.address}/user/{other.name}/api/contents"),
        ("GET", f"{hub.address}/user/{other.name}/api/sessions"),
    ]
    pids = [process.pid for process in other.processes()]
    code = SNOOPING.format(paths=[str(path) for path in paths], doors=doors, pids=pids)
    (said,) = one.run([code])
    must(said == "token there\n", f"{one.name} could do what no participant may:\n{said}")
    # The same by browser: the admin page, and another person's server.
    for path in ("/hub/admin", f"/user/{other.name}/lab", f"/user/{other.name}/api/contents"):
        status = one.web.get(hub.address + path, timeout=60).status_code
        must(status in (403, 404), f"{path} answered {status} to {one.name}")
    # The facilitator has the admin page, and no key to a participant's server.
    must(admin.web.get(f"{hub.address}/hub/admin", timeout=60).ok, "the admin page is closed to the facilitator")
    status = admin.web.get(f"{hub.address}/user/{other.name}/api/contents", timeout=60).status_code
    must(status in (403, 404), f"the facilitator reached {other.name}'s server: {status}")
    # A kernel's channels are sockets in its owner's closed folder and no ports, where every account could read along. (The one
    # port that a kernel opens takes the output of its own child processes, under a secret number, and gives nothing out.)
    own = home / one.name / ".run"
    must(own.stat().st_mode & 0o077 == 0, f"{own} is open to others")
    for file in own.glob("kernel-*.json"):
        must(json.loads(file.read_text())["transport"] == "ipc", f"{one.name}'s kernel talks through ports")
    must(any(own.glob("kernel-*.json")), f"{one.name} has no kernel")


def limited(one: Person) -> None:
    """A cell that asks for more memory, processes or disk than allowed fails; the server stays up."""
    code = """
import subprocess
try:
    held = bytearray(3 * 2**30)
    print("memory", len(held))
except MemoryError:
    pass
many = []
try:
    for _ in range(400):
        many.append(subprocess.Popen(["sleep", "30"]))
    print("processes", len(many))
except OSError:
    pass
for process in many:
    process.kill()
try:
    with open("big", "wb") as file:
        for _ in range(300):
            file.write(bytes(2**20))
    print("disk")
except OSError:
    pass
import os
os.remove("big")
print("kept within limits")
"""
    (said,) = one.run([code])
    must(said == "kept within limits\n", f"a limit does not hold: {said}")


@contextmanager
def accounts(names: list[str]) -> Iterator[None]:
    """Refuse to start where such accounts exist; delete them, and their processes, at the end."""
    existing = [name for name in names if any(entry.pw_name == name for entry in pwd.getpwall())]
    must(not existing, f"there are accounts of that name on this machine already: {', '.join(existing)}")
    groups = {entry.gr_name for entry in grp.getgrall()}
    try:
        yield
    finally:
        for name in names:
            with suppress(KeyError):
                number = pwd.getpwnam(name).pw_uid
                for process in psutil.process_iter(["uids"]):
                    if process.info["uids"] and process.info["uids"].real == number:
                        with suppress(psutil.Error):
                            process.kill()
                time.sleep(0.05)
                subprocess.run(["userdel", name], check=False, capture_output=True)
        for group_name in {"place-hub"} - groups:
            subprocess.run(["groupdel", group_name], check=False, capture_output=True)


def exercise(hub: Hub, people: list[Person], together: int) -> None:
    """The whole run, in the order of the module's first lines."""
    print(f"hub up after {hub.start():.1f} s")
    first, second, third = people[:3]
    must(not second.sign_in("not the password"), "a wrong password was let in")
    second.web = requests.Session()
    stranger = Person(hub, "root", "")
    hub.passwords["root"] = "x"
    must(not stranger.sign_in(), "root was let in")

    seconds = each(people, together, Person.start)
    print(f"{len(people)} people signed in and at JupyterLab, {together} at a time: {seconds:.0f} s in all")
    print(f"  sign-in, seconds: {spread([one.took['sign in'] for one in people])}")
    print(f"  from sign-in to JupyterLab, seconds: {spread([one.took['server'] for one in people])}")
    memories(people)

    seconds = each(people, together, Person.work)
    print(f"{len(people)} labs run and saved, {together} at a time: {seconds:.0f} s in all")
    for lab in sorted({one.lab for one in people}):
        print(f"  {lab}, seconds: {spread([one.took['lab'] for one in people if one.lab == lab])}")
    everyone = sum(shared for _, shared in memories(people)) / 1024
    print(f"  everyone together: {everyone:.1f} GiB; hub, proxy and culler: {memory(hub.processes())[1]:.0f} MiB")

    must(all(one.kept() for one in people), "a saved lab is not as saved")
    snooping(second, third, first)
    print("files, processes and servers of others, the hub's records, its API and the proxy's: closed to a participant")
    limited(second)
    print("memory, processes and file size: limits hold")
    killed_kernel(second)
    print("a kernel killed: a new one runs, the lab is as saved")
    killed_server(third)
    print("a server killed: started again, the lab is as saved")

    running = {process.pid for one in people for process in one.processes()}
    hub.stop(signal.SIGKILL)
    must(running <= {process.pid for one in people for process in one.processes()}, "servers died with the hub")
    print(f"hub killed and started again: up after {hub.start():.1f} s")
    until(lambda: all(one.kept() for one in people), 60, "everyone's lab after the hub's restart")
    must(second.run(["print(6 * 7)"]) == ["42\n"], "a kernel did not survive the hub's restart")
    print(f"  {len(people)} labs as saved, the same servers and kernels, nobody signed in again")

    hub.stop()
    hub.start(idle_minutes=0.5)
    began = time.monotonic()
    until(lambda: not any(one.processes() for one in people), 240, "idle servers stopped")
    print(f"servers idle for half a minute: all stopped {time.monotonic() - began:.0f} s after the hub's start")
    files = [hub.folder / "home" / one.name / FOLDER / one.lab for one in people]
    must(all(one.sentence in file.read_text() for one, file in zip(people, files, strict=True)), "a file is gone")
    print("  every file is there")


def main() -> None:
    """Run the exercise and clean up."""
    parser = argparse.ArgumentParser(description="Exercise a facilitator's hub on this machine.")
    parser.add_argument("--people", type=int, default=30, help="how many people (at least 3)")
    parser.add_argument("--together", type=int, default=4, help="how many start, or run a lab, at the same time")
    asked = parser.parse_args()
    if os.geteuid():
        sys.exit("this makes accounts and must be run by root, on a machine that may be thrown away")
    labs = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
    names = [f"exercise-{number:02}" for number in range(1, asked.people + 1)]
    folder = Path(tempfile.mkdtemp(prefix="hub-"))
    folder.chmod(0o711)
    hub = Hub(folder, names)
    people = [Person(hub, name, labs[number % len(labs)]) for number, name in enumerate(names)]
    size = f"{os.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GiB"
    print(f"{size}, Python {sys.version.split()[0]}, {time.strftime('%d %B %Y')}", flush=True)
    failed = False
    try:
        with accounts(names):
            exercise(hub, people, asked.together)
            hub.stop()
    except BaseException as error:
        failed = True
        log = (folder / "hub.log").read_text(errors="replace")
        print(re.sub(r"(?m)^", "  | ", "\n".join(log.splitlines()[-40:])))
        print(f"failed: {error!r}")
        raise
    finally:
        hub.clear()
        if failed:
            print(f"the hub's records are in {folder}")
        else:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
