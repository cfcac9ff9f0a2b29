// A jest reporter that ends the run with `N passed, N failed` as its last line.
// A file that does not even load counts as one failure, and so does what fails beside the tests, such as coverage.
module.exports = class ClosingLine {
  onRunComplete(_contexts, results) {
    const broken = results.testResults.filter((file) => file.testExecError || file.failureMessage && file.numFailingTests === 0);
    const skipped = results.numPendingTests + results.numTodoTests;
    const failed = results.numFailedTests + broken.length;
    process.on('exit', (code) => {
      const line = `${results.numPassedTests} passed, ${failed === 0 && code !== 0 ? 1 : failed} failed`;
      console.log(skipped ? `${line}, ${skipped} skipped` : line);
    });
  }
};
