import { ConditionalCheckFailedException, GetItemCommand, PutItemCommand, UpdateItemCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';

type Item = Record<string, AttributeValue>;

/** A table as far as the ledger uses one: its conditions and expressions, carried out. */
export class FakeTable {
  readonly items = new Map<string, Item>();

  async send(command: unknown): Promise<object> {
    if (command instanceof GetItemCommand) return { Item: this.items.get(command.input.Key!.key.S!) };
    if (command instanceof PutItemCommand) {
      this.items.set(command.input.Item!.key.S!, command.input.Item!);
      return {};
    }
    if (command instanceof UpdateItemCommand) return { Attributes: this.update(command.input) };
    throw new Error(`The fake table does not know ${(command as object).constructor.name}`);
  }

  private update({ Key, ConditionExpression, UpdateExpression, ExpressionAttributeNames = {}, ExpressionAttributeValues = {} }: UpdateItemCommand['input']): Item {
    const key = Key!.key.S!;
    const item: Item = { ...this.items.get(key) ?? Key! };
    if (ConditionExpression) {
      if (ConditionExpression !== 'attribute_not_exists(lease) OR lease < :now') throw new Error(`Unknown condition ${ConditionExpression}`);
      if (item.lease && Number(item.lease.N) >= Number(ExpressionAttributeValues[':now'].N)) {
        throw new ConditionalCheckFailedException({ message: 'The conditional request failed', $metadata: {} });
      }
    }
    const name = (text: string) => ExpressionAttributeNames[text] ?? text;
    const [, added, set = UpdateExpression!.replace(/^SET /, '')] = /^ADD (#\w+ :\w+) SET (.*)$/.exec(UpdateExpression!) ?? [];
    if (added) {
      const [attribute, value] = added.split(' ');
      item[name(attribute)] = { N: String(Number(item[name(attribute)]?.N ?? 0) + Number(ExpressionAttributeValues[value].N)) };
    }
    for (const [attribute, value] of set.split(', ').map((each) => each.split(' = '))) item[name(attribute)] = ExpressionAttributeValues[value];
    this.items.set(key, item);
    return item;
  }
}
