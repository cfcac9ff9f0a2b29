import { ANY_OF } from './conditions';

/** A resolved statement; values are texts or intrinsic functions. */
export interface StatementJson {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action?: unknown;
  readonly Condition?: Record<string, Record<string, unknown>>;
}

/** A resolved policy document. */
export interface PolicyJson {
  readonly Version?: string;
  readonly Statement: StatementJson[];
}

/** A statement with one condition, which one of several values may meet. */
interface Choice {
  /** What has to be equal for two of them to be one. */
  readonly id: string;
  readonly operator: string;
  readonly key: string;
  readonly values: unknown[];
  /** Of roles of accounts; those of anybody else are part of the id. */
  readonly accounts?: unknown[];
  readonly rest: StatementJson;
}

/**
 * Makes one statement of those that allow the same under a condition which differs in its values alone: organizations,
 * organizational units, functions, and roles of other accounts. CDK merges statements that differ in principals or
 * actions alone.
 *
 * Roles of several accounts become one, too. Nobody is let in who was not before, because an ARN carries its account: a
 * role that is listed fits only the account it belongs to. That is why a statement that lists a role of an account which it
 * does not name is merged with none of another account, nor one whose * may stand for colons (StringLike).
 */
export function collapse(statements: readonly StatementJson[]): StatementJson[] {
  const merged = new Map<string, Choice>();
  const result: (StatementJson | Choice)[] = [];
  for (const statement of statements) {
    const each = asChoice(statement);
    const known = each && merged.get(each.id);
    if (known) {
      addNew(known.values, each.values);
      addNew(known.accounts ?? [], each.accounts ?? []);
    } else {
      if (each) merged.set(each.id, each);
      result.push(each ?? statement);
    }
  }
  return result.map((each) => ('id' in each ? render(each) : each));
}

function asChoice(statement: StatementJson): Choice | undefined {
  const { Condition, ...rest } = statement;
  if (statement.Effect !== 'Allow' || 'Sid' in statement) return undefined;
  const conditions = Object.entries(Condition ?? {}).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => ({ operator, key, values: [values].flat() })));
  if (conditions.length !== 1 || !ANY_OF.test(conditions[0].operator) || !conditions[0].values.every(isText)) return undefined;
  const { operator, key, values } = conditions[0];
  const accounts = key === 'aws:PrincipalArn' && !operator.endsWith('StringLike') ? accountsOf(rest.Principal, values) : undefined;
  const equal = accounts ? { ...rest, Principal: 'accounts' } : rest;
  return { id: JSON.stringify([operator, key, equal]), operator, key, values, accounts, rest };
}

/** The accounts that a statement names, if it names nothing else and lists no role of another account. */
function accountsOf(principal: unknown, roles: unknown[]): unknown[] | undefined {
  const [[kind, names] = [], ...others] = Object.entries((principal ?? {}) as Record<string, unknown>);
  if (kind !== 'AWS' || others.length > 0) return undefined;
  const accounts = [names].flat();
  const numbers = accounts.map((account) => (/:root"/.test(JSON.stringify(account)) ? accountIn(account) : undefined));
  return !numbers.includes(undefined) && roles.every((role) => numbers.includes(accountIn(role))) ? accounts : undefined;
}

/** A parameter may be a list, which cannot be part of one. */
function isText(value: unknown): boolean {
  return typeof value === 'string' || /^\{"Fn::(Join|Sub)"/.test(JSON.stringify(value));
}

/** The account in an ARN whose partition may be known only at deployment. */
function accountIn(arn: unknown): string | undefined {
  return /:iam::(\d{12}):/.exec(JSON.stringify(arn))?.[1];
}

function render({ rest, accounts, operator, key, values }: Choice): StatementJson {
  const principal = accounts && { Principal: { AWS: oneOrAll(accounts) } };
  return { ...rest, ...principal, Condition: { [operator]: { [key]: oneOrAll(values) } } };
}

function addNew(list: unknown[], values: unknown[]): void {
  const known = new Set(list.map((value) => JSON.stringify(value)));
  list.push(...values.filter((value) => !known.has(JSON.stringify(value))));
}

function oneOrAll(values: unknown[]): unknown {
  return values.length === 1 ? values[0] : values;
}
