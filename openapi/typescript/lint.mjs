// Lints a document with Redocly's recommended rules: `node lint.mjs ../drivers.json`.
import { createConfig, formatProblems, getTotals, lint } from "@redocly/openapi-core";

const config = await createConfig({
  extends: ["recommended-strict"],
  rules: {
    // the API's owner says these, where they want to
    "info-license": "off",
  },
});
const problems = await lint({ ref: process.argv[2], config });
const { errors, warnings } = getTotals(problems);
formatProblems(problems, { format: "codeframe", totals: { errors, warnings, ignored: 0 }, version: "" });
process.exitCode = errors + warnings > 0 ? 1 : 0;
