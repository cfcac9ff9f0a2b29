import {
  App, CfnParameter, Fn, NestedStack, RemovalPolicies, RemovalPolicy, Stack, Stage, Validations, aws_ecr as ecr,
} from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import fc from 'fast-check';
import { EcrRegistry, InspectorRescan, RegistryScanning, SecureEcrRepository } from '../../src';

jest.setTimeout(60_000); // many syntheses

const ENV = { account: '111111111111', region: 'eu-west-1' };
const TYPE = 'AWS::ECR::RegistryScanningConfiguration';
let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack', { env: ENV });
});

/** The filters of each frequency, as they are in the template. */
function rules(of = stack): Record<string, unknown[]> {
  const [{ Properties }] = Object.values(Template.fromStack(of).findResources(TYPE));
  interface Rule { readonly ScanFrequency: string; readonly RepositoryFilters: Array<{ readonly Filter: unknown; readonly FilterType: string }> }
  return Object.fromEntries((Properties.Rules as Rule[]).map(({ ScanFrequency, RepositoryFilters }) => {
    for (const { FilterType } of RepositoryFilters) expect(FilterType).toBe('WILDCARD');
    return [ScanFrequency, RepositoryFilters.map(({ Filter }) => Filter)];
  }));
}
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `team${index}/*`);
const warnings = (of = stack) => Annotations.fromStack(of).findWarning('*', Match.anyValue());

describe('defaults', () => {
  test('Inspector scans everything, continuously, and nothing warns', () => {
    new EcrRegistry(stack, 'Registry');

    Template.fromStack(stack).templateMatches({
      Resources: Match.objectEquals({
        RegistryScanning6CEAD07B: {
          Type: TYPE,
          DeletionPolicy: 'Retain',
          UpdateReplacePolicy: 'Retain',
          Properties: {
            ScanType: 'ENHANCED',
            Rules: [{ ScanFrequency: 'CONTINUOUS_SCAN', RepositoryFilters: [{ Filter: '*', FilterType: 'WILDCARD' }] }],
          },
        },
      }),
    });
    expect(warnings()).toEqual([]);
  });

  test('what comes after can depend on it', () => {
    const { scanningConfiguration } = new EcrRegistry(stack, 'Registry');
    const repository = new ecr.CfnRepository(stack, 'Images');
    repository.node.addDependency(scanningConfiguration!);

    Template.fromStack(stack).hasResource('AWS::ECR::Repository', { DependsOn: ['RegistryScanning6CEAD07B'] });
  });
});

describe('scanning', () => {
  test('continuous for some, on push for all', () => {
    new EcrRegistry(stack, 'Registry', { scanning: RegistryScanning.enhanced({ continuous: ['prod/*', 'prod/web'], onPush: ['*'] }) });

    expect(rules()).toEqual({ CONTINUOUS_SCAN: ['prod/*', 'prod/web'], SCAN_ON_PUSH: ['*'] });
    expect(warnings()).toEqual([]);
  });

  test('enhanced for some leaves the others out, which warns', () => {
    const registry = new EcrRegistry(stack, 'Registry', { scanning: RegistryScanning.enhanced({ continuous: ['prod/*'], onPush: ['dev'] }) });

    expect(rules()).toEqual({ CONTINUOUS_SCAN: ['prod/*'], SCAN_ON_PUSH: ['dev'] });
    Annotations.fromStack(stack).hasWarning('/Stack/Registry', Match.stringLikeRegexp('match no filter are not scanned at all'));
    Validations.of(registry).acknowledge({ id: 'cdk-secure-ecr:registryScanningPartial', reason: 'the rest is a cache' });
    expect(warnings()).toEqual([]);
  });

  test.each([
    [{}, { SCAN_ON_PUSH: ['*'] }],
    [{ onPush: ['prod/*'] }, { SCAN_ON_PUSH: ['prod/*'] }],
    [{ onPush: [] }, {}],
  ])('basic is weaker, which warns', (options, expected) => {
    new EcrRegistry(stack, 'Registry', { scanning: RegistryScanning.basic(options) });

    expect(rules()).toEqual(expected);
    Template.fromStack(stack).hasResource(TYPE, { DeletionPolicy: 'Retain', Properties: { ScanType: 'BASIC' } });
    Annotations.fromStack(stack).hasWarning('/Stack/Registry', Match.stringLikeRegexp('Inspector is switched off'));
  });

  test('unmanaged changes nothing in AWS', () => {
    const registry = new EcrRegistry(stack, 'Registry', { scanning: RegistryScanning.unmanaged() });

    expect(registry.scanningConfiguration).toBeUndefined();
    Template.fromStack(stack).resourceCountIs(TYPE, 0);
    expect(warnings()).toEqual([]);
  });

  test('what is scanned continuously needs no scan on push', () => {
    expect(() => RegistryScanning.enhanced({ onPush: ['dev/*'] })).toThrow(
      "[RegistryScanning.enhanced] 'onPush' must name what is not scanned continuously, got \"dev/*\": leave it out, or narrow down"
      + ' continuous, which is everything by default: it wins wherever both match (cdk-secure-ecr:registryScanFilterMoot)',
    );
  });

  test('nothing at all is no choice', () => {
    new EcrRegistry(stack, 'Registry', { scanning: RegistryScanning.enhanced({ continuous: [] }) });

    expect(() => app.synth()).toThrow('cdk-secure-ecr:registryScanNothing');
  });
});

describe('filters', () => {
  test.each(['a', '*', 'team/*', '*-prod', 'a.b_c-d/e', 'x'.repeat(255), '**'])('%s is accepted', (filter) => {
    new EcrRegistry(stack, 'Registry', { scanning: RegistryScanning.enhanced({ continuous: [filter] }) });

    expect(rules()).toEqual({ CONTINUOUS_SCAN: [filter] });
  });

  test.each(['', 'Team/*', 'team/', '/team', 'a//b', 'a-.b', '-a', 'a:1', 'a b', 'x'.repeat(256)])('%p is refused', (filter) => {
    for (const make of [
      () => RegistryScanning.enhanced({ continuous: [filter] }),
      () => RegistryScanning.enhanced({ continuous: [], onPush: [filter] }),
      () => RegistryScanning.basic({ onPush: [filter] }),
      () => RegistryScanning.unmanaged({ continuous: [filter] }),
      () => EcrRegistry.of(stack).scanContinuously(filter),
    ]) expect(make).toThrow('cdk-secure-ecr:registryScanFilterInvalid');
  });

  test('all that is wrong is in one error', () => {
    expect(() => RegistryScanning.enhanced({ continuous: ['A'], onPush: ['b/'] })).toThrow([
      "[RegistryScanning.enhanced] 'continuous' must hold names of repositories of at most 255 characters, or parts of them, with * for"
      + " what varies, got \"A\": write it in lower case; it cannot begin or end with '.', '_', '-' or '/', so everything below team/ is"
      + ' team/* (cdk-secure-ecr:registryScanFilterInvalid)',
      "[RegistryScanning.enhanced] 'onPush' must hold names of repositories of at most 255 characters, or parts of them, with * for"
      + " what varies, got \"b/\": write it in lower case; it cannot begin or end with '.', '_', '-' or '/', so everything below team/ is"
      + ' team/* (cdk-secure-ecr:registryScanFilterInvalid)',
    ].join('\n'));
  });

  test('a long filter is judged at once', () => {
    const started = process.cpuUsage().user;

    expect(() => RegistryScanning.enhanced({ continuous: [`${'a*'.repeat(120)}!`] })).toThrow('registryScanFilterInvalid');

    expect(process.cpuUsage().user - started).toBeLessThan(1_000_000);
  });

  test('tokens are let through; a list must have a known length', () => {
    const parameter = new CfnParameter(stack, 'Prefix').valueAsString;
    new EcrRegistry(stack, 'Registry', { scanning: RegistryScanning.enhanced({ continuous: [parameter], onPush: ['*'] }) });

    expect(rules()).toEqual({ CONTINUOUS_SCAN: [{ Ref: 'Prefix' }], SCAN_ON_PUSH: ['*'] });
    expect(() => RegistryScanning.enhanced({ continuous: Fn.split(',', parameter) })).toThrow('cdk-secure-ecr:listLengthUnknown');
  });

  test.each([['continuous', 100, true], ['continuous', 101, false], ['onPush', 100, true], ['onPush', 101, false]])(
    '%s takes %d filters: %s', (prop, count, fits) => {
      const filters = { continuous: ['none'], [prop]: numbered(count) };
      new EcrRegistry(stack, 'Registry', { scanning: RegistryScanning.enhanced(filters) });

      if (fits) app.synth();
      else expect(() => app.synth()).toThrow(`[Stack/Registry] '${prop}' must be at most 100 filters that do not cover each other, got 101`);
    },
  );

  test('basic scanning takes 100 filters', () => {
    new EcrRegistry(stack, 'Registry', { scanning: RegistryScanning.basic({ onPush: numbered(101) }) });

    expect(() => app.synth()).toThrow('cdk-secure-ecr:registryScanFilterCount');
  });
});

describe('what the constructs of an app ask for', () => {
  const some = RegistryScanning.enhanced({ continuous: ['prod/*'], onPush: ['*'] });

  test('is added, whoever asks first and from whichever stack', () => {
    EcrRegistry.of(new Stack(app, 'Before', { env: ENV })).scanContinuously('before/*', 'prod/web*');
    new EcrRegistry(stack, 'Registry', { scanning: some });
    EcrRegistry.of(new Stack(app, 'After', { env: ENV })).scanContinuously('after/*');
    EcrRegistry.of(new NestedStack(stack, 'Nested')).scanContinuously('nested/*');
    EcrRegistry.of(new Stack(new Stage(app, 'Stage', { env: ENV }), 'Stack')).scanContinuously('staged/*');

    expect(rules()).toEqual({
      CONTINUOUS_SCAN: ['after/*', 'before/*', 'nested/*', 'prod/*', 'staged/*'],
      SCAN_ON_PUSH: ['*'],
    });
    expect(app.synth().stacks.flatMap(({ messages }) => messages)).toEqual([]);
  });

  test('changes nothing where everything is scanned anyway, not even for a name known at deployment', () => {
    const images = new SecureEcrRepository(new Stack(app, 'Images', { env: ENV }), 'Images');
    new EcrRegistry(stack, 'Registry');
    EcrRegistry.of(images).scanContinuously(images.repositoryName);

    expect(rules()).toEqual({ CONTINUOUS_SCAN: ['*'] });
    expect(stack.dependencies).toEqual([]);
  });

  test('can be a name that another stack makes', () => {
    const images = new SecureEcrRepository(new Stack(app, 'Images', { env: ENV }), 'Images');
    new EcrRegistry(stack, 'Registry', { scanning: some });
    EcrRegistry.of(images).scanContinuously(images.repositoryName);

    expect(rules().CONTINUOUS_SCAN).toContainEqual({ 'Fn::ImportValue': expect.stringContaining('Images:') });
  });

  test('can be all that is scanned', () => {
    new EcrRegistry(stack, 'Registry', { scanning: RegistryScanning.enhanced({ continuous: [] }) });
    EcrRegistry.of(stack).scanContinuously('gated/*');

    expect(rules()).toEqual({ CONTINUOUS_SCAN: ['gated/*'] });
  });

  test('takes what it covers out of the scans on push', () => {
    new EcrRegistry(stack, 'Registry', { scanning: RegistryScanning.enhanced({ continuous: [], onPush: ['dev/*', 'test/*'] }) });
    EcrRegistry.of(stack).scanContinuously('dev*');

    expect(rules()).toEqual({ CONTINUOUS_SCAN: ['dev*'], SCAN_ON_PUSH: ['test/*'] });
  });

  test('nothing asked is nothing changed', () => {
    EcrRegistry.of(stack).scanContinuously();

    expect(warnings()).toEqual([]);
  });

  test('too many filters are an error of the owner', () => {
    new EcrRegistry(stack, 'Registry', { scanning: some });
    EcrRegistry.of(stack).scanContinuously(...numbered(100));

    expect(() => app.synth()).toThrow("[Stack/Registry] 'continuous' must be at most 100 filters that do not cover each other, got 101");
  });

  test('is the same in whatever order and however often it is said, and none is lost', () => {
    const filter = fc.stringMatching(/^[ab*]{1,4}(\/[ab*]{1,3})?$/);
    const asked = fc.array(filter, { minLength: 1, maxLength: 6 }).chain((filters) => fc.tuple(
      fc.constant(filters),
      fc.shuffledSubarray([...filters, ...filters], { minLength: filters.length * 2 }),
      fc.nat({ max: filters.length * 2 }),
    ));
    const synthesized = (filters: string[], ownerAt: number) => {
      const fresh = new App();
      const owning = new Stack(fresh, 'Owner', { env: ENV });
      filters.forEach((each, index) => {
        if (index === ownerAt) new EcrRegistry(owning, 'Registry', { scanning: RegistryScanning.enhanced({ continuous: [] }) });
        EcrRegistry.of(new Stack(fresh, `Asker${index}`, { env: ENV })).scanContinuously(each);
      });
      if (ownerAt >= filters.length) new EcrRegistry(owning, 'Registry', { scanning: RegistryScanning.enhanced({ continuous: [] }) });
      return rules(owning).CONTINUOUS_SCAN as string[];
    };
    const asRegExp = (each: string) => new RegExp(`^${(each.includes('*') ? each : `*${each}*`).replaceAll('*', '.*')}$`);

    fc.assert(fc.property(asked, ([filters, others, ownerAt]) => {
      const merged = synthesized(others, ownerAt);

      expect(merged).toEqual(synthesized(filters, 0));
      // Names that a filter matches, with something and with nothing in the place of *.
      for (const name of filters.flatMap((each) => ['', 'a', 'zz'].map((text) => each.replaceAll('*', text)))) {
        expect(merged.some((each) => asRegExp(each).test(name))).toBe(true);
      }
    }), { numRuns: 25 });
  });
});

describe('what cannot be given', () => {
  test('basic scanning contradicts a construct that needs more, whoever comes first', () => {
    EcrRegistry.of(new Stack(app, 'App', { env: ENV })).scanContinuously('a/*');
    new EcrRegistry(stack, 'Registry', { scanning: RegistryScanning.basic() });
    const gate = new Construct(new Stack(app, 'Other', { env: ENV }), 'Gate');
    EcrRegistry.of(gate).scanContinuously('b/*');
    EcrRegistry.of(gate).scanContinuously('c/*');

    expect(() => app.synth()).toThrow(
      "[Stack/Registry] 'scanning' must be enhanced where a construct of the app needs continuous scanning, got \"basic, and App and 1"
      + ' more needs it": use RegistryScanning.enhanced(), or take away what needs it (cdk-secure-ecr:registryScanningContradiction)',
    );
  });

  test('nobody sets up scanning in that account and Region, which warns where it was asked for', () => {
    new EcrRegistry(new Stack(app, 'Elsewhere', { env: { ...ENV, region: 'us-east-1' } }), 'Registry');
    const gate = new Construct(stack, 'Gate');
    EcrRegistry.of(gate).scanContinuously('a/*', new CfnParameter(stack, 'Name').valueAsString);

    const [{ id, entry }, ...others] = Annotations.fromStack(stack).findWarning('*', Match.anyValue());
    expect([id, others]).toEqual(['/Stack/Gate', []]);
    expect(String(entry.data).replace('Annotation::', 'annotation::')).toBe( // as newer CDKs write it
      'repositories a/*, (known at deployment) have to be scanned continuously, but no EcrRegistry of the app sets it up in this account'
      + ' and Region: add one, with RegistryScanning.unmanaged({ continuous }) where scanning is set up elsewhere'
      + ' [ack: annotation::cdk-secure-ecr:registryWithoutOwner]');
  });

  test('what is set up elsewhere is taken at its word, and what is not known of it warns', () => {
    new EcrRegistry(stack, 'Registry', { scanning: RegistryScanning.unmanaged({ continuous: ['prod/*'] }) });
    EcrRegistry.of(new Construct(stack, 'Fine')).scanContinuously('prod/web*');
    EcrRegistry.of(new Construct(stack, 'Gate')).scanContinuously('prod/web*', 'dev/*');

    expect(warnings()).toHaveLength(1);
    Annotations.fromStack(stack).hasWarning('/Stack/Gate', Match.stringLikeRegexp(
      '^repositories dev/\\* have to be scanned continuously, but Stack/Registry leaves scanning as it is'));
  });

  test.each<[string, (gate: Construct) => Construct]>([
    ['on the construct that asked', (gate) => gate],
    ['above it', () => stack],
  ])('a warning can be acknowledged %s', (_name, where) => {
    const gate = new Construct(stack, 'Gate');
    EcrRegistry.of(gate).scanContinuously('a/*');
    Validations.of(where(gate)).acknowledge({ id: 'cdk-secure-ecr:registryWithoutOwner', reason: 'Control Tower sets it up' });

    expect(warnings()).toEqual([]);
  });

  test('a stage that was written already does not learn of more', () => {
    const [first, second] = ['First', 'Second'].map((id) => new Stage(app, id, { env: ENV }));
    new EcrRegistry(new Stack(first, 'Stack'), 'Registry', { scanning: RegistryScanning.enhanced({ continuous: ['x'], onPush: ['*'] }) });
    EcrRegistry.of(new Stack(second, 'InTime')).scanContinuously('a/*');
    first.synth(); // what pipelines.CodePipeline does when it is given a stage
    EcrRegistry.of(new Stack(second, 'Late')).scanContinuously('b/*');

    expect(() => app.synth()).toThrow(
      "[Second/Late] 'scanContinuously' must be called before the template of First/Stack/Registry is written, got [\"b/*\"]: make what"
      + ' needs scanning before the stage of the registry is added to a pipeline (cdk-secure-ecr:registryScanTooLate)',
    );
  });
});

describe('one owner', () => {
  test.each<[string, () => Construct, () => Construct]>([
    ['one stack', () => stack, () => stack],
    ['two stacks', () => stack, () => new Stack(app, 'Other', { env: ENV })],
    ['a nested stack', () => stack, () => new NestedStack(stack, 'Other')],
    ['two stages', () => new Stack(new Stage(app, 'A', { env: ENV }), 'Stack'), () => new Stack(new Stage(app, 'B', { env: ENV }), 'Stack')],
    ['two stacks without an environment', () => new Stack(app, 'A'), () => new Stack(app, 'B')],
    ['two stacks with a Region alone', () => new Stack(app, 'A', { env: { region: 'eu-west-1' } }), () => new Stack(app, 'B', { env: { region: 'eu-west-1' } })],
  ])('in %s, a second is an error that names both', (_name, makeFirst, makeSecond) => {
    const [first, second] = [makeFirst(), makeSecond()];
    new EcrRegistry(first, 'Mine', { scanning: RegistryScanning.unmanaged() });

    expect(() => new EcrRegistry(second, 'Yours')).toThrow(
      `[${second.node.path}/Yours] 'EcrRegistry' must be made once in an account and Region, got "${first.node.path}/Mine": use that one,`
      + ' or EcrRegistry.of(scope) to add to it; stacks for several accounts or Regions need an env each (cdk-secure-ecr:registryTwice)',
    );
    expect(second.node.tryFindChild('Yours')).toBeUndefined();
  });

  test.each<[string, { account?: string; region?: string }, string[]]>([
    ['no environment', {}, ['Stack/Registry']],
    ['its account and no Region', { account: ENV.account }, ['Stack/Registry']],
    ['its Region and no account', { region: ENV.region }, ['Stack/Registry']],
    ['another account and no Region', { account: '222222222222' }, []],
    ['another Region and no account', { region: 'us-east-1' }, []],
  ])('a stack with %s may be deployed there, too, or not', (_name, env, expected) => {
    const open = new Stack(app, 'Open', { env });
    for (const scope of [stack, open]) new EcrRegistry(scope, 'Registry');

    app.synth();

    expect(warnings(open).map(({ entry }) => /where (.+) sets up the registry.*registryPerhapsTwice/.exec(String(entry.data))![1])).toEqual(expected);
    expect(warnings()).toEqual([]);
  });

  test('a stack without an environment says nothing alone, nor where somebody knows better', () => {
    const open = new Stack(app, 'Open');
    const registry = new EcrRegistry(open, 'Registry');
    app.synth();
    expect(warnings(open)).toEqual([]);

    new EcrRegistry(stack, 'Registry');
    Validations.of(registry).acknowledge({ id: 'cdk-secure-ecr:registryPerhapsTwice', reason: 'it is deployed to sandboxes only' });
    app.synth({ force: true });
    expect(warnings(open)).toEqual([]);
  });

  test.each<[string, () => Construct]>([
    ['another Region', () => new Stack(app, 'Other', { env: { ...ENV, region: 'us-east-1' } })],
    ['another account', () => new Stack(app, 'Other', { env: { ...ENV, account: '222222222222' } })],
    ['a stage for another account', () => new Stack(new Stage(app, 'Stage', { env: { ...ENV, account: '222222222222' } }), 'Stack')],
    ['another app', () => new Stack(new App(), 'Stack', { env: ENV })],
  ])('%s has its own', (_name, make) => {
    const other = make();
    for (const scope of [stack, other]) new EcrRegistry(scope, 'Registry');

    Template.fromStack(stack).resourceCountIs(TYPE, 1);
    Template.fromStack(Stack.of(other)).resourceCountIs(TYPE, 1);
  });

  test('each hears only what is asked in its account and Region', () => {
    const some = RegistryScanning.enhanced({ continuous: [], onPush: ['*'] });
    const other = new Stack(app, 'Other', { env: { ...ENV, region: 'us-east-1' } });
    for (const scope of [stack, other]) {
      new EcrRegistry(scope, 'Registry', { scanning: some });
      EcrRegistry.of(scope).scanContinuously(`${scope.region}/*`);
    }

    expect(rules(stack).CONTINUOUS_SCAN).toEqual(['eu-west-1/*']);
    expect(rules(other).CONTINUOUS_SCAN).toEqual(['us-east-1/*']);
  });
});

describe('the deletion of a stack', () => {
  test.each<[string, (registry: EcrRegistry) => void]>([
    ['RemovalPolicies of the app', () => RemovalPolicies.of(app).destroy()],
    ['RemovalPolicies of the registry', (registry) => RemovalPolicies.of(registry).apply(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)],
    ['the L1', (registry) => (registry.scanningConfiguration as ecr.CfnRegistryScanningConfiguration).applyRemovalPolicy(RemovalPolicy.DESTROY)],
  ])('never switches scanning off: %s', (_name, destroy) => {
    const registry = new EcrRegistry(stack, 'Registry', { rescan: InspectorRescan.whileInUse() });
    destroy(registry);

    Template.fromStack(stack).hasResource(TYPE, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    Annotations.fromStack(stack).hasInfo('/Stack/Registry/Scanning', Match.stringLikeRegexp('is retained, though'));
    expect(warnings()).toEqual([]);
  });

  test('is as quiet as can be where retaining was asked for', () => {
    new EcrRegistry(stack, 'Registry');
    RemovalPolicies.of(app).retain();

    expect(Annotations.fromStack(stack).findInfo('*', Match.anyValue())).toEqual([]);
  });
});

test('synthesizes to the same template twice', () => {
  const once = () => {
    const fresh = new Stack(new App(), 'Stack', { env: ENV });
    new EcrRegistry(fresh, 'Registry', { rescan: InspectorRescan.whilePulled() });
    EcrRegistry.of(fresh).scanContinuously('a/*');
    return JSON.stringify(Template.fromStack(fresh).toJSON());
  };

  expect(once()).toEqual(once());
});
