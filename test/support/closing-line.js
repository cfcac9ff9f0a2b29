// A jest reporter that ends the run with `N passed, N failed` as its last line.
// A file that does not even load counts as one failure.
module.exports = class ClosingLine {
  onRunComplete(_contexts, results) {
    const broken = results.testResults.filter((file) => file.testExecError || file.failureMessage && file.numFailingTests === 0);
    const skipped = results.numPendingTests + results.numTodoTests;
    const line = `${results.numPassedTests} passed, ${results.numFailedTests + broken.length} failed`;
    process.on('exit', () => console.log(skipped ? `${line}, ${skipped} skipped` : line));
  }
};
