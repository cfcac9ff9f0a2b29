import { App, CfnParameter, Stack, aws_ecr as ecr } from 'aws-cdk-lib';
import { DIGEST } from './sample-events';
import { type Patterns, cases, patternsOf, patternsOfGate } from './watching';
import { ImageScanner, InspectorGate, type InspectorGateProps, SecureEcrRepository } from '../../../src';
import { hear } from '../../../src/inspector/gate/running/hear';
import { DeployedStack } from '../../support/deployed-stack';
import { matchesEvent } from '../../support/event-pattern';

const matching = (patterns: Patterns, event: object) => Object.keys(patterns).filter((name) => matchesEvent(patterns[name], event));

describe.each([ImageScanner.INSPECTOR, ImageScanner.ECR_BASIC])('the rules of a gate by %s scanning', (scanner) => {
  test.each([['of some repositories', false], ['of every repository', true]])('%s hear of their images and of nothing else, once', (_name, everything) => {
    const patterns = patternsOfGate(scanner, everything);

    const heard = cases(scanner, everything).map(([name, event]) => [name, ...matching(patterns, event)]);

    expect(heard).toEqual(cases(scanner, everything).map(([name, , expected]) => [name, ...expected]));
    expect(Object.keys(patterns).sort()).toEqual(scanner === ImageScanner.INSPECTOR ? ['Findings', 'Images', 'Pushers', 'Scans'] : ['Images', 'Pushers']);
  });

  test('bring nothing that the function does not understand', () => {
    for (const [, event, expected] of cases(scanner)) {
      if (expected.length === 0) continue;
      const repository = event.detail['repository-name'] ?? event.detail.requestParameters?.repositoryName ?? event.resources[0];
      expect(hear(event)).toEqual([expect.objectContaining({ digest: DIGEST, repository: expect.stringMatching(/^[a-z/0-9]+$/) })]);
      expect(repository).toContain(hear(event)[0].repository);
    }
  });
});

test('a name that is not known before it is deployed is heard of', () => {
  const stack = new Stack(new App(), 'Stack', { env: { account: '111111111111', region: 'eu-west-1' } });
  const [ours, parameter] = [new SecureEcrRepository(stack, 'Ours'), new CfnParameter(stack, 'Name')];
  new InspectorGate(stack, 'Gate', { repositories: [ours], repositoryNames: [parameter.valueAsString] });

  const { Images, Scans, Findings } = patternsOf(stack, { Name: 'given' });

  const [name, arn] = [stack.resolve(ours.repositoryName).Ref.toLowerCase(), 'arn:aws:ecr:eu-west-1:111111111111:repository/'];
  expect(Images).toMatchObject({ detail: { 'repository-name': [name, 'given'] } });
  expect(Scans).toMatchObject({ resources: [`${arn}${name}`, `${arn}given`] });
  expect(Findings).toMatchObject({ resources: [{ prefix: `${arn}${name}/sha256:` }, { prefix: `${arn}given/sha256:` }] });
});

test('a repository that is named twice is watched once', () => {
  const stack = new Stack(new App(), 'Stack');
  const images = new SecureEcrRepository(stack, 'Images');
  new InspectorGate(stack, 'Gate', { repositories: [images, images], repositoryNames: ['shop/*', 'shop/*'] });

  expect(patternsOf(stack).Images).toMatchObject({ detail: { 'repository-name': [expect.any(String), { prefix: 'shop/' }] } });
});

describe('many repositories', () => {
  const ENV = { account: '111111111111', region: 'us-gov-west-1' }; // where ARNs are long
  const name = (index: number) => `team-of-several-words/service-with-a-long-name/component-${index}`;
  const imported = (stack: Stack, index: number) => ecr.Repository.fromRepositoryName(stack, `R${index}`, name(index));
  const made = (stack: Stack, index: number) => new ecr.Repository(stack, `AnImageOfTheShopOfAllOfThese${index}`);
  /** What CloudFormation calls a repository, and where it puts it. */
  const generated = (resource: string) => `the-shop-in-production-${resource.toLowerCase()}-abcdefghijkl`;

  /** The patterns with the names that CloudFormation gives, and the errands. */
  function deployedGate(props: (stack: Stack) => InspectorGateProps, env?: typeof ENV) {
    const stack = new Stack(new App(), 'Stack', { env });
    new InspectorGate(stack, 'Gate', props(stack));
    const text = JSON.stringify(new DeployedStack(stack).properties('AWS::Events::Rule'))
      .replace(/animageoftheshopofallofthese\w+/g, generated).replaceAll('arn:aws:', 'arn:aws-us-gov:').replaceAll('eu-west-1', 'us-gov-west-1');
    const rules: Record<string, any>[] = JSON.parse(text);
    return {
      patterns: rules.flatMap(({ EventPattern }) => EventPattern ?? []),
      targets: rules.map(({ Targets }) => Targets),
      errands: rules.flatMap(({ Targets }) => Targets).flatMap(({ Input }) => Input ?? []) as string[],
      names: rules.map(({ Name }) => Name as string),
    };
  }
  const indexes = (count: number) => Array.from({ length: count }, (_, index) => index);

  test.each<[string, number, (stack: Stack, count: number) => InspectorGateProps]>([
    ['that others made', 1, (stack, count) => ({ repositories: indexes(count).map((index) => imported(stack, index)) })],
    ['that others made', 20, (stack, count) => ({ repositories: indexes(count).map((index) => imported(stack, index)) })],
    ['that others made', 120, (stack, count) => ({ repositories: indexes(count).map((index) => imported(stack, index)) })],
    ['of the stack', 120, (stack, count) => ({ repositories: indexes(count).map((index) => made(stack, index)) })],
    ['named', 120, (_, count) => ({ repositoryNames: indexes(count).map(name) })],
    ['named by patterns', 120, (_, count) => ({ repositoryNames: indexes(count).map((index) => `*/${name(index)}/*`) })],
    ['with the longest names', 120, (_, count) => ({ repositoryNames: indexes(count).map((index) => `${'n'.repeat(250)}${index}`) })],
  ])('%s, %d of them: rules, errands and targets are within the limits of EventBridge, and none is left out', (_name, count, props) => {
    for (const env of [undefined, ENV]) {
      const { patterns, targets, errands, names } = deployedGate((stack) => props(stack, count), env);

      for (const pattern of patterns) expect(JSON.stringify(pattern).length).toBeLessThanOrEqual(2_048);
      for (const errand of errands) expect(errand.length).toBeLessThanOrEqual(8_192);
      for (const each of targets) expect(each.length).toBeLessThanOrEqual(5);
      for (const each of names) expect(each.length).toBeLessThanOrEqual(64);
      expect(new Set(names).size).toBe(names.length);
      expect(patterns.flatMap(({ detail }) => detail?.['repository-name'] ?? [])).toHaveLength(count);
      const found = errands.map((errand) => JSON.parse(errand)).filter(({ errand }) => errand === 'find');
      expect(found.flatMap(({ repositories, patterns: named }) => [...repositories, ...named])).toHaveLength(count);
    }
  });

  test('rules are filled: ten repositories of the stack share one at least', () => {
    const { names } = deployedGate((stack) => ({ repositories: indexes(120).map((index) => made(stack, index)) }), ENV);

    expect(names.filter((each) => /-Scans\d*$/.test(each)).length).toBeLessThanOrEqual(12);
    expect(names.filter((each) => /-Images\d*$/.test(each)).length).toBeLessThanOrEqual(12);
  });
});
