"""Every operation of the API is asked for what its description allows, and for what it forbids, on a served house with data.

    run.py PROGRAM SCHEMATHESIS [SECONDS]

Starts PROGRAM on a house of its own, fills it through the API, and lets schemathesis work on it: no answer may be a fault
(5xx), and each must be one that the description says. The seed is fixed; what was found is printed as commands that repeat it.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).parent
MAYA = "maya@desk.example"
ROLES = ("management", "client-service-representative", "administrator")


class House:
    """The program, serving a folder that is thrown away."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
        self.server = subprocess.Popen(
            [program, "serve", "--listen", "127.0.0.1:0"],
            cwd=folder, env=self.environment, stdout=subprocess.PIPE, stderr=(folder / "complaints").open("w"), text=True,
        )
        for line in self.server.stdout:
            if found := re.search(r"ready at (http://localhost:\d+)", line):
                self.address = found[1]
                return
        raise SystemExit("the program did not start")

    def kept(self, *command, told=""):
        ran = subprocess.run(
            [self.program, *command], cwd=self.folder, env=self.environment, check=True, stdout=subprocess.PIPE, text=True, input=told,
        )
        return ran.stdout.strip()

    def token(self, name, scopes, *more):
        named = [word for scope in scopes for word in ("--scope", scope)]
        return self.kept("token", "create", "--name", name, *named, *more)

    def ask(self, method, path, token=None, body=None):
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        sent = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.address + path, sent, headers, method=method)
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with direct.open(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            raise SystemExit(f"{method} {path}: {refused.read().decode()}") from refused

    def stop(self):
        self.server.terminate()
        self.server.wait()


def scopes(description):
    """All scopes that any operation names."""
    operations = [operation for item in description["paths"].values() for operation in item.values()]
    named = [scope for one in operations for way in one.get("security", []) for scope in way.get("token", [])]
    return sorted(set(named))


def fill(house, token):
    """Requests in every state, so that each act finds one that it can be done to and one that it cannot."""
    def act(request, what, **body):
        house.ask("POST", f"/api/v1/requests/{request['id']}/{what}", token, body)

    for number in range(12):
        request = house.ask("POST", "/api/v1/requests", token, {
            "name": f"Client {number}", "email": f"client-{number % 7}@client.example", "subject": f"Request {number}",
            "body": "Words", "category": "billing", "urgency": "high", "impact": "low",
        })
        if number > 1:
            act(request, "acknowledgement", reason="We look at it first")
        if number > 3:
            act(request, "messages", text="We found it.")
        if number > 5:
            act(request, "waiting", **{"for": "client"})
        if number > 7:
            act(request, "resolution", resolution="Mended", notice=True)
        if number > 9:
            act(request, "confirmation")
            act(request, "closure", unasked="They were asked yesterday")
    house.ask("POST", "/api/v1/announcements", token, {"title": "Summer hours", "text": "We close at four.", "audience": "company"})


def main(program, schemathesis, seconds="75"):
    with tempfile.TemporaryDirectory(prefix="kept-api-") as folder:
        house = House(program, Path(folder))
        try:
            description = house.ask("GET", "/api/v1/openapi.json")
            # A token has so many requests in a minute; each is used in turn.
            all_scopes = scopes(description)
            roles = [word for role in ROLES for word in ("--role", role)]
            house.kept("user", "add", "--email", MAYA, "--name", "Maya Okonkwo", *roles, told="copper kettle moss")
            tokens = [house.token(f"Tester {number}", all_scopes, "--email", MAYA) for number in range(6)]
            fill(house, tokens[0])
            environment = dict(os.environ, KEPT_TOKENS=" ".join(tokens), NO_PROXY="*", SCHEMATHESIS_HOOKS=str(HERE / "hooks.py"))
            command = [
                schemathesis, "--config-file", HERE / "schemathesis.toml", "run", f"{house.address}/api/v1/openapi.json",
                "--url", house.address, "--max-time", seconds, "--no-color",
            ]
            status = subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL).returncode
            complaints = [line for line in Path(folder, "complaints").read_text().splitlines() if line.startswith("error")]
            print(*complaints, sep="\n")
            return status or int(bool(complaints))
        finally:
            house.stop()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
