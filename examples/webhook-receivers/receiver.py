"""Receives webhooks of Clientele: python3 receiver.py, with WEBHOOK_SECRETS (one or more, separated by
commas) and PORT. It needs only Python's standard library.
"""

import base64
import hashlib
import hmac
import json
import os
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRETS = [secret for secret in os.environ.get("WEBHOOK_SECRETS", "").split(",") if secret]

# Seconds that the sender's clock may differ from ours. An older delivery may be a replay.
TOLERANCE = 300
# The ids of handled deliveries: the same delivery may come again. Keep them in your database.
handled = set()


def is_recent(timestamp):
    return timestamp.isascii() and timestamp.isdigit() and abs(time.time() - int(timestamp)) <= TOLERANCE


def same(one, other):
    return hmac.compare_digest(one.encode(), other.encode())


def holds_standard(headers, body):
    """Standard Webhooks: the key is the base64 behind whsec_, the message is id.timestamp.body."""
    message_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    if not message_id or not is_recent(timestamp):
        return False
    message = f"{message_id}.{timestamp}.".encode() + body
    for secret in SECRETS:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        mac = base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()
        if any(same(sent, f"v1,{mac}") for sent in headers.get("webhook-signature", "").split(" ")):
            return True
    return False


def holds_bond(headers, body):
    """Bond-Signature: t=...,v1=...,v2=...; the key is the whole secret as text, the message is t.body.

    v2 is over the body as it came; v1 over json.dumps of the parsed body, which is how it is sent.
    """
    parts = dict(part.partition("=")[::2] for part in headers.get("bond-signature", "").split(","))
    timestamp = parts.get("t", "")
    if not is_recent(timestamp):
        return False
    try:
        dumped = json.dumps(json.loads(body)).encode()
    except ValueError:
        return False
    for secret in SECRETS:
        macs = [
            hmac.new(secret.encode(), f"{timestamp}.".encode() + form, hashlib.sha256).hexdigest()
            for form in (dumped, body)
        ]
        if same(parts.get("v1", ""), macs[0]) and same(parts.get("v2", ""), macs[1]):
            return True
    return False


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        # The bytes as they came. JSON that is parsed and written again may differ, and the signature fails.
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if not SECRETS:
            # Nothing can be verified yet. Clientele sends the delivery again later.
            self.send_response(503)
            self.end_headers()
            return
        if not holds_standard(self.headers, body) or not holds_bond(self.headers, body):
            self.send_response(401)
            self.end_headers()
            return
        message = json.loads(body)
        if message["event"] == "webhook.verify":
            # The proof that this URL wants events: the challenge and nothing else.
            challenge = message["challenge"].encode()
            self.send_response(200)
            self.send_header("content-type", "text/plain")
            self.send_header("content-length", str(len(challenge)))
            self.end_headers()
            self.wfile.write(challenge)
            print("answered the challenge", flush=True)
            return
        message_id = self.headers["webhook-id"]
        is_new = message_id not in handled
        handled.add(message_id)
        # Answer first and work afterwards: a slow answer counts as a failure, and the delivery comes again.
        self.send_response(204)
        self.end_headers()
        print(f"handled {message_id} {message['event']}" if is_new else f"seen before {message_id}", flush=True)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8090"))), Receiver)
print(f"listening on {server.server_port}", flush=True)
if not SECRETS:
    print(
        f"No secret yet. Subscribe http://127.0.0.1:{server.server_port}/ with POST /webhooks, "
        "then start again with WEBHOOK_SECRETS=whsec_... from its answer.",
        flush=True,
    )
server.serve_forever()
