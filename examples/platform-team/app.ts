/**
 * A platform team with three repositories: `shop/web` for releases, `shop/base` for the images that releases start from,
 * `shop/dev` for what developers try out.
 *
 *     npx cdk deploy --app "npx tsx examples/platform-team/app.ts"
 *
 * `npm run demo` deploys it to an AWS on your own machine and shows what each role can and cannot do.
 */
import {
  App, CfnOutput, Duration, RemovalPolicies, RemovalPolicy, Stack, Validations, aws_cloudwatch_actions as actions,
  aws_events_targets as targets, aws_iam as iam, aws_sns as sns, aws_sns_subscriptions as subscriptions, aws_sqs as sqs,
} from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Construct } from 'constructs';
import {
  EcrAuditTrail, EcrRegistry, FindingException, GitHubOidcPusher, GitHubRepository, GitHubSubject, ImageRetention, ImageSelection,
  ImageTagMutability, InspectorGate, NotifyAction, RegistryPrincipal, RetentionRule, SecureEcrRepository,
} from '../../src'; // yours: from 'cdk-secure-ecr'

/** The account that runs releases, and the role it pulls them with. That role may be made later, or made anew. */
const PRODUCTION = { account: '222222222222', role: 'shop-production' };

export class PlatformTeam extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id);

    // Nothing but a name is needed: encrypted with a rotating key of ours, no tag can be moved, every push is scanned,
    // releases (v*) are kept and what CI leaves behind expires. Here, what is deployed is kept too, also a hotfix that is
    // no release; anything else is archived when nobody has pulled it for 90 days.
    const releases = new SecureEcrRepository(this, 'Releases', {
      repositoryName: 'shop/web',
      retention: ImageRetention.production({ protectedTags: ['prod-*'] }),
      ...ERASABLE,
    });

    // Application teams build FROM shop/base:latest, so that one tag has to move. It can; no other tag can. Who builds
    // from an older version should notice, so only the newest 12 can be pulled at once.
    const base = new SecureEcrRepository(this, 'Base', {
      repositoryName: 'shop/base',
      tagMutability: ImageTagMutability.immutableExcept('latest'),
      retention: ImageRetention.of(
        RetentionRule.protect('latest'),
        RetentionRule.archiveBeyond(ImageSelection.tagPrefix('v'), 12), // before nightly-: a version carries both tags
        RetentionRule.expireArchived(ImageSelection.any(), Duration.days(180)),
        RetentionRule.expireOlderThan(ImageSelection.tagPrefix('nightly-'), Duration.days(14)),
        RetentionRule.archiveBeyond(ImageSelection.untagged(), 3),
      ),
      ...ERASABLE,
    });
    Validations.of(base).acknowledge({
      id: 'cdk-secure-ecr:repositoryTagsPartlyMutable',
      reason: 'Base images are pinned by digest in what is released; latest is for development.',
    });

    // Amazon Inspector scans every image of the account and Region, again whenever a vulnerability becomes known. That is
    // for all teams, so it stays when this stack goes; an account with several stacks keeps it in one of its own.
    new EcrRegistry(this, 'Registry');

    // Developers push here whatever they like; nothing of it grows old.
    const development = new SecureEcrRepository(this, 'Development', {
      repositoryName: 'shop/dev',
      retention: ImageRetention.development(),
      ...ERASABLE,
    });

    // Each level is granted by name. Pushing is no right to pull: who steals what CI has cannot read a release. Nor does
    // pulling show the findings of scans.
    const developer = this.role('Developer', 'Writes the shop');
    const endUser = this.role('EndUser', 'Downloads releases');
    const pusher = this.role('Pusher', 'Builds images and pushes them');
    const reader = this.role('Reader', 'Runs images');
    for (const repository of [releases, base, development]) {
      repository.access.push(pusher);
      repository.access.pull(developer);
      repository.access.readMetadata(developer);
    }
    development.access.push(developer);
    development.access.pull(pusher);
    development.access.readMetadata(pusher);
    releases.access.pull(reader);
    base.access.pull(reader);
    releases.access.pull(endUser);
    // One role of another account. Its own policies must allow it too; examples/cross-account shows both sides.
    releases.access.pull(RegistryPrincipal.role(PRODUCTION.account, PRODUCTION.role));

    // Nobody pushes a release around CI, deletes one, makes tags movable or takes these guards away, whatever IAM policies
    // allow: administrators of the account included. In an emergency there is one role, whose use should raise an alarm.
    // Guards grant nothing, so what it may do is said as for everybody else.
    const breakGlass = this.role('BreakGlass', 'For emergencies');
    releases.access.pushOnlyBy([pusher], { breakGlass });
    releases.access.forbidImageDeletion({ breakGlass });
    releases.access.forbidTagMutabilityChanges({ breakGlass });
    releases.access.readMetadata(breakGlass);
    releases.access.pull(breakGlass);
    releases.access.push(breakGlass);
    releases.grant(breakGlass, 'ecr:BatchDeleteImage', 'ecr:SetRepositoryPolicy'); // the latter lifts every guard

    for (const role of [developer, endUser, pusher, reader, breakGlass]) {
      Validations.of(role).acknowledge({
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason: 'ecr:GetAuthorizationToken is about the registry, not a repository; AWS allows no other resource.',
      });
    }

    // Base images are built on GitHub: on main of one repository, and through one workflow in an environment that asks
    // somebody first. No key is stored; GitHub issues a token for each run. The numbers stay when a name changes hands.
    const shop = GitHubRepository.of('acme/shop', { ownerId: '1001', repositoryId: '2002' });
    const github = new GitHubOidcPusher(this, 'GitHub', {
      repositories: [base],
      subjects: [
        GitHubSubject.branch(shop, 'main'),
        GitHubSubject.environment(shop, 'base-images', { jobWorkflowRef: 'acme/ci/.github/workflows/image.yml@refs/heads/main' }),
      ],
    });

    // Somebody else in the same account, with no grant: being in the account opens nothing.
    const stranger = this.role('Stranger', 'Has nothing to do with images');

    // What is pushed or deleted is told to whoever reads this queue.
    const undelivered = new sqs.Queue(this, 'Undelivered', {
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    const news = new sqs.Queue(this, 'News', {
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      deadLetterQueue: { queue: undelivered, maxReceiveCount: 5 },
    });
    const target = new targets.SqsQueue(news, { deadLetterQueue: undelivered });
    releases.onImagePushed('TellPush', { target });
    releases.onImageDeleted('TellDelete', { target });

    // Every call is recorded. Whoever pushes and is not CI, opens a policy or turns something off is told of in a sentence:
    // to people by mail (subscribe to audit.topic), here to a queue. Alarms go to the pager.
    const pager = new sns.Topic(this, 'Pager', { enforceSSL: true });
    const audit = new EcrAuditTrail(this, 'Audit', {
      repositories: [releases, base],
      knownAccounts: [PRODUCTION.account],
      alarmActions: [new actions.SnsAction(pager)],
    });
    const alerts = new sqs.Queue(this, 'Alerts', {
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      deadLetterQueue: { queue: undelivered, maxReceiveCount: 5 },
    });
    audit.topic.addSubscription(new subscriptions.SqsSubscription(alerts, { rawMessageDelivery: true, deadLetterQueue: undelivered }));

    // Every image of shop/web is judged by what Amazon Inspector finds in it, and again whenever that changes. People are told
    // of what is rejected and of what has changed; whoever runs images asks first, and runs nothing that is not approved.
    const told = new NotifyAction();
    const gate = new InspectorGate(this, 'Gate', {
      repositories: [releases],
      exceptions: [FindingException.of('CVE-2023-45853', {
        packageName: 'zlib1g', repositoryName: 'shop/*', owner: 'shop team', reason: 'minizip is not built into the package', untilFixed: true,
      })],
      actions: [told],
      alarmActions: [new actions.SnsAction(pager)],
    });
    gate.grantAskForVerdict(reader);
    const verdicts = new sqs.Queue(this, 'Verdicts', {
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      deadLetterQueue: { queue: undelivered, maxReceiveCount: 5 },
    });
    told.topic.addSubscription(new subscriptions.SqsSubscription(verdicts, { rawMessageDelivery: true, deadLetterQueue: undelivered }));

    new CfnOutput(this, 'ReleasesName', { value: releases.repositoryName });
    new CfnOutput(this, 'BaseName', { value: base.repositoryName });
    new CfnOutput(this, 'DevelopmentName', { value: development.repositoryName });
    for (const role of [developer, endUser, pusher, reader, breakGlass, stranger]) {
      new CfnOutput(this, `${role.node.id}Arn`, { value: role.roleArn });
    }
    new CfnOutput(this, 'GitHubArn', { value: github.role.roleArn });
    new CfnOutput(this, 'NewsUrl', { value: news.queueUrl });
    new CfnOutput(this, 'AlertsUrl', { value: alerts.queueUrl });
    new CfnOutput(this, 'VerdictsUrl', { value: verdicts.queueUrl });
    new CfnOutput(this, 'AnswersName', { value: gate.verdictFunction.functionName });
  }

  /** Anybody in the account whose own policies say so may take the role; yours would trust GitHub, EKS or ECS. */
  private role(id: string, description: string): iam.Role {
    return new iam.Role(this, id, { assumedBy: new iam.AccountRootPrincipal(), description });
  }
}

/**
 * So that the demo leaves nothing behind. Leave it out of an app of yours: a repository then outlives its stack, with its
 * images.
 */
const ERASABLE = { removalPolicy: RemovalPolicy.DESTROY, emptyOnDelete: true };

const app = new App();
new PlatformTeam(app, 'PlatformTeam');
// The key of the images is retained even where each repository that uses it now is not: one that was retained earlier may
// need it. In the demo there is none. Leave this out of an app of yours, too.
RemovalPolicies.of(app).destroy();
// Fails the synthesis for whatever neither follows the rules nor is acknowledged above.
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
app.synth();
