"""A client of the Customer Support API, as its documentation has clients written.

Called with the token of the first admin and the address of each node. Standard library for HTTP,
the package `websockets` for sockets. Ends with an error at the first answer that is not right.
"""

import json
import sys
import urllib.error
import urllib.request

from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

SETUP, NODES = sys.argv[1], sys.argv[2:]
PATIENCE = 20
turn = 0


def node():
    """The next node's address: whoever asks, any of them answers."""
    global turn
    turn += 1
    return NODES[turn % len(NODES)]


def ask(method, path, body=None, token=None):
    request = urllib.request.Request(node() + path, method=method)
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", "Bearer " + token)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def check(answer, status):
    assert answer[0] == status, (status, answer)
    return answer[1]


def chat(conversation, token, slash="/"):
    headers = {"Authorization": "Bearer " + token} if token else {}
    url = node().replace("http", "ws", 1) + "/ws/customer_support/" + conversation + slash
    return connect(url, additional_headers=headers, open_timeout=PATIENCE)


def refused(conversation, token, status):
    try:
        chat(conversation, token)
    except InvalidStatus as error:
        assert error.response.status_code == status, (status, error)
    else:
        raise AssertionError("the socket should have been refused")


def hear(socket, key, value=None):
    """The next frame with this key (and value); those before it are passed over."""
    while True:
        frame = json.loads(socket.recv(timeout=PATIENCE))
        if key in frame and value in (None, frame[key]):
            return frame


def person(name, **more):
    user = {"username": name, "first_name": "", "last_name": "", "email": name + "@chat.example"}
    return {"user": user, "password": "a long word", "password1": "a long word", **more}


def sign_in(name, slash="/"):
    body = {"username": name, "password": "a long word"}
    pair = check(ask("POST", "/auth/token" + slash, body), 200)
    assert set(pair) == {"refresh", "access"}, pair
    return pair


admin = {"token": SETUP, "username": "admin1", "password": "an admin's word"}
admin = check(ask("POST", "/api/v1/setup", admin), 201)["access_token"]

# Registering. The phone number is a number.
body = person("customer1", phone_number=5550101)
made = check(ask("POST", "/api/register_customer/", body), 201)
assert made["user"]["username"] == "customer1" and made["phone_number"] == 5550101, made
assert "password" not in made and made["user"]["id"], made
check(ask("POST", "/api/register_customer", person("customer2", phone_number="5550102")), 201)
wrong = person("customer3", phone_number=5550103) | {"password1": "another word"}
assert "error" in check(ask("POST", "/api/register_customer/", wrong), 400)
again = person("customer4") | {"user": {"username": "Customer1"}}
taken = check(ask("POST", "/api/register_customer/", again), 400)
assert taken["user"]["username"], taken
short = check(ask("POST", "/api/register_customer/", {"password": "x", "password1": "x"}), 400)
assert short["user"], short

# A rep is registered by an admin and by nobody else.
first = sign_in("customer1")["access"]
rep = person("rep1", max_capacity=1)
check(ask("POST", "/api/register_customer_rep/", rep), 401)
check(ask("POST", "/api/register_customer_rep/", rep, first), 403)
made = check(ask("POST", "/api/register_customer_rep/", rep, admin), 201)
assert made["max_capacity"] == 1, made
rep_id = made["user"]["id"]

# Tokens. A refresh token is good again and again.
check(ask("POST", "/auth/token/", {"username": "rep1", "password": "wrong"}), 401)
pair = sign_in("rep1", slash="")
for slash in ["/", "", "/"]:
    again = check(ask("POST", "/auth/token/refresh" + slash, {"refresh": pair["refresh"]}), 200)
    assert set(again) == {"access"}, again
rep = again["access"]
check(ask("POST", "/auth/token/refresh/", {"refresh": pair["access"]}), 401)
second = sign_in("customer2")["access"]

# Conversations.
check(ask("GET", "/api/conversations/"), 401)
assert check(ask("GET", "/api/conversations/", token=first), 200) == []
one = check(ask("POST", "/api/conversations/", {}, first), 201)
two = check(ask("POST", "/api/conversations", token=second), 201)
assert one["customer_rep"] is None and one["created_at"], one
check(ask("GET", f"/api/conversations/{one['id']}/", token=second), 404)
check(ask("GET", "/api/conversations/no-uuid/", token=second), 404)
refused(one["id"], None, 401)
refused(one["id"], second, 404)

# Both wait: told so, and still there.
first_socket, second_socket = chat(one["id"], first), chat(two["id"], second, slash="")
assert "busy" in hear(first_socket, "position", 1)["message"]
hear(second_socket, "position", 2)
listed = check(ask("GET", "/api/conversations/", token=rep), 200)
assert {item["id"] for item in listed} == {one["id"], two["id"]}, listed
assert listed[0]["latest_message"] is None, listed

# The rep enters one, which makes it his.
rep_socket = chat(one["id"], rep)
assert hear(first_socket, "customer_rep")["customer_rep"]["id"] == rep_id
hear(second_socket, "position", 1)
first_socket.send(json.dumps({"message": "Where is my parcel?"}))
for socket in [first_socket, rep_socket]:
    assert hear(socket, "message", "Where is my parcel?")["sender"] == "customer1"
rep_socket.send(json.dumps({"message": "It is next door."}))
for socket in [first_socket, rep_socket]:
    assert hear(socket, "message", "It is next door.")["sender"] == "rep1"
item = check(ask("GET", "/api/conversations", token=rep), 200)[-1]
assert item["latest_message"]["text"] == "It is next door.", item
assert item["latest_message"]["user"] == "rep1", item

# He closes it and is sent to the next one, who is told.
rep_socket.send(json.dumps({"message": "Closing chat", "close_chat": True}))
hear(first_socket, "message", "Closing chat")
hear(first_socket, "closed", True)
assert hear(rep_socket, "redirect_id")["redirect_id"] == two["id"]
assert hear(second_socket, "customer_rep")["customer_rep"]["id"] == rep_id
with chat(two["id"], rep) as next_socket:
    next_socket.send(json.dumps({"message": "Your turn."}))
    hear(second_socket, "message", "Your turn.")
    # What makes no sense is answered, and the socket stays.
    next_socket.send("{")
    hear(next_socket, "error", "invalid_json")
    next_socket.send(json.dumps({"message": "Closing chat", "close_chat": True}))
    hear(second_socket, "closed", True)

# What stays: every message, newest first, and who served.
for path, slash in [(one, "/"), (one, "")]:
    detail = check(ask("GET", f"/api/conversations/{one['id']}{slash}", token=first), 200)
    texts = [message["text"] for message in detail["messages"]]
    assert texts == ["Closing chat", "It is next door.", "Where is my parcel?"], detail
    assert detail["customer_rep"] == rep_id and detail["status"] == "closed", detail
    assert set(detail["messages"][0]) == {"id", "text", "user", "conversation", "timestamp"}
refused(one["id"], first, 409)
reps = check(ask("GET", "/api/v1/reps", token=admin), 200)
assert [(rep["capacity"], rep["load"]) for rep in reps] == [(1, 0)], reps
for socket in [first_socket, second_socket, rep_socket]:
    socket.close()
print("all as documented")
