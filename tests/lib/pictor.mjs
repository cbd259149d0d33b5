// pictor.mjs - how does a test start a real Pictor, and know that it ended well?
//
// Starts build/bin/pictor (or what the environment's PICTOR names) with a given
// configuration on a free port, keeps its log, and stops it. Watches for what
// tests forget: a log line that is not JSON, a key or pixels in the log, requests
// still counted as in flight, an exit code that is not 0.
// SPDX-License-Identifier: MIT

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const binary = process.env.PICTOR ?? join(root, "build/bin/pictor");

// Longer than any name or number that belongs into a log line.
const PIXELS = /[A-Za-z0-9+/]{160}/;

async function freePort() {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address();
    server.close();
    await once(server, "close");
    return port;
}

function keepLog(pictor) {
    createInterface({ input: pictor.child.stderr }).on("line", (line) => {
        pictor.lines.push(line);
        try {
            pictor.log.push(JSON.parse(line));
        } catch {
            pictor.strange.push(line);
        }
    });
}

async function waitForHealth(pictor, seconds) {
    const end = Date.now() + seconds * 1000;
    while (Date.now() < end) {
        if (!pictor.alive()) {
            throw new Error(`pictor: expected to serve, got exit code ${pictor.child.exitCode}: ${pictor.lines.join("\n")}`);
        }
        const health = await fetch(`${pictor.url}/health`).catch(() => null);
        if (health?.ok) {
            return;
        }
        await sleep(20);
    }
    throw new Error(`pictor: expected GET /health to answer within ${seconds} s: ${pictor.lines.join("\n")}`);
}

// What nobody may find in a log, as a list of complaints.
function complaints(pictor, secrets) {
    const found = pictor.strange.map((line) => `stderr: expected JSON lines, got ${line.slice(0, 300)}`);
    for (const line of pictor.lines) {
        if (secrets.some((secret) => line.includes(secret))) {
            found.push(`log: expected no key, got ${line.slice(0, 300)}`);
        }
        if (PIXELS.test(line)) {
            found.push(`log: expected no pixels, got ${line.slice(0, 300)}`);
        }
    }
    return found;
}

async function idleHealth(pictor) {
    for (let tries = 0; ; tries++) {
        const health = await (await fetch(`${pictor.url}/health`)).json();
        if ((health.in_flight === 0 && health.upstream.in_flight === 0) || tries === 50) {
            return health;
        }
        await sleep(20);
    }
}

async function exit(child, seconds) {
    if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGTERM");
        const ended = once(child, "exit");
        const late = await Promise.race([ended.then(() => false), sleep(seconds * 1000, true, { ref: false })]);
        if (late) {
            child.kill("SIGKILL");
            await ended;
            return `pictor: expected to stop within ${seconds} s of SIGTERM`;
        }
    }
    return child.exitCode === 0 ? null : `pictor: expected exit code 0, got ${child.exitCode ?? child.signalCode}`;
}

// Ends the process; throws everything that was wrong with its life.
async function stop(pictor, { secrets, seconds, idle }) {
    const found = [];
    if (idle && pictor.alive()) {
        const health = await idleHealth(pictor);
        if (health.in_flight !== 0 || health.upstream.in_flight !== 0) {
            found.push(`health: expected nothing in flight, got ${JSON.stringify(health)}`);
        }
    }
    const ending = await exit(pictor.child, seconds);
    await rm(pictor.folder, { recursive: true, force: true });
    found.push(...(ending ? [ending] : []), ...complaints(pictor, secrets));
    if (found.length > 0) {
        throw new Error(`${found.join("\n")}\nlast lines of the log:\n${pictor.lines.slice(-5).join("\n")}`);
    }
}

// config: the text of a pictor.lua, in which $LISTEN stands for an address of our own.
// args: of serve, behind its configuration. wrap: a command to run it under, such as ["valgrind", "-q"]; seconds: to start, and to stop.
// Gives { url, port, child, lines, log, alive(), health(), stop() }.
export async function startPictor({ config, args: more = [], env = {}, wrap = [], secrets = ["test-key"], seconds = 10, idle = true }) {
    const port = await freePort();
    const folder = await mkdtemp(join(tmpdir(), "pictor-test-"));
    const file = join(folder, "pictor.lua");
    await writeFile(file, config.replaceAll("$LISTEN", `127.0.0.1:${port}`));
    const [command, ...args] = [...wrap, binary, "serve", "-c", file, ...more];
    const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: ["ignore", "ignore", "pipe"] });
    const pictor = { url: `http://127.0.0.1:${port}`, port, child, folder, lines: [], log: [], strange: [] };
    child.on("error", (error) => pictor.lines.push(String(error)));
    keepLog(pictor);
    pictor.alive = () => child.exitCode === null && child.signalCode === null;
    pictor.health = async () => (await fetch(`${pictor.url}/health`)).json();
    pictor.stop = () => stop(pictor, { secrets, seconds, idle });
    try {
        await waitForHealth(pictor, seconds);
    } catch (error) {
        child.kill("SIGKILL");
        await rm(folder, { recursive: true, force: true });
        throw error;
    }
    return pictor;
}
