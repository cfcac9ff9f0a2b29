/**
 * Packs the library for every language, as a release does, and says how long it took. First it looks for what that needs:
 * nothing is packed where something is missing.
 */
import { LANGUAGES, chosen, missingFor, pack } from './languages';

async function main(): Promise<void> {
  const languages = chosen();
  const left = LANGUAGES.filter((language) => !languages.includes(language)).map(({ name }) => name);
  if (left.length) console.log(`Left out, because LANGUAGES does not name them: ${left.join(', ')}`);

  const missing = (await Promise.all(languages.map((language) => missingFor(language)))).flat();
  if (missing.length) throw new Error(`${missing.join('\n')}\nTo test without a language, name the others: LANGUAGES=python,java`);

  for (const language of languages) {
    const start = process.hrtime.bigint();
    const bytes = await pack(language);
    const seconds = Number((process.hrtime.bigint() - start) / 1_000_000_000n);
    console.log(`Packed for ${language.name}: ${(bytes / 1_000_000).toFixed(1)} MB in ${seconds} s`);
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
