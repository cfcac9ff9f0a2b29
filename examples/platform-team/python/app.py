"""
A platform team with three repositories: `shop/web` for releases, `shop/base` for the images that releases start from,
`shop/dev` for what developers try out.

    pip install -r requirements.txt && npx aws-cdk@2 deploy

The same as ../app.ts, giving the same template.
"""
from aws_cdk import (
    Acknowledgment,
    App,
    CfnOutput,
    Duration,
    RemovalPolicies,
    RemovalPolicy,
    Stack,
    Validations,
    aws_cloudwatch_actions as actions,
    aws_events_targets as targets,
    aws_iam as iam,
    aws_sns as sns,
    aws_sns_subscriptions as subscriptions,
    aws_sqs as sqs,
)
from cdk_nag import AwsSolutionsChecks
from cdk_secure_ecr import (
    EcrAuditTrail,
    EcrRegistry,
    FindingException,
    GitHubOidcPusher,
    GitHubRepository,
    GitHubSubject,
    ImageRetention,
    ImageSelection,
    ImageTagMutability,
    InspectorGate,
    NotifyAction,
    RegistryPrincipal,
    RetentionRule,
    SecureEcrRepository,
)
from constructs import Construct

# The account that runs releases, and the role it pulls them with. That role may be made later, or made anew.
PRODUCTION_ACCOUNT = "222222222222"
PRODUCTION_ROLE = "shop-production"

# So that the demo leaves nothing behind. Leave it out of an app of yours: a repository then outlives its stack, with its
# images.
ERASABLE = {"removal_policy": RemovalPolicy.DESTROY, "empty_on_delete": True}


class PlatformTeam(Stack):
    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)

        # Nothing but a name is needed: encrypted with a rotating key of ours, no tag can be moved, every push is scanned,
        # releases (v*) are kept and what CI leaves behind expires. Here, what is deployed is kept too, also a hotfix that
        # is no release; anything else is archived when nobody has pulled it for 90 days.
        releases = SecureEcrRepository(
            self,
            "Releases",
            repository_name="shop/web",
            retention=ImageRetention.production(protected_tags=["prod-*"]),
            **ERASABLE,
        )

        # Application teams build FROM shop/base:latest, so that one tag has to move. It can; no other tag can. Who builds
        # from an older version should notice, so only the newest 12 can be pulled at once.
        base = SecureEcrRepository(
            self,
            "Base",
            repository_name="shop/base",
            tag_mutability=ImageTagMutability.immutable_except("latest"),
            retention=ImageRetention.of(
                RetentionRule.protect("latest"),
                RetentionRule.archive_beyond(ImageSelection.tag_prefix("v"), 12),  # before nightly-: a version has both tags
                RetentionRule.expire_archived(ImageSelection.any(), Duration.days(180)),
                RetentionRule.expire_older_than(ImageSelection.tag_prefix("nightly-"), Duration.days(14)),
                RetentionRule.archive_beyond(ImageSelection.untagged(), 3),
            ),
            **ERASABLE,
        )
        Validations.of(base).acknowledge(
            Acknowledgment(
                id="cdk-secure-ecr:repositoryTagsPartlyMutable",
                reason="Base images are pinned by digest in what is released; latest is for development.",
            )
        )

        # Amazon Inspector scans every image of the account and Region, again whenever a vulnerability becomes known. That
        # is for all teams, so it stays when this stack goes; an account with several stacks keeps it in one of its own.
        EcrRegistry(self, "Registry")

        # Developers push here whatever they like; nothing of it grows old.
        development = SecureEcrRepository(
            self,
            "Development",
            repository_name="shop/dev",
            retention=ImageRetention.development(),
            **ERASABLE,
        )

        # Each level is granted by name. Pushing is no right to pull: who steals what CI has cannot read a release. Nor
        # does pulling show the findings of scans.
        developer = self._role("Developer", "Writes the shop")
        end_user = self._role("EndUser", "Downloads releases")
        pusher = self._role("Pusher", "Builds images and pushes them")
        reader = self._role("Reader", "Runs images")
        for repository in (releases, base, development):
            repository.access.push(pusher)
            repository.access.pull(developer)
            repository.access.read_metadata(developer)
        development.access.push(developer)
        development.access.pull(pusher)
        development.access.read_metadata(pusher)
        releases.access.pull(reader)
        base.access.pull(reader)
        releases.access.pull(end_user)
        # One role of another account. Its own policies must allow it too.
        releases.access.pull(RegistryPrincipal.role(PRODUCTION_ACCOUNT, PRODUCTION_ROLE))

        # Nobody pushes a release around CI, deletes one, makes tags movable or takes these guards away, whatever IAM
        # policies allow: administrators of the account included. In an emergency there is one role, whose use should raise
        # an alarm. Guards grant nothing, so what it may do is said as for everybody else.
        break_glass = self._role("BreakGlass", "For emergencies")
        releases.access.push_only_by([pusher], break_glass=break_glass)
        releases.access.forbid_image_deletion(break_glass=break_glass)
        releases.access.forbid_tag_mutability_changes(break_glass=break_glass)
        releases.access.read_metadata(break_glass)
        releases.access.pull(break_glass)
        releases.access.push(break_glass)
        releases.grant(break_glass, "ecr:BatchDeleteImage", "ecr:SetRepositoryPolicy")  # the latter lifts every guard

        for role in (developer, end_user, pusher, reader, break_glass):
            Validations.of(role).acknowledge(
                Acknowledgment(
                    id="AwsSolutions-IAM5[Resource::*]",
                    reason="ecr:GetAuthorizationToken is about the registry, not a repository; AWS allows no other resource.",
                )
            )

        # Base images are built on GitHub: on main of one repository, and through one workflow in an environment that asks
        # somebody first. No key is stored; GitHub issues a token for each run. The numbers stay when a name changes hands.
        shop = GitHubRepository.of("acme/shop", owner_id="1001", repository_id="2002")
        github = GitHubOidcPusher(
            self,
            "GitHub",
            repositories=[base],
            subjects=[
                GitHubSubject.branch(shop, "main"),
                GitHubSubject.environment(
                    shop,
                    "base-images",
                    job_workflow_ref="acme/ci/.github/workflows/image.yml@refs/heads/main",
                ),
            ],
        )

        # Somebody else in the same account, with no grant: being in the account opens nothing.
        stranger = self._role("Stranger", "Has nothing to do with images")

        # What is pushed or deleted is told to whoever reads this queue.
        undelivered = sqs.Queue(self, "Undelivered", encryption=sqs.QueueEncryption.SQS_MANAGED, enforce_ssl=True)
        news = sqs.Queue(
            self,
            "News",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            dead_letter_queue=sqs.DeadLetterQueue(queue=undelivered, max_receive_count=5),
        )
        target = targets.SqsQueue(news, dead_letter_queue=undelivered)
        releases.on_image_pushed("TellPush", target=target)
        releases.on_image_deleted("TellDelete", target=target)

        # Every call is recorded. Whoever pushes and is not CI, opens a policy or turns something off is told of in a
        # sentence: to people by mail (subscribe to audit.topic), here to a queue. Alarms go to the pager.
        pager = sns.Topic(self, "Pager", enforce_ssl=True)
        audit = EcrAuditTrail(
            self,
            "Audit",
            repositories=[releases, base],
            known_accounts=[PRODUCTION_ACCOUNT],
            alarm_actions=[actions.SnsAction(pager)],
        )
        alerts = sqs.Queue(
            self,
            "Alerts",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            dead_letter_queue=sqs.DeadLetterQueue(queue=undelivered, max_receive_count=5),
        )
        audit.topic.add_subscription(
            subscriptions.SqsSubscription(alerts, raw_message_delivery=True, dead_letter_queue=undelivered)
        )

        # Every image of shop/web is judged by what Amazon Inspector finds in it, and again whenever that changes. People are
        # told of what is rejected and of what has changed; whoever runs images asks first, and runs nothing that is not
        # approved.
        told = NotifyAction()
        gate = InspectorGate(
            self,
            "Gate",
            repositories=[releases],
            exceptions=[
                FindingException.of(
                    "CVE-2023-45853",
                    package_name="zlib1g",
                    repository_name="shop/*",
                    owner="shop team",
                    reason="minizip is not built into the package",
                    until_fixed=True,
                )
            ],
            actions=[told],
            alarm_actions=[actions.SnsAction(pager)],
        )
        gate.grant_ask_for_verdict(reader)
        verdicts = sqs.Queue(
            self,
            "Verdicts",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            dead_letter_queue=sqs.DeadLetterQueue(queue=undelivered, max_receive_count=5),
        )
        told.topic.add_subscription(
            subscriptions.SqsSubscription(verdicts, raw_message_delivery=True, dead_letter_queue=undelivered)
        )

        CfnOutput(self, "ReleasesName", value=releases.repository_name)
        CfnOutput(self, "BaseName", value=base.repository_name)
        CfnOutput(self, "DevelopmentName", value=development.repository_name)
        for role in (developer, end_user, pusher, reader, break_glass, stranger):
            CfnOutput(self, f"{role.node.id}Arn", value=role.role_arn)
        CfnOutput(self, "GitHubArn", value=github.role.role_arn)
        CfnOutput(self, "NewsUrl", value=news.queue_url)
        CfnOutput(self, "AlertsUrl", value=alerts.queue_url)
        CfnOutput(self, "VerdictsUrl", value=verdicts.queue_url)
        CfnOutput(self, "AnswersName", value=gate.verdict_function.function_name)

    def _role(self, id: str, description: str) -> iam.Role:
        """Anybody in the account whose own policies say so may take the role; yours would trust GitHub, EKS or ECS."""
        return iam.Role(self, id, assumed_by=iam.AccountRootPrincipal(), description=description)


app = App()
PlatformTeam(app, "PlatformTeam")
# The key of the images is retained even where each repository that uses it now is not: one that was retained earlier may
# need it. In the demo there is none. Leave this out of an app of yours, too.
RemovalPolicies.of(app).destroy()
# Fails the synthesis for whatever neither follows the rules nor is acknowledged above.
Validations.of(app).add_plugins(AwsSolutionsChecks(app))
app.synth()
