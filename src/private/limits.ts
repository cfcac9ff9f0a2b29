/** Limits of Amazon ECR, of IAM, of CloudFormation and of GitHub that can be checked before a deployment, each with the page that states it. */
export const LIMITS = {
  /** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html */
  repositoryName: { min: 2, max: 256, pattern: /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/ },
  /** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageTagMutabilityExclusionFilter.html */
  tagExclusions: { min: 1, max: 5, maxLength: 128, pattern: /^[0-9a-zA-Z._*-]+$/, maxWildcards: 2 },
  /** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html */
  repositoryPolicyCharacters: 10_240,
  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
  resourcesPerStack: 500,
  lifecycle: {
    /** https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html */
    maxRules: 50,
    /** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutLifecyclePolicy.html */
    maxCharacters: 30_720,
    /** https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html#lp_tag_pattern_list */
    maxWildcards: 4,
    /** https://docs.aws.amazon.com/AmazonECR/latest/userguide/archive-image.html */
    minArchiveDays: 90,
    /** ECR says "integer" of counts and priorities; read as one of 32 bits. */
    maxNumber: 2_147_483_647,
  },
  /**
   * https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ScanningRepositoryFilter.html (its pattern, in a form that
   * cannot backtrack) and API_RegistryScanningRule.html
   */
  scanFilters: { maxPerRule: 100, maxLength: 255, pattern: /^[a-z0-9*]+(?:[._/-][a-z0-9*]+)*$/ },
  /** https://docs.aws.amazon.com/inspector/v2/APIReference/API_EcrConfiguration.html */
  rescanDuration: /^(?:LIFETIME|DAYS_[1-9]\d*)$/,
  /** An action of ECR in a policy, with wildcards. */
  action: /^(?:ecr:[a-z*?]+|\*)$/i,
  /** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
  managedPolicyCharacters: 6_144,
  /** https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html */
  account: /^\d{12}$/,
  /** A name with its path, without what a policy reads as a wildcard or a variable. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
  roleName: /^(?:[!-#%-)+-.0->@-~]+\/)*[\w+=,.@-]{1,64}$/,
  /** https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
  functionName: /^[a-zA-Z0-9-_]{1,64}$/,
  /** https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_CreatePermissionSet.html */
  permissionSetName: /^[\w+=,.@-]{1,32}$/,
  /** https://docs.aws.amazon.com/organizations/latest/APIReference/API_OrganizationalUnit.html */
  organizationPath: /^o-[a-z0-9]{10,32}\/r-[0-9a-z]{4,32}(?:\/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})+\/?$/,
  /** A tag as the OCI distribution specification allows it. */
  tag: /^[0-9a-zA-Z_][0-9a-zA-Z._-]{0,127}$/,
  /** The same with * for what varies. */
  tagPattern: /^[0-9a-zA-Z_*][0-9a-zA-Z._*-]{0,127}$/,
  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html */
  metricFilter: {
    /** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html */
    maxCharacters: 1_024,
    maxWildcardSelectors: 3,
    /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
    perLogGroup: 100,
  },
  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
  subscriptionFiltersPerLogGroup: 2,
  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html */
  metricNamespace: /^(?!AWS\/)[0-9A-Za-z.\-_/#]{1,255}$/,
  /** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html (but for targets, a default that can be raised) */
  events: {
    patternCharacters: 2_048,
    rulesPerBus: 300,
    targetsPerRule: 5,
    /** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_InputTransformer.html */
    templateCharacters: 8_192,
  },
  /** https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html (the default; it can be raised) */
  imagesPerRepository: 100_000,
  /** What ids of constructs keep in logical ids, and a dash. https://docs.aws.amazon.com/cdk/v2/guide/identifiers.html */
  gateActionId: /^[A-Za-z0-9-]+$/,
  /** https://docs.aws.amazon.com/general/latest/gr/rande.html */
  region: /^[a-z]{2}(?:-[a-z]+)+-\d+$/,
  role: {
    /** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (the default, and what it can be raised to) */
    trustPolicyCharacters: { standard: 2_048, raised: 8_192 },
    /** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
    name: /^[\w+=,.@-]{1,64}$/,
    path: /^(?:\/|\/[\x21-\x7e]{1,510}\/)$/,
    sessionHours: { min: 1, max: 12 },
  },
  /** https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-customizing.html */
  bootstrapQualifier: /^[A-Za-z0-9_-]{1,10}$/,
  /** Users with an underscore are those of Enterprise Managed Users. */
  githubRepository: { owner: /^[A-Za-z0-9][A-Za-z0-9_-]{0,38}$/, name: /^(?!\.{1,2}$)[\w.-]{1,100}$/, id: /^[1-9]\d{0,19}$/ },
} as const;
