// A platform team with three repositories: `shop/web` for releases, `shop/base` for the images that releases start from,
// `shop/dev` for what developers try out.
//
//	go mod tidy && npx aws-cdk@2 deploy
//
// The same as ../app.ts, giving the same template.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	ecr "github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawsecr"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdk-secure-ecr/cdk-secure-ecr-go/cdksecureecr"
	"github.com/cdklabs/cdk-nag-go/cdknag/v3"
)

const (
	// The account that runs releases.
	productionAccount = "222222222222"
	// The role that releases are pulled with there. It may be made later, or made anew.
	productionRole = "shop-production"
)

// NewPlatformTeam makes the stack with the three repositories and what surrounds them.
func NewPlatformTeam(scope constructs.Construct, id string) awscdk.Stack {
	stack := awscdk.NewStack(scope, jsii.String(id), nil)

	// Nothing but a name is needed: encrypted with a rotating key of ours, no tag can be moved, every push is scanned,
	// releases (v*) are kept and what CI leaves behind expires. Here, what is deployed is kept too, also a hotfix that is
	// no release; anything else is archived when nobody has pulled it for 90 days.
	releases := newErasableRepository(stack, "Releases", &cdksecureecr.SecureEcrRepositoryProps{
		RepositoryName: jsii.String("shop/web"),
		Retention: cdksecureecr.ImageRetention_Production(&cdksecureecr.RetentionOptions{
			ProtectedTags: jsii.Strings("prod-*"),
		}),
	})

	// Application teams build FROM shop/base:latest, so that one tag has to move. It can; no other tag can. Who builds
	// from an older version should notice, so only the newest 12 can be pulled at once.
	base := newErasableRepository(stack, "Base", &cdksecureecr.SecureEcrRepositoryProps{
		RepositoryName: jsii.String("shop/base"),
		TagMutability:  cdksecureecr.ImageTagMutability_ImmutableExcept(jsii.String("latest")),
		Retention: cdksecureecr.ImageRetention_Of(
			cdksecureecr.RetentionRule_Protect(jsii.String("latest")),
			// Before nightly-: a version carries both tags.
			cdksecureecr.RetentionRule_ArchiveBeyond(cdksecureecr.ImageSelection_TagPrefix(jsii.String("v")), jsii.Number(12)),
			cdksecureecr.RetentionRule_ExpireArchived(cdksecureecr.ImageSelection_Any(), awscdk.Duration_Days(jsii.Number(180))),
			cdksecureecr.RetentionRule_ExpireOlderThan(
				cdksecureecr.ImageSelection_TagPrefix(jsii.String("nightly-")), awscdk.Duration_Days(jsii.Number(14))),
			cdksecureecr.RetentionRule_ArchiveBeyond(cdksecureecr.ImageSelection_Untagged(), jsii.Number(3)),
		),
	})
	awscdk.Validations_Of(base).Acknowledge(&awscdk.Acknowledgment{
		Id:     jsii.String("cdk-secure-ecr:repositoryTagsPartlyMutable"),
		Reason: jsii.String("Base images are pinned by digest in what is released; latest is for development."),
	})

	// Amazon Inspector scans every image of the account and Region, again whenever a vulnerability becomes known. That is
	// for all teams, so it stays when this stack goes; an account with several stacks keeps it in one of its own.
	cdksecureecr.NewEcrRegistry(stack, jsii.String("Registry"), nil)

	// Developers push here whatever they like; nothing of it grows old.
	development := newErasableRepository(stack, "Development", &cdksecureecr.SecureEcrRepositoryProps{
		RepositoryName: jsii.String("shop/dev"),
		Retention:      cdksecureecr.ImageRetention_Development(nil),
	})

	// Each level is granted by name. Pushing is no right to pull: who steals what CI has cannot read a release. Nor does
	// pulling show the findings of scans.
	developer := newRole(stack, "Developer", "Writes the shop")
	endUser := newRole(stack, "EndUser", "Downloads releases")
	pusher := newRole(stack, "Pusher", "Builds images and pushes them")
	reader := newRole(stack, "Reader", "Runs images")
	for _, repository := range []cdksecureecr.SecureEcrRepository{releases, base, development} {
		repository.Access().Push(pusher)
		repository.Access().Pull(developer)
		repository.Access().ReadMetadata(developer)
	}
	development.Access().Push(developer)
	development.Access().Pull(pusher)
	development.Access().ReadMetadata(pusher)
	releases.Access().Pull(reader)
	base.Access().Pull(reader)
	releases.Access().Pull(endUser)
	// One role of another account. Its own policies must allow it too.
	releases.Access().Pull(cdksecureecr.RegistryPrincipal_Role(jsii.String(productionAccount), jsii.String(productionRole)))

	// Nobody pushes a release around CI, deletes one, makes tags movable or takes these guards away, whatever IAM policies
	// allow: administrators of the account included. In an emergency there is one role, whose use should raise an alarm.
	// Guards grant nothing, so what it may do is said as for everybody else.
	breakGlass := newRole(stack, "BreakGlass", "For emergencies")
	emergencies := &cdksecureecr.GuardOptions{BreakGlass: breakGlass}
	releases.Access().PushOnlyBy(&[]awsiam.IGrantable{pusher}, emergencies)
	releases.Access().ForbidImageDeletion(&cdksecureecr.ImageDeletionGuardOptions{BreakGlass: breakGlass})
	releases.Access().ForbidTagMutabilityChanges(emergencies)
	releases.Access().ReadMetadata(breakGlass)
	releases.Access().Pull(breakGlass)
	releases.Access().Push(breakGlass)
	// The latter lifts every guard.
	releases.Grant(breakGlass, jsii.String("ecr:BatchDeleteImage"), jsii.String("ecr:SetRepositoryPolicy"))

	for _, role := range []awsiam.Role{developer, endUser, pusher, reader, breakGlass} {
		awscdk.Validations_Of(role).Acknowledge(&awscdk.Acknowledgment{
			Id:     jsii.String("AwsSolutions-IAM5[Resource::*]"),
			Reason: jsii.String("ecr:GetAuthorizationToken is about the registry, not a repository; AWS allows no other resource."),
		})
	}

	// Base images are built on GitHub: on main of one repository, and through one workflow in an environment that asks
	// somebody first. No key is stored; GitHub issues a token for each run. The numbers stay when a name changes hands.
	shop := cdksecureecr.GitHubRepository_Of(jsii.String("acme/shop"), &cdksecureecr.GitHubRepositoryOptions{
		OwnerId:      jsii.String("1001"),
		RepositoryId: jsii.String("2002"),
	})
	github := cdksecureecr.NewGitHubOidcPusher(stack, jsii.String("GitHub"), &cdksecureecr.GitHubOidcPusherProps{
		Repositories: &[]ecr.IRepositoryRef{base},
		Subjects: &[]cdksecureecr.GitHubSubject{
			cdksecureecr.GitHubSubject_Branch(shop, jsii.String("main"), nil),
			cdksecureecr.GitHubSubject_Environment(shop, jsii.String("base-images"), &cdksecureecr.GitHubSubjectOptions{
				JobWorkflowRef: jsii.String("acme/ci/.github/workflows/image.yml@refs/heads/main"),
			}),
		},
	})

	// Somebody else in the same account, with no grant: being in the account opens nothing.
	stranger := newRole(stack, "Stranger", "Has nothing to do with images")

	// What is pushed or deleted is told to whoever reads this queue.
	undelivered := newQueue(stack, "Undelivered", nil)
	news := newQueue(stack, "News", undelivered)
	target := awseventstargets.NewSqsQueue(news, &awseventstargets.SqsQueueProps{DeadLetterQueue: undelivered})
	releases.OnImagePushed(jsii.String("TellPush"), &cdksecureecr.OnImageEventOptions{Target: target})
	releases.OnImageDeleted(jsii.String("TellDelete"), &cdksecureecr.OnImageEventOptions{Target: target})

	// Every call is recorded. Whoever pushes and is not CI, opens a policy or turns something off is told of in a sentence:
	// to people by mail (subscribe to audit.Topic()), here to a queue. Alarms go to the pager.
	pager := awssns.NewTopic(stack, jsii.String("Pager"), &awssns.TopicProps{EnforceSSL: jsii.Bool(true)})
	audit := cdksecureecr.NewEcrAuditTrail(stack, jsii.String("Audit"), &cdksecureecr.EcrAuditTrailProps{
		Repositories:  &[]ecr.IRepositoryRef{releases, base},
		KnownAccounts: jsii.Strings(productionAccount),
		AlarmActions:  &[]awscloudwatch.IAlarmAction{awscloudwatchactions.NewSnsAction(pager)},
	})
	alerts := newQueue(stack, "Alerts", undelivered)
	audit.Topic().AddSubscription(newSubscription(alerts, undelivered))

	// Every image of shop/web is judged by what Amazon Inspector finds in it, and again whenever that changes. People are told
	// of what is rejected and of what has changed; whoever runs images asks first, and runs nothing that is not approved.
	told := cdksecureecr.NewNotifyAction(nil)
	gate := cdksecureecr.NewInspectorGate(stack, jsii.String("Gate"), &cdksecureecr.InspectorGateProps{
		Repositories: &[]ecr.IRepositoryRef{releases},
		Exceptions: &[]cdksecureecr.FindingException{
			cdksecureecr.FindingException_Of(jsii.String("CVE-2023-45853"), &cdksecureecr.FindingExceptionOptions{
				PackageName:    jsii.String("zlib1g"),
				RepositoryName: jsii.String("shop/*"),
				Owner:          jsii.String("shop team"),
				Reason:         jsii.String("minizip is not built into the package"),
				UntilFixed:     jsii.Bool(true),
			}),
		},
		Actions:      &[]cdksecureecr.IGateAction{told},
		AlarmActions: &[]awscloudwatch.IAlarmAction{awscloudwatchactions.NewSnsAction(pager)},
	})
	gate.GrantAskForVerdict(reader)
	verdicts := newQueue(stack, "Verdicts", undelivered)
	told.Topic().AddSubscription(newSubscription(verdicts, undelivered))

	newOutput(stack, "ReleasesName", releases.RepositoryName())
	newOutput(stack, "BaseName", base.RepositoryName())
	newOutput(stack, "DevelopmentName", development.RepositoryName())
	for _, role := range []awsiam.Role{developer, endUser, pusher, reader, breakGlass, stranger} {
		newOutput(stack, *role.Node().Id()+"Arn", role.RoleArn())
	}
	newOutput(stack, "GitHubArn", github.Role().RoleArn())
	newOutput(stack, "NewsUrl", news.QueueUrl())
	newOutput(stack, "AlertsUrl", alerts.QueueUrl())
	newOutput(stack, "VerdictsUrl", verdicts.QueueUrl())
	newOutput(stack, "AnswersName", gate.VerdictFunction().FunctionName())

	return stack
}

// newErasableRepository makes a repository that leaves nothing behind, for the demo. Leave both out of an app of yours: it
// then outlives its stack, with its images.
func newErasableRepository(scope constructs.Construct, id string, props *cdksecureecr.SecureEcrRepositoryProps) cdksecureecr.SecureEcrRepository {
	props.RemovalPolicy = awscdk.RemovalPolicy_DESTROY
	props.EmptyOnDelete = jsii.Bool(true)
	return cdksecureecr.NewSecureEcrRepository(scope, jsii.String(id), props)
}

// newRole makes a role that anybody in the account may take whose own policies say so; yours would trust GitHub, EKS or ECS.
func newRole(scope constructs.Construct, id string, description string) awsiam.Role {
	return awsiam.NewRole(scope, jsii.String(id), &awsiam.RoleProps{
		AssumedBy:   awsiam.NewAccountRootPrincipal(),
		Description: jsii.String(description),
	})
}

func newQueue(scope constructs.Construct, id string, undelivered awssqs.IQueue) awssqs.Queue {
	props := &awssqs.QueueProps{Encryption: awssqs.QueueEncryption_SQS_MANAGED, EnforceSSL: jsii.Bool(true)}
	if undelivered != nil {
		props.DeadLetterQueue = &awssqs.DeadLetterQueue{Queue: undelivered, MaxReceiveCount: jsii.Number(5)}
	}
	return awssqs.NewQueue(scope, jsii.String(id), props)
}

func newSubscription(queue awssqs.IQueue, undelivered awssqs.IQueue) awssnssubscriptions.SqsSubscription {
	return awssnssubscriptions.NewSqsSubscription(queue, &awssnssubscriptions.SqsSubscriptionProps{
		RawMessageDelivery: jsii.Bool(true),
		DeadLetterQueue:    undelivered,
	})
}

func newOutput(scope constructs.Construct, id string, value *string) {
	awscdk.NewCfnOutput(scope, jsii.String(id), &awscdk.CfnOutputProps{Value: value})
}

func main() {
	defer jsii.Close()

	app := awscdk.NewApp(nil)
	NewPlatformTeam(app, "PlatformTeam")
	// The key of the images is retained even where each repository that uses it now is not: one that was retained earlier
	// may need it. In the demo there is none. Leave this out of an app of yours, too.
	awscdk.RemovalPolicies_Of(app).Destroy(nil)
	// Fails the synthesis for whatever neither follows the rules nor is acknowledged above.
	awscdk.Validations_Of(app).AddPlugins(cdknag.NewAwsSolutionsChecks(app, nil))
	app.Synth(nil)
}
