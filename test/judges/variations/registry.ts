import { type Build, type Factories, images, table } from './build';
import { EcrRegistry, InspectorRescan, RegistryScanning, RescanDuration } from '../../../src';

const scanning: Record<Factories<typeof RegistryScanning>, RegistryScanning> = {
  enhanced: RegistryScanning.enhanced({ continuous: ['prod/*', 'web'], onPush: ['*'] }),
  basic: RegistryScanning.basic({ onPush: ['prod/*'] }),
  unmanaged: RegistryScanning.unmanaged({ continuous: ['*'] }),
};
const rescan: Record<Factories<typeof InspectorRescan>, InspectorRescan> = {
  whileInUse: InspectorRescan.whileInUse({ afterUse: RescanDuration.DAYS_90, afterPush: RescanDuration.LIFETIME }),
  whilePulled: InspectorRescan.whilePulled(),
};

export const REGISTRY: Record<string, Build> = {
  'Registry': (stack) => new EcrRegistry(stack, 'Registry'),
  ...table('Registry-Scanning', scanning, (stack, value) => {
    new EcrRegistry(stack, 'Registry', { scanning: value });
    images(stack); // unmanaged alone makes nothing, and a template must not be empty
  }),
  ...table('Registry-Rescan', rescan, (stack, value) => new EcrRegistry(stack, 'Registry', { rescan: value })),
  'Registry-Asked': (stack) => {
    new EcrRegistry(stack, 'Registry', { scanning: RegistryScanning.enhanced({ continuous: [], onPush: ['*'] }) });
    EcrRegistry.of(stack).scanContinuously(images(stack).repositoryName, 'prod/*');
  },
};
