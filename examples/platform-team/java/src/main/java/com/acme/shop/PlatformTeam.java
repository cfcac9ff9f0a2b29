package com.acme.shop;

import io.github.cdklabs.cdknag.AwsSolutionsChecks;
import io.github.cdksecureecr.EcrAuditTrail;
import io.github.cdksecureecr.EcrRegistry;
import io.github.cdksecureecr.FindingException;
import io.github.cdksecureecr.FindingExceptionOptions;
import io.github.cdksecureecr.GitHubOidcPusher;
import io.github.cdksecureecr.GitHubRepository;
import io.github.cdksecureecr.GitHubRepositoryOptions;
import io.github.cdksecureecr.GitHubSubject;
import io.github.cdksecureecr.GitHubSubjectOptions;
import io.github.cdksecureecr.GuardOptions;
import io.github.cdksecureecr.ImageDeletionGuardOptions;
import io.github.cdksecureecr.ImageRetention;
import io.github.cdksecureecr.ImageSelection;
import io.github.cdksecureecr.ImageTagMutability;
import io.github.cdksecureecr.InspectorGate;
import io.github.cdksecureecr.NotifyAction;
import io.github.cdksecureecr.OnImageEventOptions;
import io.github.cdksecureecr.RegistryPrincipal;
import io.github.cdksecureecr.RetentionOptions;
import io.github.cdksecureecr.RetentionRule;
import io.github.cdksecureecr.SecureEcrRepository;
import java.util.List;
import software.amazon.awscdk.Acknowledgment;
import software.amazon.awscdk.App;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicies;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.Validations;
import software.amazon.awscdk.services.cloudwatch.actions.SnsAction;
import software.amazon.awscdk.services.events.targets.SqsQueue;
import software.amazon.awscdk.services.iam.AccountRootPrincipal;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.sns.Topic;
import software.amazon.awscdk.services.sns.subscriptions.SqsSubscription;
import software.amazon.awscdk.services.sqs.DeadLetterQueue;
import software.amazon.awscdk.services.sqs.Queue;
import software.amazon.awscdk.services.sqs.QueueEncryption;
import software.constructs.Construct;

/**
 * A platform team with three repositories: `shop/web` for releases, `shop/base` for the images that releases start from,
 * `shop/dev` for what developers try out.
 *
 *     npx aws-cdk@2 deploy
 *
 * The same as app.ts of this example, giving the same template.
 */
public class PlatformTeam extends Stack {
    /** The account that runs releases. */
    private static final String PRODUCTION_ACCOUNT = "222222222222";

    /** The role that releases are pulled with there. It may be made later, or made anew. */
    private static final String PRODUCTION_ROLE = "shop-production";

    public PlatformTeam(final Construct scope, final String id) {
        super(scope, id);

        // Nothing but a name is needed: encrypted with a rotating key of ours, no tag can be moved, every push is scanned,
        // releases (v*) are kept and what CI leaves behind expires. Here, what is deployed is kept too, also a hotfix that
        // is no release; anything else is archived when nobody has pulled it for 90 days.
        final SecureEcrRepository releases = erasable("Releases", "shop/web")
            .retention(ImageRetention.production(RetentionOptions.builder()
                .protectedTags(List.of("prod-*"))
                .build()))
            .build();

        // Application teams build FROM shop/base:latest, so that one tag has to move. It can; no other tag can. Who builds
        // from an older version should notice, so only the newest 12 can be pulled at once.
        final SecureEcrRepository base = erasable("Base", "shop/base")
            .tagMutability(ImageTagMutability.immutableExcept("latest"))
            .retention(ImageRetention.of(
                RetentionRule.protect("latest"),
                RetentionRule.archiveBeyond(ImageSelection.tagPrefix("v"), 12), // before nightly-: a version has both tags
                RetentionRule.expireArchived(ImageSelection.any(), Duration.days(180)),
                RetentionRule.expireOlderThan(ImageSelection.tagPrefix("nightly-"), Duration.days(14)),
                RetentionRule.archiveBeyond(ImageSelection.untagged(), 3)))
            .build();
        Validations.of(base).acknowledge(Acknowledgment.builder()
            .id("cdk-secure-ecr:repositoryTagsPartlyMutable")
            .reason("Base images are pinned by digest in what is released; latest is for development.")
            .build());

        // Amazon Inspector scans every image of the account and Region, again whenever a vulnerability becomes known. That
        // is for all teams, so it stays when this stack goes; an account with several stacks keeps it in one of its own.
        new EcrRegistry(this, "Registry");

        // Developers push here whatever they like; nothing of it grows old.
        final SecureEcrRepository development = erasable("Development", "shop/dev")
            .retention(ImageRetention.development())
            .build();

        // Each level is granted by name. Pushing is no right to pull: who steals what CI has cannot read a release. Nor
        // does pulling show the findings of scans.
        final Role developer = role("Developer", "Writes the shop");
        final Role endUser = role("EndUser", "Downloads releases");
        final Role pusher = role("Pusher", "Builds images and pushes them");
        final Role reader = role("Reader", "Runs images");
        for (final SecureEcrRepository repository : List.of(releases, base, development)) {
            repository.getAccess().push(pusher);
            repository.getAccess().pull(developer);
            repository.getAccess().readMetadata(developer);
        }
        development.getAccess().push(developer);
        development.getAccess().pull(pusher);
        development.getAccess().readMetadata(pusher);
        releases.getAccess().pull(reader);
        base.getAccess().pull(reader);
        releases.getAccess().pull(endUser);
        // One role of another account. Its own policies must allow it too.
        releases.getAccess().pull(RegistryPrincipal.role(PRODUCTION_ACCOUNT, PRODUCTION_ROLE));

        // Nobody pushes a release around CI, deletes one, makes tags movable or takes these guards away, whatever IAM
        // policies allow: administrators of the account included. In an emergency there is one role, whose use should raise
        // an alarm. Guards grant nothing, so what it may do is said as for everybody else.
        final Role breakGlass = role("BreakGlass", "For emergencies");
        final GuardOptions emergencies = GuardOptions.builder().breakGlass(breakGlass).build();
        releases.getAccess().pushOnlyBy(List.of(pusher), emergencies);
        releases.getAccess().forbidImageDeletion(ImageDeletionGuardOptions.builder().breakGlass(breakGlass).build());
        releases.getAccess().forbidTagMutabilityChanges(emergencies);
        releases.getAccess().readMetadata(breakGlass);
        releases.getAccess().pull(breakGlass);
        releases.getAccess().push(breakGlass);
        releases.grant(breakGlass, "ecr:BatchDeleteImage", "ecr:SetRepositoryPolicy"); // the latter lifts every guard

        for (final Role role : List.of(developer, endUser, pusher, reader, breakGlass)) {
            Validations.of(role).acknowledge(Acknowledgment.builder()
                .id("AwsSolutions-IAM5[Resource::*]")
                .reason("ecr:GetAuthorizationToken is about the registry, not a repository; AWS allows no other resource.")
                .build());
        }

        // Base images are built on GitHub: on main of one repository, and through one workflow in an environment that asks
        // somebody first. No key is stored; GitHub issues a token for each run. The numbers stay when a name changes hands.
        final GitHubRepository shop = GitHubRepository.of("acme/shop", GitHubRepositoryOptions.builder()
            .ownerId("1001")
            .repositoryId("2002")
            .build());
        final GitHubOidcPusher github = GitHubOidcPusher.Builder.create(this, "GitHub")
            .repositories(List.of(base))
            .subjects(List.of(
                GitHubSubject.branch(shop, "main"),
                GitHubSubject.environment(shop, "base-images", GitHubSubjectOptions.builder()
                    .jobWorkflowRef("acme/ci/.github/workflows/image.yml@refs/heads/main")
                    .build())))
            .build();

        // Somebody else in the same account, with no grant: being in the account opens nothing.
        final Role stranger = role("Stranger", "Has nothing to do with images");

        // What is pushed or deleted is told to whoever reads this queue.
        final Queue undelivered = Queue.Builder.create(this, "Undelivered")
            .encryption(QueueEncryption.SQS_MANAGED)
            .enforceSsl(true)
            .build();
        final Queue news = queue("News", undelivered);
        final SqsQueue target = SqsQueue.Builder.create(news).deadLetterQueue(undelivered).build();
        releases.onImagePushed("TellPush", OnImageEventOptions.builder().target(target).build());
        releases.onImageDeleted("TellDelete", OnImageEventOptions.builder().target(target).build());

        // Every call is recorded. Whoever pushes and is not CI, opens a policy or turns something off is told of in a
        // sentence: to people by mail (subscribe to audit.getTopic()), here to a queue. Alarms go to the pager.
        final Topic pager = Topic.Builder.create(this, "Pager").enforceSsl(true).build();
        final EcrAuditTrail audit = EcrAuditTrail.Builder.create(this, "Audit")
            .repositories(List.of(releases, base))
            .knownAccounts(List.of(PRODUCTION_ACCOUNT))
            .alarmActions(List.of(new SnsAction(pager)))
            .build();
        final Queue alerts = queue("Alerts", undelivered);
        audit.getTopic().addSubscription(subscription(alerts, undelivered));

        // Every image of shop/web is judged by what Amazon Inspector finds in it, and again whenever that changes. People are
        // told of what is rejected and of what has changed; whoever runs images asks first, and runs nothing that is not
        // approved.
        final NotifyAction told = new NotifyAction();
        final InspectorGate gate = InspectorGate.Builder.create(this, "Gate")
            .repositories(List.of(releases))
            .exceptions(List.of(FindingException.of("CVE-2023-45853", FindingExceptionOptions.builder()
                .packageName("zlib1g")
                .repositoryName("shop/*")
                .owner("shop team")
                .reason("minizip is not built into the package")
                .untilFixed(true)
                .build())))
            .actions(List.of(told))
            .alarmActions(List.of(new SnsAction(pager)))
            .build();
        gate.grantAskForVerdict(reader);
        final Queue verdicts = queue("Verdicts", undelivered);
        told.getTopic().addSubscription(subscription(verdicts, undelivered));

        output("ReleasesName", releases.getRepositoryName());
        output("BaseName", base.getRepositoryName());
        output("DevelopmentName", development.getRepositoryName());
        for (final Role role : List.of(developer, endUser, pusher, reader, breakGlass, stranger)) {
            output(role.getNode().getId() + "Arn", role.getRoleArn());
        }
        output("GitHubArn", github.getRole().getRoleArn());
        output("NewsUrl", news.getQueueUrl());
        output("AlertsUrl", alerts.getQueueUrl());
        output("VerdictsUrl", verdicts.getQueueUrl());
        output("AnswersName", gate.getVerdictFunction().getFunctionName());
    }

    /**
     * A repository that leaves nothing behind, for the demo. Leave both out of an app of yours: it then outlives its stack,
     * with its images.
     */
    private SecureEcrRepository.Builder erasable(final String id, final String name) {
        return SecureEcrRepository.Builder.create(this, id)
            .repositoryName(name)
            .removalPolicy(RemovalPolicy.DESTROY)
            .emptyOnDelete(true);
    }

    /** Anybody in the account whose own policies say so may take the role; yours would trust GitHub, EKS or ECS. */
    private Role role(final String id, final String description) {
        return Role.Builder.create(this, id).assumedBy(new AccountRootPrincipal()).description(description).build();
    }

    private Queue queue(final String id, final Queue undelivered) {
        return Queue.Builder.create(this, id)
            .encryption(QueueEncryption.SQS_MANAGED)
            .enforceSsl(true)
            .deadLetterQueue(DeadLetterQueue.builder().queue(undelivered).maxReceiveCount(5).build())
            .build();
    }

    private static SqsSubscription subscription(final Queue queue, final Queue undelivered) {
        return SqsSubscription.Builder.create(queue).rawMessageDelivery(true).deadLetterQueue(undelivered).build();
    }

    private void output(final String id, final String value) {
        CfnOutput.Builder.create(this, id).value(value).build();
    }

    public static void main(final String[] args) {
        final App app = new App();
        new PlatformTeam(app, "PlatformTeam");
        // The key of the images is retained even where each repository that uses it now is not: one that was retained
        // earlier may need it. In the demo there is none. Leave this out of an app of yours, too.
        RemovalPolicies.of(app).destroy();
        // Fails the synthesis for whatever neither follows the rules nor is acknowledged above.
        Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
        app.synth();
    }
}
