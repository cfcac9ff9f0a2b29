/**
 * Every code that somebody may meet at synthesis, as in `(cdk-secure-ecr:tagInvalid)`. They are part of the API, because
 * people acknowledge, search and link by them: none is renamed, and each has its heading in docs/troubleshooting.md.
 */
export const ERROR_CODES = [
  'accessActions', 'accessConditionEmpty', 'accessConditionKey', 'accessConditionMultiFactorAge', 'accessConditionOperator',
  'accessConditionTag', 'accessConditionTwice', 'accessGuardConditional', 'accessGuardDeployer', 'accessGuardDiffers', 'accessGuardEmpty',
  'accessGuardLost', 'accessGuardPrincipal', 'accessGuardTwice', 'accessLambdaAccount', 'accessLambdaFunction', 'accessManagedPolicySize',
  'accessPolicyForeign', 'accessPolicyUnreadable', 'accessPrincipalArn', 'accessPrincipalEverybody', 'accessPrincipalKind',
  'accessPrincipalSeveral', 'accessPrincipalWildcard', 'accessPushContradiction',
  'auditAccount', 'auditConditionField', 'auditConditionList', 'auditConditionValue', 'auditConditionValues', 'auditEmpty',
  'auditFileRetention', 'auditInventoryInterval', 'auditLogGroupForeign', 'auditMetricFilters', 'auditNamespace', 'auditNamespaceTwice',
  'auditPushersUnknown', 'auditRepositoryElsewhere', 'auditRuleTargets', 'auditRuleTemplate', 'auditRunbookUrl', 'auditSignalConditionTwice', 'auditSignalElsewhere',
  'auditSignalEventNames', 'auditSignalEventSource', 'auditSignalId', 'auditSignalIdTaken', 'auditSignalSize', 'auditSignalText', 'auditSignalThreshold',
  'auditSignalTwice', 'auditSignalUnknown', 'auditSignalWildcards', 'auditSignals', 'auditStaleAfter', 'auditSubscriptionFilters',
  'auditTrailSelectors', 'auditTrailTwice', 'auditTrailWithoutLog',
  'eventImageTags',
  'findingExceptionEndless', 'findingExceptionExpires', 'findingExceptionForm', 'findingExceptionImage', 'findingExceptionScope',
  'findingExceptionText', 'findingExceptionUnknown', 'findingExceptionValue', 'findingPolicyForm', 'findingPolicyLimits',
  'findingPolicyNames', 'findingPolicyNumber', 'findingPolicyRules', 'findingPolicyText', 'findingPolicyUnknown', 'findingPolicyValue',
  'gateActionId', 'gateActionTwice', 'gateConcurrency', 'gateDuration', 'gateEmpty', 'gatePolicyUnknown', 'gateReaderElsewhere',
  'gateRepositoryElsewhere', 'gateRepositoryName', 'gateRules',
  'githubDeployerEmpty', 'githubDeployerQualifier', 'githubDeployerTarget', 'githubIdInvalid', 'githubIssuerName', 'githubJobWorkflowRef',
  'githubOrganizationsMixed', 'githubProviderAccount', 'githubProviderAudience', 'githubProviderId', 'githubProviderIssuer',
  'githubProviderTwice', 'githubPullRequest', 'githubRefInvalid', 'githubRepositoriesEmpty', 'githubRepositoryName',
  'githubRepositoryUnknown', 'githubRepositoryWildcard', 'githubRoleName', 'githubRolePath', 'githubRoleSession', 'githubSubjectCharacters',
  'githubSubjectMatchesAll', 'githubSubjectPatternUnknown', 'githubSubjectWildcard', 'githubSubjectsEmpty', 'githubTemplateClaim',
  'githubTemplateContext', 'githubTemplateKey', 'githubTemplatePattern', 'githubTemplateRepository', 'githubTemplateTwice',
  'githubTrustAudience', 'githubTrustOperator', 'githubTrustSize', 'githubTrustSubject', 'githubTrustWildcard',
  'lifecycleDuplicate', 'lifecycleForm', 'lifecycleOneRule', 'lifecyclePriorities', 'lifecycleRuleCount', 'lifecycleSize', 'lifecycleTags',
  'lifecycleValue',
  'listLengthUnknown',
  'notifyEvents', 'notifyRunbookUrl', 'notifyTopicFifo', 'notifyTopicTooEarly',
  'principalAccount', 'principalOrganizationPath', 'principalPermissionSet', 'principalRoleName',
  'registryRescanBasic', 'registryRescanDuration', 'registryRescanLifetime', 'registryScanFilterCount', 'registryScanFilterInvalid',
  'registryScanFilterMoot', 'registryScanNothing', 'registryScanTooLate', 'registryScanningContradiction', 'registryTwice',
  'repositoryDualLayerRegion', 'repositoryEmptyOnDelete', 'repositoryKeyId', 'repositoryKeyRegion', 'repositoryKeyRemoved',
  'repositoryNameInvalid', 'repositoryNameLength', 'repositoryPolicyActions', 'repositoryPolicyAuthorization', 'repositoryPolicyPrincipal',
  'repositoryPolicyPublic', 'repositoryPolicyResources', 'repositoryPolicyService', 'repositoryPolicySids', 'repositoryPolicySize',
  'repositoryRemovalPolicy', 'repositoryStackSize',
  'retentionAgeInvalid', 'retentionCountInvalid', 'retentionRuleNeverMatches', 'retentionUnknown',
  'simulationDates', 'simulationDigests',
  'tagInvalid', 'tagPatternCount', 'tagPatternInvalid', 'tagPatternMatchesAll', 'tagPatternWildcards', 'tagPrefixInvalid',
] as const;

export const WARNING_CODES = [
  'accessOwnAccount',
  'auditIamUnheard', 'auditPushersUnknown', 'auditRules', 'auditTrailExcludes',
  'gateScannerBasic',
  'githubAnyBranch', 'githubPullRequests', 'githubRepositoryWithoutIds', 'githubTrustLong',
  'imagesApprovedUnscanned',
  'registryPerhapsTwice', 'registryScanningBasic', 'registryScanningElsewhere', 'registryScanningPartial', 'registryWithoutOwner',
  'repositoryTagsMutable', 'repositoryTagsPartlyMutable', 'repositoryWithoutCustomerKey',
  'retentionDoubtful',
] as const;

/** Messages that ask for nothing. */
export const NOTE_CODES = ['registryScanningKept'] as const;

export type ErrorCode = typeof ERROR_CODES[number];
export type WarningCode = typeof WARNING_CODES[number];
export type NoteCode = typeof NOTE_CODES[number];
