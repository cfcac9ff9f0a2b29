"""The root user of an account: its key is the account number, its secret the one made for this run.

ministack takes `test`, any account number, and no key at all for the root user, whatever the secret: whoever finds the
port would be the administrator.
"""

import re

from .private import iam_evaluator, sts


def install() -> None:
    def is_root(access_key: str) -> bool:
        # Without a key only what AWS itself serves unsigned gets this far, such as AssumeRoleWithWebIdentity.
        return bool(re.fullmatch(r"\d{12}", access_key)) if access_key else iam_evaluator._anonymous.get()

    iam_evaluator.is_root_access_key = is_root
    sts.is_root_access_key = is_root
    # Asked only to find out whether a signature is worth checking. It always is.
    iam_evaluator._is_root_key = lambda access_key: not access_key
