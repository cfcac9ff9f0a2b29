/**
 * One side of a pull across accounts: the account that owns the images lets in one role of another one.
 *
 *     npx cdk deploy --app "npx tsx examples/cross-account/registry.ts"
 *
 * The other side is production.ts. Either may be deployed first, and neither needs credentials of the other.
 */
import { App, RemovalPolicies, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { PRODUCTION, REGISTRY, REPOSITORY, ROLE } from './agreed';
import { RegistryPrincipal, SecureEcrRepository } from '../../src'; // yours: from 'cdk-secure-ecr'

const app = new App();
const stack = new Stack(app, 'PaymentsRegistry', { env: REGISTRY });

const images = new SecureEcrRepository(stack, 'Images', {
  repositoryName: REPOSITORY, // so that the other side can name it
  removalPolicy: RemovalPolicy.DESTROY, // these two are for the demo, which leaves nothing behind
  emptyOnDelete: true,
});

// Of the other account nobody but this role is let in, and for pulling alone. The images are encrypted with a key of this
// account; the role needs no permission on it, because ECR decrypts for whoever may pull.
images.access.pull(RegistryPrincipal.role(PRODUCTION.account, ROLE));

RemovalPolicies.of(app).destroy(); // for the demo, too
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
app.synth();
