"""What ECR says to whom it refuses, in AWS's words: who, what, where, and which side did not allow it.

ministack leaves out the repository, and lays every refusal that is not explicit to the identity policy.
"""

from .private import iam_actions, iam_evaluator


def install() -> None:
    combine, respond = iam_evaluator.combine_resource_policy, iam_actions.access_denied_response

    def combined(identity, ctx, *rest, **options):
        result = combine(identity, ctx, *rest, **options)
        if result.decision == "ImplicitDeny" and identity.decision == "Allow":
            result.resource_policy_arn = ctx.resource_arn  # as ministack marks an explicit deny of the resource
        return result

    def response(service, action, principal_arn, request_id, **details):
        if service == "ecr" and not details.get("error_code"):
            details["message"] = _text(action, principal_arn, details.get("resource_arn", "*"),
                                       details.get("explicit_deny"), details.get("resource_policy_arn"))
        return respond(service, action, principal_arn, request_id, **details)

    iam_evaluator.combine_resource_policy = combined
    iam_actions.access_denied_response = response


def message(action: str, resource_arn: str, denied) -> str:
    return _text(action, denied.principal_arn, resource_arn, denied.decision == "Deny", denied.resource_policy_arn)


def _text(action: str, principal: str, resource: str, explicit, by_resource) -> str:
    policy = "resource-based policy" if by_resource else "identity-based policy"
    article = "a" if by_resource else "an"
    reason = (f"with an explicit deny in {article} {policy}" if explicit
              else f"because no {policy} allows the {action} action")
    return f"User: {principal} is not authorized to perform: {action} on resource: {resource} {reason}"
