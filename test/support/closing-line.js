const { mkdirSync, writeFileSync } = require('node:fs');
const { join, relative } = require('node:path');

// A jest reporter that ends the run with `N passed, N failed` as its last line.
// A file that does not even load counts as one failure, and so does what fails beside the tests, such as coverage.
module.exports = class ClosingLine {
  constructor({ rootDir, collectCoverage, nonFlagArgs }) {
    this.rootDir = rootDir;
    this.isWhole = collectCoverage && nonFlagArgs.length === 0; // as with `npm test`
  }

  onRunComplete(_contexts, results) {
    if (this.isWhole) this.leaveTimes(results);
    const broken = results.testResults.filter((file) => file.testExecError || file.failureMessage && file.numFailingTests === 0);
    const skipped = results.numPendingTests + results.numTodoTests;
    const failed = results.numFailedTests + broken.length;
    process.on('exit', (code) => {
      const line = `${results.numPassedTests} passed, ${failed === 0 && code !== 0 ? 1 : failed} failed`;
      console.log(skipped ? `${line}, ${skipped} skipped` : line);
    });
  }

  // For docs/performance.md.
  leaveTimes({ startTime, testResults }) {
    const files = testResults.map(({ testFilePath, perfStats }) => ({
      file: relative(this.rootDir, testFilePath), seconds: (perfStats.end - perfStats.start) / 1_000,
    }));
    mkdirSync(join(this.rootDir, 'reports'), { recursive: true });
    writeFileSync(join(this.rootDir, 'reports', 'tests.json'), JSON.stringify({ seconds: (Date.now() - startTime) / 1_000, files }));
  }
};
