import { eachMessage } from '../../src/handler/batch';
import { emitMetrics } from '../../src/handler/emit-metrics';
import { logger } from '../../src/handler/logger';
import { CONTEXT } from '../support/lambda-context';

test('one message that fails, or cannot be read, holds up none of the others', async () => {
  const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  logger.addContext(CONTEXT);
  const handled: unknown[] = [];
  const bodies = ['{"n":1}', 'not JSON', '{"n":3}', '{"n":4}'];

  const answer = await eachMessage({ Records: bodies.map((body, index) => ({ messageId: `m${index}`, body })) }, async (message) => {
    if (message.n === 3) throw new Error('no');
    handled.push(message);
  });

  expect(handled).toEqual([{ n: 1 }, { n: 4 }]);
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }, { itemIdentifier: 'm2' }] });
  const lines = write.mock.calls.map(([line]) => JSON.parse(String(line)));
  write.mockRestore();
  expect(lines).toEqual([['m1', 'SyntaxError'], ['m2', 'Error']].map(([messageId, name]) => expect.objectContaining({
    level: 'ERROR', message: 'A message failed', messageId, function_request_id: CONTEXT.awsRequestId, error: expect.objectContaining({ name }),
  })));
});

describe('metrics', () => {
  const emitted = (...metrics: Parameters<typeof emitMetrics>) => {
    const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    emitMetrics(...metrics);
    const [[line]] = write.mock.calls;
    write.mockRestore();
    return JSON.parse(String(line));
  };
  const now = new Date();

  test('are written in the embedded metric format', () => {
    expect(emitted({ namespace: 'N', values: { a: 1 } }, now)).toEqual({
      _aws: { Timestamp: now.getTime(), CloudWatchMetrics: [{ Namespace: 'N', Dimensions: [[]], Metrics: [{ Name: 'a', Unit: 'Count' }] }] },
      a: 1,
    });
  });

  test('count with their dimensions and without', () => {
    expect(emitted({ namespace: 'N', values: { size: 5, a: 1 }, dimensions: { Name: 'x' }, bytes: ['size'] }, now)).toEqual({
      _aws: {
        Timestamp: now.getTime(),
        CloudWatchMetrics: [{
          Namespace: 'N', Dimensions: [['Name'], []], Metrics: [{ Name: 'size', Unit: 'Bytes' }, { Name: 'a', Unit: 'Count' }],
        }],
      },
      Name: 'x',
      size: 5,
      a: 1,
    });
  });
});
