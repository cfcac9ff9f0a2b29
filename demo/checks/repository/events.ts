import type { BusEvent } from '../../../test/local-aws';
import type { Capability, Seen } from '../check';
import { type CheckContext, EVENT_PATIENCE_MS } from '../context';
import { behindTag, named, reader, releases } from './subjects';

const said = ({ detail }: BusEvent) =>
  `${detail['action-type']} ${detail['image-tag']} of ${detail['repository-name']}: ${named(detail['image-digest'])}`;

/** What the queue of the example app has been told; waits for an event of this action. */
async function heard(context: CheckContext, action: string): Promise<BusEvent[]> {
  return context.events('NewsUrl', (events) => events.some(({ detail }) => detail['action-type'] === action));
}

async function first(context: CheckContext, action: string): Promise<Seen> {
  const event = (await heard(context, action)).find(({ detail }) => detail['action-type'] === action);
  return event ? { answer: said(event), detail: JSON.stringify(event) } : { answer: `nothing within ${EVENT_PATIENCE_MS / 1000} seconds` };
}

/** What is told of all that happened to shop/web until now. */
export const events: Capability = {
  title: 'Events',
  checks: [
    {
      id: 'push-told',
      tried: 'the queue behind onImagePushed is read',
      expected: 'PUSH v1.0.0 of shop/web: the release',
      run: (context) => first(context, 'PUSH'),
    },
    {
      id: 'release-gone',
      tried: 'after the break-glass role has deleted it, the reader asks what v1.0.0 is',
      expected: 'no image',
      run: (context) => behindTag(context, reader, releases, 'v1.0.0'),
    },
    {
      id: 'delete-told',
      tried: 'the queue behind onImageDeleted is read',
      expected: 'DELETE v1.0.0 of shop/web: the release',
      run: (context) => first(context, 'DELETE'),
    },
    {
      id: 'nothing-else-told',
      tried: 'all that the queue was told, refused attempts and other repositories included',
      expected: 'PUSH v1.0.0, PUSH by-ci, PUSH by-break-glass-role, DELETE v1.0.0',
      run: async (context) => ({
        answer: (await heard(context, 'DELETE')).map(({ detail }) => `${detail['action-type']} ${detail['image-tag']}`).join(', '),
      }),
    },
  ],
  notProven: [],
};
