"""Opens what feedbake sealed with programs that are not feedbake's.

Usage: python check.py FEEDBAKE. Needs PyNaCl, which is libsodium. A stand-in for GitHub opens the sealed box of
`token store --to github`; the encrypted token file is opened, and one that libsodium made is read by feedbake.
Meanwhile every command line on the machine and every file of the site is searched for the tokens.
"""

import base64
import glob
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt as decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt as encrypt,
)
from nacl.public import PrivateKey, SealedBox

FEEDBAKE = os.path.abspath(sys.argv[1])
NAME = "INSTAGRAM_ACCESS_TOKEN"
GITHUB_KEY = PrivateKey.generate()
secrets = {}


class Github(BaseHTTPRequestHandler):
    """The two requests of GitHub's documents."""

    def do_GET(self):
        key = base64.b64encode(bytes(GITHUB_KEY.public_key)).decode()
        self.answer(200, json.dumps({"key_id": "1", "key": key}).encode())

    def do_PUT(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        sealed = base64.b64decode(body["encrypted_value"], validate=True)
        secrets[self.path.rsplit("/", 1)[1]] = SealedBox(GITHUB_KEY).decrypt(sealed).decode()
        self.answer(201, b"")

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Watch(threading.Thread):
    """Reads every command line there is, again and again."""

    def __init__(self):
        super().__init__(daemon=True)
        self.seen, self.ended = set(), False

    def run(self):
        while not self.ended:
            for path in glob.glob("/proc/[0-9]*/cmdline"):
                try:
                    with open(path, "rb") as file:
                        self.seen.add(file.read())
                except OSError:
                    pass


def run(site, *arguments, **variables):
    environment = {"PATH": os.environ["PATH"], "HOME": site, **variables}
    ran = subprocess.run([FEEDBAKE, "--site", site, *arguments], env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, (arguments, ran.returncode, ran.stderr)
    return ran


def inside(site, secret):
    """The files of the site with this secret in them."""
    found = []
    for folder, _, names in os.walk(site):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                if secret.encode() in file.read():
                    found.append(os.path.relpath(os.path.join(folder, name), site))
    return found


def main():
    github = HTTPServer(("127.0.0.1", 0), Github)
    threading.Thread(target=github.serve_forever, daemon=True).start()
    emulator = subprocess.Popen(
        [FEEDBAKE, "emulate", "--json", "--renewal", "another-ends-the-old"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    watch = Watch()
    watch.start()
    try:
        with tempfile.TemporaryDirectory() as site:
            world = json.loads("".join(iter(emulator.stdout.readline, "}\n")) + "}")
            token = world["token"]
            said = []

            def feedbake(*arguments, **more):
                variables = {NAME: token, "FEEDBAKE_API_BASE": world["base"], "FEEDBAKE_LIMIT": "1", **more}
                ran = run(site, *arguments, **variables)
                said.append(ran.stderr)
                return ran.stdout

            feedbake(
                *("token", "store", "--to", "github"),
                GH_TOKEN="pat",
                GITHUB_REPOSITORY="me/site",
                GITHUB_API_URL=f"http://127.0.0.1:{github.server_port}",
            )
            assert secrets == {NAME: token}, "the sealed box holds something else"
            print("good: PyNaCl opens the sealed box")

            key = feedbake("token", "keygen").strip()
            feedbake("bake", FEEDBAKE_TOKEN_KEY=key)
            with open(os.path.join(site, ".feedbake/token.enc")) as file:
                form, coded = file.read().strip().split(":", 1)
            sealed = base64.b64decode(coded, validate=True)
            plain = decrypt(sealed[24:], form.encode(), sealed[:24], base64.b64decode(key))
            new = json.loads(plain)["tokens"][NAME]["token"]
            assert new != token and len(new) == len(token)
            print("good: libsodium opens the encrypted file")

            nonce = os.urandom(24)
            again = nonce + encrypt(plain, form.encode(), nonce, base64.b64decode(key))
            with open(os.path.join(site, ".feedbake/token.enc"), "w") as file:
                file.write(f"{form}:{base64.b64encode(again).decode()}\n")
            status = json.loads(feedbake("token", "status", "--json", FEEDBAKE_TOKEN_KEY=key))["tokens"][0]
            assert (status["from"], status["state"]) == ("vault", "alive"), status
            print("good: feedbake reads what libsodium encrypted")

            time.sleep(0.1)
            watch.ended = True
            watch.join()
            for secret in (token, new, key):
                assert inside(site, secret) == [], "a secret is in a file"
                assert not any(secret.encode() in line for line in watch.seen), "a secret is in a command line"
                assert not any(secret in text for text in said), "a secret was said"
            print(f"good: no secret in {len(watch.seen)} command lines, in the site or in what was said")
    finally:
        emulator.terminate()
        emulator.wait()


main()
