const TestSequencer = require('@jest/test-sequencer').default;

// Of two workers neither shall begin what takes minutes when the other is about to end. Jest knows by itself how long
// files took before, but not in a clean clone.
const LONGEST = ['e2e/demo', 'judges/lint', 'judges/cfn-lint', 'inspector/gate/local-aws', 'e2e/platform-team', 'judges/rosetta', 'local-aws'];

module.exports = class LongestFirst extends TestSequencer {
  sort(tests) {
    const rank = ({ path }) => (LONGEST.findIndex((name) => path.includes(`/test/${name}`)) + LONGEST.length + 1) % (LONGEST.length + 1);
    return super.sort(tests).sort((one, other) => rank(one) - rank(other));
  }
};
