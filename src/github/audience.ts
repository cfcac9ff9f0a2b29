/** What tokens are for; `aws-actions/configure-aws-credentials` asks GitHub for this audience. */
export const AUDIENCE = 'sts.amazonaws.com';
