import { BatchDeleteImageCommand } from '@aws-sdk/client-ecr';
import type { BusEvent } from '../../../test/local-aws';
import { type Check, type Seen, attempt } from '../check';
import { type CheckContext, EVENT_PATIENCE_MS } from '../context';
import { IMAGES, administrator, behindTag, named, reader, releases } from './subjects';

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

/** These come last: they delete the release. */
export const eventChecks: Check[] = [
  {
    id: 'push-told',
    tried: 'the queue behind onImagePushed is read',
    expected: 'PUSH v1.0.0 of shop/web: the release',
    run: (context) => first(context, 'PUSH'),
  },
  {
    id: 'administrator-deletes',
    tried: 'the administrator deletes v1.0.0 of shop/web',
    expected: 'allowed',
    run: async (context) => {
      const ecr = await administrator(context);
      return attempt(ecr.send(new BatchDeleteImageCommand({ ...releases(context), imageIds: [{ imageDigest: IMAGES.release.digest }] })));
    },
  },
  {
    id: 'release-gone',
    tried: 'the reader asks what v1.0.0 is now',
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
    tried: 'all that the queue was told, refused attempts and shop/base included',
    expected: 'PUSH v1.0.0 of shop/web: the release; DELETE v1.0.0 of shop/web: the release',
    run: async (context) => ({ answer: (await heard(context, 'DELETE')).map(said).join('; ') }),
  },
];
