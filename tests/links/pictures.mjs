// pictures.mjs - what does a server behind a link do to us, today?
//
// HTTPS on every address of this machine, and plain HTTP beside it. Notes who connected to
// which address, and what was asked of it.
// SPDX-License-Identifier: MIT

import { once } from "node:events";
import { createServer as createPlain } from "node:http";
import { createServer } from "node:https";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline, Readable } from "node:stream";
import { createSecureContext } from "node:tls";
import { setTimeout as sleep } from "node:timers/promises";
import { makePicture } from "../lib/picture.mjs";

export const picture = (seed, bytes = 20000) => makePicture("png", { width: 64, height: 48, seed, bytes });

function redirect(response, location, status = 302) {
    response.writeHead(status, location === undefined ? {} : { location }).end("moved");
}

// As fast as it is taken, for ever.
function pour(server, response) {
    function* blocks() {
        for (const block = Buffer.alloc(65536); ; server.poured += block.length) {
            yield block;
        }
    }
    pipeline(Readable.from(blocks()), response, () => {});
}

// path -> what is done; number: what stands behind the last slash; rest: behind the question mark
const WAYS = {
    fox: ({ response, number }) => response.end(picture(number)),
    big: ({ response, number }) => response.end(picture(number, 200000)),
    late: async ({ response, number }) => { await sleep(300); response.end(picture(number)); },
    hop: ({ response, number }) => redirect(response, number > 1 ? `/hop/${number - 1}` : "/fox/1"),
    amble: async ({ response, number }) => { await sleep(450); redirect(response, number > 1 ? `/amble/${number - 1}` : "/fox/1"); },
    to: ({ response, rest, number }) => redirect(response, decodeURIComponent(rest), number || 302),
    nowhere: ({ response }) => redirect(response),
    endless: ({ response }) => redirect(response, "/endless/1"),
    status: ({ response, number }) => response.writeHead(number).end(picture(1)),
    page: ({ response }) => response.writeHead(200, { "content-type": "image/png" }).end("<html>A picture of a fox</html>"),
    empty: ({ response }) => response.end(),
    cut: ({ response }) => { response.writeHead(200, { "content-length": 99999 }); response.write("x", () => response.destroy()); },
    silent: () => {},
    stalled: ({ response }) => { response.writeHead(200, { "content-length": 20000 }); response.write(picture(1).subarray(0, 5000)); },
    huge: ({ server, response }) => pour(server, response),
    large: ({ response }) => { response.writeHead(200, { "content-length": 4e12 }); response.write(Buffer.alloc(1000)); },
    v1: ({ response, request, server }) => {
        request.resume();
        const url = `https://${request.headers.host}/fox/1`;
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify({ choices: [{ index: 0, message: { images: [{ image_url: { url: server.link ?? url } }] } }] }));
    },
};

async function serve(server, request, response) {
    server.inFlight++;
    server.peak = Math.max(server.peak, server.inFlight);
    response.on("close", () => { server.inFlight--; });
    const [, way, last, rest] = /^\/([a-z0-9]*)\/?([^?]*)\??(.*)$/.exec(request.url);
    server.requests.push({
        url: request.url, host: request.headers.host, to: request.socket.localAddress.replace("::ffff:", ""),
        from: request.socket.remotePort, method: request.method, headers: request.headers,
    });
    await (WAYS[way] ?? WAYS.fox)({ server, request, response, number: Number(last) || 0, rest });
}

// folder: has server.pem and stranger.pem, with their keys; stranger.test is served with the latter.
// Gives { connections: addresses that were connected to, open: how many still are, requests, peak, poured, reset(),
// stop() }.
export async function startPictures(folder, ports = [443, 8443]) {
    const identity = (name) => ({ key: readFileSync(join(folder, `${name}.key`)), cert: readFileSync(join(folder, `${name}.pem`)) });
    const stranger = createSecureContext(identity("stranger"));
    const SNICallback = (name, done) => done(null, name === "stranger.test" ? stranger : undefined);
    const server = { inFlight: 0, open: 0 };
    server.reset = () => Object.assign(server, { connections: [], requests: [], peak: 0, poured: 0, link: undefined });
    server.reset();
    const handler = (request, response) => { serve(server, request, response).catch(() => response.destroy()); };
    const listeners = [createPlain(handler), ...ports.map(() => createServer({ ...identity("server"), SNICallback }, handler))];
    for (const [i, listener] of listeners.entries()) {
        listener.on("connection", (socket) => {
            server.connections.push(socket.localAddress.replace("::ffff:", ""));
            server.open++;
            socket.on("close", () => { server.open--; });
        });
        listener.on("tlsClientError", () => {});
        listener.listen([80, ...ports][i], "::");
        await once(listener, "listening");
    }
    server.stop = () => listeners.forEach((listener) => { listener.close(); listener.closeAllConnections(); });
    return server;
}
