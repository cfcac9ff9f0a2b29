import { MemoryStore } from './memory-store';
import { testImageStore } from './running/image-store-contract';

describe.each([1, 2, 100])('in pages of %d', (size) => {
  testImageStore(async () => new MemoryStore(size));
});
