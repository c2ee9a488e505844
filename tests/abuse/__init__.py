"""What somebody with bad intentions tries, one test each.

Elsewhere: forged and confused tokens in `tests/api/test_oidc.py`, sessions that have
ended in `tests/api/test_sessions.py`.
"""
