/** What both sides have to know of each other, and nothing more. Two projects would each write it down. */

/** The account that owns the images. */
export const REGISTRY = { account: '123456789012', region: 'us-east-1' };

/** The account that runs them. */
export const PRODUCTION = { account: '222222222222', region: 'us-east-1' };

export const REPOSITORY = 'payments/api';

/** The role in the account that runs them. By its name, so that it need not exist when the registry is deployed. */
export const ROLE = 'payments-production';
