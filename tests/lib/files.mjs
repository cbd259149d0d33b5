// files.mjs - where do pictures lie that a provider gives as links?
//
// An https server on 127.0.0.1 with a certificate of its own. What a path says it draws:
// /png/64x48/7 is the picture that $png(64x48,7) is; what a double adds has a path of
// its own. A request that carries anybody's key is refused, and remembered: links are
// followed without one.
//
//     ca_file = "$CA", egress = { allow = { "$FILES" } }       -- in a configuration
//
// SPDX-License-Identifier: MIT

import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makePicture } from "./picture.mjs";

const KEYS = ["authorization", "x-key", "api-key", "x-api-key", "x-goog-api-key", "cookie", "x-amz-security-token"];
const DRAWN = /^\/(png|jpeg|webp|gif)\/(\d+)x(\d+)\/(\d+)$/;

function makeCertificate(folder) {
    const [key, ca] = [join(folder, "key.pem"), join(folder, "ca.pem")];
    execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
        "-subj", "/CN=files", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", ca], { stdio: "pipe" });
    return { ca, key: readFileSync(key), cert: readFileSync(ca) };
}

function find(files, path) {
    const [, type, width, height, seed] = DRAWN.exec(path) ?? [];
    return type ? { bytes: makePicture(type, { width: Number(width), height: Number(height), seed: Number(seed) }), type: `image/${type}` }
        : files.added.get(path);
}

function serve(files, request, response) {
    const path = new URL(request.url, "https://files").pathname;
    const key = KEYS.find((name) => request.headers[name] !== undefined);
    files.requests.push(path);
    if (key) {
        files.refused.push(`${path}: it carries ${key}`);
        response.writeHead(400).end(`no keys here: ${key}`);
        return;
    }
    const found = find(files, path);
    response.writeHead(found ? 200 : 404, { "content-type": found?.type ?? "text/plain" });
    response.end(found?.bytes ?? "gone");
}

// { ca (path of the certificate), host ("127.0.0.1:PORT"), add(bytes, { path, type }) -> its link, requests, refused, stop() }
export async function startFiles() {
    const folder = mkdtempSync(join(tmpdir(), "pictor-files-"));
    const { ca, key, cert } = makeCertificate(folder);
    const files = { ca, added: new Map(), requests: [], refused: [] };
    const server = createServer({ key, cert }, (request, response) => serve(files, request, response));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    files.host = `127.0.0.1:${server.address().port}`;
    files.add = (bytes, { path = `/added/${files.added.size + 1}`, type = "application/octet-stream" } = {}) => {
        files.added.set(path, { bytes, type });
        return `https://${files.host}${path}`;
    };
    files.stop = async () => {
        server.close();
        server.closeAllConnections?.();
        rmSync(folder, { recursive: true, force: true });
    };
    return files;
}
