import type { Stack } from 'aws-cdk-lib';
import { gap } from './claim';
import { handlers, logs } from './shared-claims';
import { EcrRegistry, InspectorGate, type InspectorGateProps } from '../../src';

const build = (stack: Stack, props?: InspectorGateProps) => new InspectorGate(stack, 'Gate', props);

const withRegistry = (stack: Stack) => {
  new EcrRegistry(stack, 'Registry');
  build(stack);
};

export const GATE = {
  build,
  claims: [
    gap('ECR.1', 'It asks the `EcrRegistry` of its stack to have its repositories scanned: make one.', withRegistry),
    gap('Inspector.2', 'The same.', withRegistry),
    logs('A year; `handlerOptions.logRetention` keeps them longer.'),
    ...handlers({
      build,
      inVpc: (stack, vpc) => build(stack, { handlerOptions: { vpc } }),
      withActions: (stack, alarmActions) => build(stack, { alarmActions }),
      table: {
        noBackup: 'It can be restored to any second of 35 days. For longer, take `gate.verdicts` into a backup plan of yours.',
        noProtection: 'It stays when the stack goes (`removalPolicy`); a deletion by hand is up to IAM.',
      },
    }),
  ],
};
