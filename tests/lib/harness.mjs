// harness.mjs - did everything that the file claims come true?
//
// Runs named claims one after the other and prints a TAP line for each, so that a
// shell script can count them. A file that claims nothing fails. Knows nothing of
// pictures, servers or Pictor.
// SPDX-License-Identifier: MIT

const results = [];

function details(error) {
    const text = error instanceof Error ? error.stack ?? error.message : String(error);
    return text.split("\n").map((line) => `# ${line}`).join("\n");
}

// Runs fn now; an error that it throws is the claim's failure, and the next claim goes on.
export async function test(name, fn) {
    const number = results.length + 1;
    let problem = null;
    try {
        await fn();
    } catch (error) {
        problem = error ?? new Error("threw nothing");
    }
    results.push({ name, good: problem === null });
    console.log(`${problem ? "not ok" : "ok"} ${number} - ${name}`);
    if (problem) {
        console.log(details(problem));
    }
    return problem === null;
}

// A claim that cannot be tried on this machine: counted, never as a failure.
export function skip(name, why) {
    results.push({ name, good: true });
    console.log(`ok ${results.length} - ${name} # SKIP ${why}`);
}

// The last line of every test file. Lists the failures again, where they are easy to see.
export function finish() {
    const failed = results.filter((result) => !result.good);
    console.log(`1..${results.length}`);
    if (results.length === 0) {
        console.log("# no test ran: a typo in a name?");
    }
    for (const { name } of failed) {
        console.log(`# failed: ${name}`);
    }
    process.exitCode = failed.length > 0 || results.length === 0 ? 1 : 0;
}
