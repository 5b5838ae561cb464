"""How other kvault programs of the same user talk to the running application: show, status, lock, request."""
