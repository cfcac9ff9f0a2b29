import { BatchGetAccountStatusCommand, EnableCommand, GetConfigurationCommand, Inspector2Client, UpdateConfigurationCommand } from '@aws-sdk/client-inspector2';
import { App, Stack } from 'aws-cdk-lib';
import { EcrRegistry, type EcrRegistryProps, InspectorRescan, RescanDuration } from '../../src';
import { LocalAws } from '../local-aws';
import { StandIn } from '../stand-in';
import { World } from '../stand-in/world';
import { temporaryFolder } from '../support/temporary-folder';

jest.setTimeout(240_000); // deployments, on machines that do other things too

const SOMEBODYS = { rescanDuration: 'DAYS_60', pullDateRescanDuration: 'DAYS_60', pullDateRescanMode: 'LAST_IN_USE_AT' } as const;
const RESCAN = InspectorRescan.whilePulled({ afterPull: RescanDuration.DAYS_90, afterPush: RescanDuration.DAYS_30 });
const LONGER = InspectorRescan.whileInUse({ afterUse: RescanDuration.DAYS_180, afterPush: RescanDuration.LIFETIME });

let aws: LocalAws;
let standIn: StandIn;
let inspector: Inspector2Client;

/** An account where Amazon Inspector scans images already, for as long as somebody has said. */
beforeAll(async () => {
  aws = await LocalAws.start();
  standIn = await StandIn.start(new World(aws.account, aws.region));
  aws.scansFrom(standIn);
  inspector = aws.client(Inspector2Client);
  await inspector.send(new EnableCommand({ resourceTypes: ['ECR'] }));
  await inspector.send(new UpdateConfigurationCommand({ ecrConfiguration: SOMEBODYS }));
  await aws.cdk(['bootstrap']);
});

afterAll(async () => {
  await standIn.stop();
  await aws.stop();
});

beforeEach(() => standIn.reset());

function appWith(props: EcrRegistryProps): { readonly app: string } {
  const app = new App({ outdir: temporaryFolder() });
  new EcrRegistry(new Stack(app, 'Registry', { env: { account: aws.account, region: aws.region } }), 'Registry', props);
  return { app: app.synth().directory };
}

const deploy = (props: EcrRegistryProps) => aws.cdk(['deploy'], appWith(props));

/** What Amazon Inspector was asked, before it is asked what it has. */
async function settings() {
  const asked = standIn.requests.map(({ operation }) => operation);
  const { ecrConfiguration } = await inspector.send(new GetConfigurationCommand({}));
  const { accounts } = await inspector.send(new BatchGetAccountStatusCommand({}));
  const { status, ...rescan } = ecrConfiguration!.rescanDurationState!;
  return { asked, rescan, ecr: accounts![0].resourceState!.ecr!.status };
}

test('what somebody has set is left alone unless it is asked for', async () => {
  await deploy({});
  expect(await settings()).toEqual({ asked: [], rescan: SOMEBODYS, ecr: 'ENABLED' });
});

test('it is set, set anew, and left as it is when it is taken out', async () => {
  await deploy({ rescan: RESCAN });
  const pulled = { rescanDuration: 'DAYS_30', pullDateRescanDuration: 'DAYS_90', pullDateRescanMode: 'LAST_PULL_DATE' };
  expect(await settings()).toEqual({ asked: ['UpdateConfiguration'], rescan: pulled, ecr: 'ENABLED' });

  const asked = (await aws.accesses()).filter(({ action, principal }) => action.startsWith('inspector2:') && principal.includes(':assumed-role/'));
  expect(asked).toEqual([expect.objectContaining({ action: 'inspector2:UpdateConfiguration', allowed: true })]);

  standIn.reset();
  await deploy({ rescan: LONGER });
  const used = { rescanDuration: 'LIFETIME', pullDateRescanDuration: 'DAYS_180', pullDateRescanMode: 'LAST_IN_USE_AT' };
  expect(await settings()).toEqual({ asked: ['UpdateConfiguration'], rescan: used, ecr: 'ENABLED' });

  standIn.reset();
  await deploy({});
  expect(await settings()).toEqual({ asked: [], rescan: used, ecr: 'ENABLED' });
});

test('a member account, which may not set it, sees its deployment fail with the reason', async () => {
  const { rescan } = await settings();
  standIn.inject({ operation: 'UpdateConfiguration', fault: 'denied', times: 20 });

  await expect(deploy({ rescan: LONGER })).rejects.toThrow(/User is not authorized to perform this action/);

  standIn.reset();
  expect(await settings()).toEqual({ asked: [], rescan, ecr: 'ENABLED' });
});

test('its deletion with the stack switches nothing off and sets nothing back', async () => {
  const app = appWith({ rescan: RESCAN });
  await aws.cdk(['deploy'], app);
  const { rescan } = await settings();

  standIn.reset();
  await aws.cdk(['destroy', '--force'], app);

  expect(await settings()).toEqual({ asked: [], rescan, ecr: 'ENABLED' });
});
