import { outsideDeployment } from './callers';
import { type SignalDefinition, called, succeeded } from './definition';
import { trustChanged } from './pushers';

/** What happens to the registry, and to what it rests on. */
export const REGISTRY_SIGNALS = {
  registryPolicyChanged: {
    id: 'registryPolicyChanged',
    title: 'The policy of the registry was changed outside the deployment',
    severity: 'HIGH',
    runbook: 'It says who may replicate into the registry and create repositories through caches. Compare it with the stack (cdk drift) and deploy the'
      + ' stack to bring it back.',
    controls: ['NIST 800-53 AC-3', 'NIST 800-53 AC-6(9)', 'NIST 800-53 CM-3', 'PCI DSS 7.2.5', 'PCI DSS 10.2.1.2'],
    match: (around) => outsideDeployment(around, { conditions: succeeded('ecr', 'PutRegistryPolicy', 'DeleteRegistryPolicy') }),
  },
  registryScanningChanged: {
    id: 'registryScanningChanged',
    title: 'The scanning of the registry was changed outside the deployment',
    severity: 'HIGH',
    runbook: 'A filter that was narrowed, or basic scanning in place of enhanced, leaves images unscanned. Deploy the stack to bring the configuration back.',
    controls: ['NIST 800-53 RA-5', 'NIST 800-53 CM-3', 'PCI DSS 6.3.1', 'PCI DSS 11.3.1', 'Security Hub ECR.1', 'Security Hub Inspector.2'],
    match: (around) => outsideDeployment(around, { conditions: succeeded('ecr', 'PutRegistryScanningConfiguration') }),
  },
  signingChanged: {
    id: 'signingChanged',
    title: 'The signing of images was changed outside the deployment',
    severity: 'HIGH',
    runbook: 'New images may be unsigned, or signed by a profile that others can use. Compare the signing rules and the permissions of the profile with the'
      + ' stack, and deploy it.',
    controls: ['NIST 800-53 CM-3', 'NIST 800-53 SI-7', 'NIST 800-53 SR-4', 'PCI DSS 6.5.1'],
    match: (around) => outsideDeployment(around, {
      conditions: [
        { field: 'eventSource', is: ['ecr.amazonaws.com', 'signer.amazonaws.com'] },
        { field: 'eventName', is: ['PutSigningConfiguration', 'DeleteSigningConfiguration', 'AddProfilePermission', 'RemoveProfilePermission'] },
        { field: 'errorCode', orMissing: true },
      ],
    }),
  },
  signatureRevoked: {
    id: 'signatureRevoked',
    title: 'A signature or a signing profile was revoked',
    severity: 'HIGH',
    runbook: 'Images signed by it no longer verify, and what verifies before it starts will not start. If it was meant, sign what runs again by a new profile;'
      + ' it cannot be taken back.',
    controls: ['NIST 800-53 CM-3', 'NIST 800-53 SC-12', 'NIST 800-53 SI-7'],
    match: () => ({ conditions: succeeded('signer', 'RevokeSignature', 'RevokeSigningProfile', 'CancelSigningProfile') }),
  },
  replicationChanged: {
    id: 'replicationChanged',
    title: 'The replication of the registry was changed outside the deployment',
    severity: 'HIGH',
    runbook: 'Images may be copied to another account from now on, or no longer to where they are needed. Compare the destinations with the stack and deploy it.',
    controls: ['NIST 800-53 AC-4', 'NIST 800-53 CM-3', 'NIST 800-53 CP-9', 'PCI DSS 10.2.1.2'],
    match: (around) => outsideDeployment(around, { conditions: succeeded('ecr', 'PutReplicationConfiguration') }),
  },
  pullThroughChanged: {
    id: 'pullThroughChanged',
    title: 'A pull-through cache or creation template was changed outside the deployment',
    severity: 'MEDIUM',
    runbook: 'Images may come from another upstream, or into repositories with weaker settings. Compare the rules and templates with the stack and deploy it.',
    controls: ['NIST 800-53 CM-3', 'NIST 800-53 SR-3', 'PCI DSS 6.3.2'],
    match: (around) => outsideDeployment(around, {
      conditions: succeeded(
        'ecr', 'CreatePullThroughCacheRule', 'UpdatePullThroughCacheRule', 'DeletePullThroughCacheRule',
        'CreateRepositoryCreationTemplate', 'UpdateRepositoryCreationTemplate', 'DeleteRepositoryCreationTemplate',
      ),
    }),
  },
  accountSettingChanged: {
    id: 'accountSettingChanged',
    title: 'An account setting of ECR was changed',
    severity: 'MEDIUM',
    runbook: 'Account settings choose the engine of basic scanning, what the registry policy is about, and which pulls count. Bring the meant value back.',
    controls: ['NIST 800-53 CM-3', 'NIST 800-53 CM-6'],
    match: (around) => outsideDeployment(around, {
      conditions: succeeded('ecr', 'PutAccountSetting', 'RegisterPullTimeUpdateExclusion', 'DeregisterPullTimeUpdateExclusion'),
    }),
  },
  callsDenied: {
    id: 'callsDenied',
    title: 'Many calls of ECR were denied',
    severity: 'MEDIUM',
    threshold: 10,
    runbook: 'Either something lacks a permission it needs, or somebody tries what they can do. The query "what did this role do" shows all its calls.',
    controls: ['NIST 800-53 AC-7', 'NIST 800-53 AU-6', 'NIST 800-53 SI-4', 'PCI DSS 10.2.1.4', 'Security Hub CloudWatch.2'],
    match: () => ({ conditions: [...called('ecr'), { field: 'errorCode', is: ['AccessDenied', 'AccessDeniedException'] }] }),
  },
  keyDisabled: {
    id: 'keyDisabled',
    title: 'A key was disabled or scheduled for deletion',
    severity: 'CRITICAL',
    runbook: 'Images that it encrypts cannot be pulled while it is disabled, and never again once it is deleted. Enable it, or cancel the deletion within its'
      + ' waiting period.',
    controls: ['CIS AWS Foundations 4.7', 'NIST 800-53 SC-12', 'NIST 800-53 SC-28', 'PCI DSS 3.7.5', 'Security Hub CloudWatch.7', 'Security Hub KMS.3'],
    match: ({ keys }) => ({
      conditions: succeeded('kms', 'DisableKey', 'ScheduleKeyDeletion'),
      lists: keys.length > 0 ? [{ field: 'resources[0].ARN', is: keys }] : [],
    }),
  },
  oidcProviderChanged: {
    id: 'oidcProviderChanged',
    title: 'An OIDC provider was changed outside the deployment',
    severity: 'HIGH',
    global: true,
    runbook: 'Whoever the provider vouches for can take the roles that trust it. Check its URL, audiences and thumbprints, and deploy the stack that owns it.',
    controls: ['CIS AWS Foundations 4.4', 'NIST 800-53 AC-2', 'NIST 800-53 IA-8', 'PCI DSS 10.2.1.5', 'Security Hub CloudWatch.4'],
    match: (around) => outsideDeployment(around, {
      conditions: succeeded(
        'iam', 'CreateOpenIDConnectProvider', 'DeleteOpenIDConnectProvider', 'UpdateOpenIDConnectProviderThumbprint',
        'AddClientIDToOpenIDConnectProvider', 'RemoveClientIDFromOpenIDConnectProvider',
      ),
    }),
  },
  pusherTrustChanged: {
    id: 'pusherTrustChanged',
    title: 'Who may assume a pushing role was changed outside the deployment',
    severity: 'CRITICAL',
    global: true,
    runbook: 'Read the trust policy of the role. If somebody new is in it, deploy the stack to bring it back, revoke the sessions of the role, and check'
      + ' every image pushed since.',
    controls: ['CIS AWS Foundations 4.4', 'NIST 800-53 AC-2', 'NIST 800-53 AC-6(9)', 'PCI DSS 10.2.1.5', 'Security Hub CloudWatch.4'],
    match: trustChanged,
  },
  inspectorDisabled: {
    id: 'inspectorDisabled',
    title: 'Amazon Inspector was disabled',
    severity: 'CRITICAL',
    runbook: 'Nothing is scanned, and findings are closed. Turn scanning of ECR on again, and judge again what was approved meanwhile.',
    controls: ['NIST 800-53 RA-5', 'NIST 800-53 SI-4', 'PCI DSS 11.3.1', 'Security Hub Inspector.2'],
    match: () => ({ conditions: succeeded('inspector2', 'Disable', 'DisableDelegatedAdminAccount', 'DisassociateMember') }),
  },
  findingFilterChanged: {
    id: 'findingFilterChanged',
    title: 'A filter of findings was created or changed outside the deployment',
    severity: 'HIGH',
    runbook: 'A filter that suppresses hides vulnerabilities from whoever judges by findings. Read its criteria; delete it if nobody answers for it.',
    controls: ['NIST 800-53 RA-5', 'NIST 800-53 SI-4', 'PCI DSS 6.3.1'],
    match: (around) => outsideDeployment(around, { conditions: succeeded('inspector2', 'CreateFilter', 'UpdateFilter') }),
  },
  trailStopped: {
    id: 'trailStopped',
    title: 'A trail was stopped or deleted',
    severity: 'CRITICAL',
    runbook: 'From now on little is recorded, and this may be the last message. Start the trail again, then find out what else that session did.',
    controls: ['CIS AWS Foundations 4.5', 'NIST 800-53 AU-9', 'NIST 800-53 AU-12', 'PCI DSS 10.2.1.6', 'Security Hub CloudWatch.5'],
    match: () => ({ conditions: succeeded('cloudtrail', 'StopLogging', 'DeleteTrail') }),
  },
  trailChanged: {
    id: 'trailChanged',
    title: 'A trail was changed outside the deployment',
    severity: 'HIGH',
    runbook: 'Check that it still records management events, read and write, in every Region, and still sends them to its bucket and log group. Deploy its stack.',
    controls: ['CIS AWS Foundations 4.5', 'NIST 800-53 AU-9', 'NIST 800-53 AU-12', 'PCI DSS 10.2.1.6', 'Security Hub CloudWatch.5'],
    match: (around) => outsideDeployment(around, { conditions: succeeded('cloudtrail', 'UpdateTrail', 'PutEventSelectors') }),
  },
  rootUsed: {
    id: 'rootUsed',
    title: 'The root user of the account was used',
    severity: 'CRITICAL',
    global: true,
    runbook: 'Ask whoever holds the root credentials. If nobody used them, change the password, remove its access keys and sessions, and open a case with AWS.',
    controls: ['CIS AWS Foundations 4.3', 'NIST 800-53 AC-6(9)', 'NIST 800-53 AU-6', 'PCI DSS 10.2.1.2', 'Security Hub CloudWatch.1'],
    match: () => ({
      conditions: [
        { field: 'userIdentity.type', is: ['Root'] },
        { field: 'eventType', is: ['AwsApiCall', 'AwsConsoleSignIn', 'AwsConsoleAction'] },
        // Services act in its name too, which is no use of it; but ECR says so of a push by docker, which is one.
        { field: 'userIdentity.invokedBy', is: ['ecr.amazonaws.com', 'AWS Internal'], orMissing: true },
      ],
    }),
  },
} satisfies Record<string, SignalDefinition>;
