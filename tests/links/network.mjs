// network.mjs - how does a test get an internet of its own?
//
// Runs a file again in a namespace where nothing is but this machine: its own addresses
// (public ones too), its own name server, its own trusted certificates. Needs root, or a
// kernel that lets anybody make such a namespace.
// SPDX-License-Identifier: MIT

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const MARK = "PICTOR_TEST_NETWORK";

export const isInside = process.env[MARK] === "own";

function wayIn() {
    const ways = [["--mount", "--net"], ["--user", "--map-root-user", "--mount", "--net"]];
    const tools = ["unshare", "ip", "mount", "openssl"].find((tool) => spawnSync("which", [tool]).status !== 0);
    const way = tools ? undefined : ways.find((one) => spawnSync("unshare", [...one, "ip", "link", "set", "lo", "up"]).status === 0);
    return { way, why: tools ? `${tools} is not installed` : "unshare is not permitted" };
}

// Runs the file inside; null, or why that cannot be.
export function runInside(file) {
    const { way, why } = wayIn();
    if (!way) {
        return why;
    }
    const run = spawnSync("unshare", [...way, process.execPath, file], { stdio: "inherit", env: { ...process.env, [MARK]: "own" } });
    process.exitCode = run.status ?? 1;
    return null;
}

function cover(path, by) {
    execFileSync("mount", ["--bind", by, realpathSync(path)]);
}

// Inside: these addresses are this machine's; names are asked of 127.0.0.1; the system trusts
// the certificates of that folder.
export function setUpNetwork(folder, addresses, trusted) {
    execFileSync("ip", ["link", "set", "lo", "up"]);
    for (const address of addresses) {
        execFileSync("ip", ["address", "add", address, "dev", "lo", ...address.includes(":") ? ["nodad"] : []]);
    }
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "resolv.conf"), "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
    writeFileSync(join(folder, "nsswitch.conf"), "hosts: dns\n");
    cover("/etc/resolv.conf", join(folder, "resolv.conf"));
    cover("/etc/nsswitch.conf", join(folder, "nsswitch.conf"));
    cover("/etc/ssl/certs", trusted);
}

const openssl = (folder, ...args) => execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

// NAME.pem and NAME.key in the folder: an authority of our own.
export function makeAuthority(folder, name) {
    openssl(folder, "req", "-x509", ...KEY, "-keyout", `${name}.key`, "-out", `${name}.pem`, "-subj", `/CN=${name}`, "-days", "2");
}

// NAME.pem and NAME.key, good for these names ("DNS:a.test", "IP:127.0.0.1"), by that authority.
export function makeCertificate(folder, name, authority, names) {
    writeFileSync(join(folder, `${name}.ext`), `subjectAltName=${names.join(",")}\n`);
    openssl(folder, "req", ...KEY, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", `/CN=${name}`);
    openssl(folder, "x509", "-req", "-in", `${name}.csr`, "-CA", `${authority}.pem`, "-CAkey", `${authority}.key`, "-CAcreateserial",
        "-out", `${name}.pem`, "-days", "2", "-extfile", `${name}.ext`);
}

// A folder as /etc/ssl/certs is, that has this one certificate.
export function makeTrusted(folder, name) {
    const trusted = join(folder, "trusted");
    const hash = openssl(folder, "x509", "-hash", "-noout", "-in", `${name}.pem`).toString().trim();
    mkdirSync(trusted);
    for (const file of [`${hash}.0`, "ca-certificates.crt"]) {
        openssl(folder, "x509", "-in", `${name}.pem`, "-out", join("trusted", file));
    }
    return trusted;
}
