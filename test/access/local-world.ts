import { DeleteLifecyclePolicyCommand, ECRClient } from '@aws-sdk/client-ecr';
import { LocalPeople, type Session } from './local-people';
import { ROWS, type Row } from './promises';
import { REGION, REGISTRY, REPOSITORIES, SERVICE, STACKS, isMade, organizationOf } from './world';
import { LocalAws, type Network, makeImage, push } from '../local-aws';
import { TemplateStack } from '../local-aws/stack';

export const RELEASE = makeImage({ version: '1.0.0' });

/** Somebody who calls, and from where. */
export interface Caller extends Session {
  readonly through?: Network;
}

/**
 * The world, deployed into a local AWS, with an image and no lifecycle policy in every repository. Ids that AWS gives and the address range of the
 * office are those of this AWS; all else is as synthesized.
 */
export class LocalWorld {
  static async deploy(): Promise<LocalWorld> {
    const aws = await LocalAws.start({ account: REGISTRY, region: REGION });
    try {
      const world = new LocalWorld(aws, await makeNetwork(aws));
      await world.createStacks();
      await world.fill();
      return world;
    } catch (error) {
      await aws.stop();
      throw error;
    }
  }

  private readonly people: LocalPeople;
  private readonly networks = new Map<string, Promise<Network>>();
  private service = '';

  private constructor(readonly aws: LocalAws, private readonly endpoints: Record<'api' | 'dkr' | 'other' | 'vpc', string>) {
    this.people = new LocalPeople(aws);
  }

  /** Who a row is about. Only one at a time: what only this row has is taken away when it leaves. */
  async join(row: Row): Promise<Caller> {
    const [principal, account] = [this.nameOf(row.principal), /:(\d{12}):/.exec(row.principal)?.[1] ?? ''];
    const context = { ...organizationOf(account), ...row.context };
    const [path] = [context['aws:PrincipalOrgPaths'] ?? []].flat();
    if (path) await this.aws.placeInOrganization(account, path);
    const session = await this.people.join({ ...row, principal, isDeployed: isMade(row.principal) });
    return { ...session, through: await this.networkOf(context) };
  }

  private nameOf(principal: string): string {
    return principal === SERVICE.principal ? this.service : principal;
  }

  private async createStacks(): Promise<void> {
    const places = {
      'vpce-api': this.endpoints.api, 'vpce-dkr': this.endpoints.dkr, 'vpc-1': this.endpoints.vpc, '203.0.113.0/24': '127.0.0.0/8',
    };
    const serviceId = SERVICE.principal.split('/').at(-1)!;
    for (const { name, account, resources } of STACKS) {
      const text = Object.entries(places).reduce((all, [from, to]) => all.replaceAll(`"${from}"`, `"${to}"`), JSON.stringify(resources));
      const Outputs: Record<string, { Value: unknown }> = serviceId in resources ? { Service: { Value: { 'Fn::GetAtt': [serviceId, 'Arn'] } } } : {};
      const { Service } = await new TemplateStack(this.aws, name, this.aws.rootOf(account)).create({ Resources: JSON.parse(text), Outputs });
      this.service = Service ?? this.service;
    }
  }

  /** As whom every guard lets through. */
  private async fill(): Promise<void> {
    const { credentials, leave } = await this.join(ROWS.find(({ who }) => who === 'CI with the rights of an administrator')!);
    const ecr = this.aws.client(ECRClient, credentials);
    for (const { arn } of Object.values(REPOSITORIES)) {
      const repositoryName = arn.split(':repository/')[1];
      await push(ecr, { repositoryName }, RELEASE, 'v1');
      await ecr.send(new DeleteLifecyclePolicyCommand({ repositoryName })).catch(() => undefined);
    }
    await leave();
  }

  private async networkOf(context: Row['context'] = {}): Promise<Network | undefined> {
    const { api, dkr, other } = this.endpoints;
    const endpoint = context['aws:SourceVpce'] as string | undefined;
    const ids: Record<string, string> = { 'vpce-api': api, 'vpce-dkr': dkr };
    if (endpoint) return this.network(ids[endpoint] ?? other);
    if (context['aws:SourceVpc']) return this.network(api);
    // What comes through an endpoint has no address of the internet.
    const elsewhere = context['aws:SourceIp'] !== undefined && context['aws:SourceIp'] !== '203.0.113.7';
    return elsewhere ? this.network(other) : undefined;
  }

  private network(vpcEndpoint: string): Promise<Network> {
    if (!this.networks.has(vpcEndpoint)) this.networks.set(vpcEndpoint, this.aws.network({ vpcEndpoint }));
    return this.networks.get(vpcEndpoint)!;
  }
}

/** Two endpoints of a VPC, and one of another. */
async function makeNetwork(aws: LocalAws): Promise<Record<'api' | 'dkr' | 'other' | 'vpc', string>> {
  const vpc = { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } };
  const endpoint = (service: string, id: string) => ({
    Type: 'AWS::EC2::VPCEndpoint',
    Properties: { VpcId: { Ref: id }, ServiceName: `com.amazonaws.${REGION}.ecr.${service}`, VpcEndpointType: 'Interface' },
  });
  const names = { api: 'Api', dkr: 'Dkr', other: 'Other', vpc: 'Vpc' };
  return await new TemplateStack(aws, 'Network').create({
    Resources: { Vpc: vpc, OtherVpc: vpc, Api: endpoint('api', 'Vpc'), Dkr: endpoint('dkr', 'Vpc'), Other: endpoint('api', 'OtherVpc') },
    Outputs: Object.fromEntries(Object.entries(names).map(([output, id]) => [output, { Value: { Ref: id } }])),
  }) as Record<keyof typeof names, string>;
}
