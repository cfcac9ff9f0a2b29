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
  readonly Statement: StatementJson[];
}

/** Statements that allow roles of accounts, each account named and each role a condition. */
interface RolesOfAccounts {
  /** What has to be equal for two of them to be one. */
  readonly key: string;
  readonly operator: string;
  readonly accounts: unknown[];
  readonly roles: unknown[];
}

/**
 * Makes one statement of those that allow the same to single roles of other accounts. CDK merges statements that differ
 * in principals or actions alone; these differ in the condition that names the role, too.
 *
 * Nobody is let in who was not before: an ARN carries its account, so a role that is listed fits only the account it
 * belongs to. That is why a statement that lists a role of an account which it does not name stays as it is.
 */
export function collapse(statements: readonly StatementJson[]): StatementJson[] {
  const merged = new Map<string, RolesOfAccounts>();
  const result: (StatementJson | RolesOfAccounts)[] = [];
  for (const statement of statements) {
    const each = rolesOfAccounts(statement);
    const known = each && merged.get(each.key);
    if (known) {
      addNew(known.accounts, each.accounts);
      addNew(known.roles, each.roles);
    } else {
      if (each) merged.set(each.key, each);
      result.push(each ?? statement);
    }
  }
  return result.map((each) => ('key' in each ? render(each) : each));
}

function rolesOfAccounts(statement: StatementJson): RolesOfAccounts | undefined {
  const { Principal, Condition, ...rest } = statement;
  if (statement.Effect !== 'Allow' || 'Sid' in statement) return undefined;
  const [[operator, keys] = [], ...furtherOperators] = Object.entries(Condition ?? {});
  const [[key, roles] = [], ...furtherKeys] = Object.entries(keys ?? {});
  if (key !== 'aws:PrincipalArn' || furtherOperators.length + furtherKeys.length > 0) return undefined;
  const principals = Object.entries((Principal ?? {}) as Record<string, unknown>);
  if (principals.length !== 1 || principals[0][0] !== 'AWS') return undefined;
  const accounts = [principals[0][1]].flat();
  const listed = [roles].flat();
  const named = accounts.map(accountOf);
  if (named.includes(undefined) || !listed.every((role) => named.includes(accountOf(role)))) return undefined;
  return { key: JSON.stringify([operator, rest]), operator: operator!, accounts, roles: listed };
}

/** The account in an ARN whose partition may be known only at deployment. */
function accountOf(arn: unknown): string | undefined {
  return /:iam::(\d{12}):/.exec(JSON.stringify(arn))?.[1];
}

function render({ key, operator, accounts, roles }: RolesOfAccounts): StatementJson {
  const [, rest]: [string, StatementJson] = JSON.parse(key);
  return { ...rest, Principal: { AWS: oneOrAll(accounts) }, Condition: { [operator]: { 'aws:PrincipalArn': oneOrAll(roles) } } };
}

function addNew(list: unknown[], values: unknown[]): void {
  const known = new Set(list.map((value) => JSON.stringify(value)));
  list.push(...values.filter((value) => !known.has(JSON.stringify(value))));
}

function oneOrAll(values: unknown[]): unknown {
  return values.length === 1 ? values[0] : values;
}
