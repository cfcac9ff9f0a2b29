"""What was asked of IAM and what it said, each once: so that a test can tell what a role uses of what it is granted."""

from .private import iam_evaluator

_seen: dict = {}


def install() -> None:
    enforce = iam_evaluator.enforce

    def noted(access_key, action, service, region, resource_arn="*", **options):
        denied = enforce(access_key, action, service, region, resource_arn=resource_arn, **options)
        _seen[(iam_evaluator.caller_arn(), action, resource_arn, denied is None)] = True
        return denied

    iam_evaluator.enforce = noted


def accesses() -> list:
    return [{"principal": principal, "action": action, "resource": resource, "allowed": allowed}
            for principal, action, resource, allowed in list(_seen)]
