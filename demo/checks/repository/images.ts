import type { Check } from '../check';
import { RegistryClient } from './registry-client';
import { IMAGES, base, behindTag, named, pusher, reader, releases, tryPull, tryPush } from './subjects';

/** Pushing, pulling, and what a tag stands for. */
export const imageChecks: Check[] = [
  {
    id: 'pusher-pushes',
    tried: 'CI pushes v1.0.0 to shop/web',
    expected: 'allowed: the release',
    run: (context) => tryPush(context, pusher, releases, IMAGES.release, 'v1.0.0'),
  },
  {
    id: 'reader-pulls',
    tried: 'the reader pulls v1.0.0 from shop/web',
    expected: 'allowed: the release, byte for byte',
    run: (context) => tryPull(context, reader, releases, 'v1.0.0', IMAGES.release),
  },
  {
    id: 'overwrite-refused',
    tried: 'CI pushes another image as v1.0.0',
    expected: 'refused: ImageTagAlreadyExistsException',
    access: { where: 'shop/web', who: 'CI', what: 'overwrite a tag' },
    run: (context) => tryPush(context, pusher, releases, IMAGES.impostor, 'v1.0.0'),
  },
  {
    id: 'release-unmoved',
    tried: 'the reader asks what v1.0.0 is now',
    expected: 'the release',
    run: (context) => behindTag(context, reader, releases, 'v1.0.0'),
  },
  {
    id: 'base-pushed',
    tried: 'CI pushes base 12.1 as v12 to shop/base',
    expected: 'allowed: base 12.1',
    run: (context) => tryPush(context, pusher, base, IMAGES.base1, 'v12'),
  },
  {
    id: 'base-latest-pushed',
    tried: 'CI pushes base 12.1 as latest to shop/base',
    expected: 'allowed: base 12.1',
    run: (context) => tryPush(context, pusher, base, IMAGES.base1, 'latest'),
  },
  {
    id: 'base-latest-moves',
    tried: 'CI moves latest of shop/base (excluded from immutability) to base 12.2',
    expected: 'allowed: base 12.2',
    run: (context) => tryPush(context, pusher, base, IMAGES.base2, 'latest'),
  },
  {
    id: 'base-latest-moved',
    tried: 'the reader pulls latest from shop/base',
    expected: 'allowed: base 12.2, byte for byte',
    run: (context) => tryPull(context, reader, base, 'latest', IMAGES.base2),
  },
  {
    id: 'base-others-fixed',
    tried: 'CI moves v12 of shop/base (not excluded) to base 12.2',
    expected: 'refused: ImageTagAlreadyExistsException',
    run: (context) => tryPush(context, pusher, base, IMAGES.base2, 'v12'),
  },
  {
    id: 'base-others-unmoved',
    tried: 'the reader asks what v12 of shop/base is now',
    expected: 'base 12.1',
    run: (context) => behindTag(context, reader, base, 'v12'),
  },
  {
    id: 'pusher-pushes-as-docker',
    tried: 'CI pushes base 12.3 as v12.3 to shop/base as docker does: asks for manifest and layers, sends them, asks again',
    expected: 'manifest absent 404, layers absent 404, uploaded 201, manifest put 201, manifest there 200: base 12.3',
    run: async (context) => {
      const client = await RegistryClient.of(context, await pusher(context), base(context).repositoryName);
      const { digest, steps } = await client.push(IMAGES.base3, 'v12.3');
      return { answer: `${steps.join(', ')}: ${named(digest)}` };
    },
  },
  {
    id: 'pusher-pulls-as-docker-refused',
    tried: 'CI downloads a layer of it over the registry protocol',
    expected: 'refused: 403 DENIED (ecr:GetDownloadUrlForLayer)',
    run: async (context) => {
      const client = await RegistryClient.of(context, await pusher(context), base(context).repositoryName);
      return client.download(IMAGES.base3.layers[0].digest);
    },
  },
];
