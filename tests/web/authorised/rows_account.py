"""Signing up and in, by allauth."""

from authorised.rules import WHO, Row

GATE = Row("open", "nothing")
ROWS = {
    "account_login": GATE,
    "account_signup": GATE,
    "account_logout": Row(
        "own page",
        "nothing",
        reads={"person": "own"},
        writes=dict.fromkeys(WHO, "sign-in"),
        why="signing out leads to sign-in",
    ),
    "account_inactive": GATE,
    "account_reset_password": GATE,
    "account_reset_password_done": GATE,
    "account_reset_password_from_key": Row("open", "nothing", at={"uidb36": "1", "key": "set-password"}),
    "account_reset_password_from_key_done": GATE,
    "account_email_verification_sent": GATE,
    "account_confirm_email": Row("open", "nobody", at={"key": "made-up"}),
    "account_confirm_login_code": Row("no page, signed in", "nothing, signed in"),
    "account_reauthenticate": Row("own page", "nothing, signed in"),
    "account_email": Row("own page", "own", body={"email": "another@example.org", "action_add": ""}),
    "account_change_password": Row(
        "own page",
        "own",
        body={
            "oldpassword": "it is solved by walking",
            "password1": "slow rivers reach it too",
            "password2": "slow rivers reach it too",
        },
    ),
    "account_set_password": Row("no page, signed in", "nothing, signed in"),
}
