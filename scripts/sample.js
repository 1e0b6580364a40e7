/* node scripts/sample.js TARGET: makes the sample project there unless it is there already. */
import { makeSample } from "../dist/cli/sample.js";

try {
  await makeSample(process.argv[2]);
} catch (error) {
  process.stderr.write("clustr: " + error.message + "\n");
  process.exitCode = 1;
}
