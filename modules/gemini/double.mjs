// double.mjs - what would Vertex AI say to this call?
//
// A double of what Vertex AI adds to generateContent: its addresses, and the tokens that
// open them, which it gives for a well signed assertion only. What the call then asks
// for is judged, and drawn, by the double of the same API elsewhere.
//
// Documents call it $VERTEX. Whether a token has to be fetched depends on what ran
// before, so what is fetched at /token is in no document's list of calls; at
// /oauth2/token it is.
// SPDX-License-Identifier: MIT

import { createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { runFromCommandLine, startDouble } from "../../tests/lib/double.mjs";
import { startGemini } from "../../tests/lib/gemini.mjs";

export const name = "VERTEX";

const key = createPublicKey(readFileSync(new URL("requests/key.pem", import.meta.url)));
const account = { email: "pictor@a-project.iam.gserviceaccount.com", kid: "key-1" };
const GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
const TOKENS = ["/token", "/oauth2/token"];
const MODEL = /^\/v1\/(?:projects\/([^/]+)\/locations\/([^/]+)\/)?publishers\/google\/models\/([^/:]+):generateContent$/;
const PLACES = ["global", "us", "eu", "us-central1", "europe-west4"];

function failure(status, name, message, details) {
    return { status, body: { error: { code: status, message, status: name, ...(details && { details }) } } };
}

// ---- tokens -----------------------------------------------------------------------

function grantFailure(error, description) {
    return { status: 400, body: { error, error_description: description } };
}

function decodePart(text) {
    try {
        return /^[\w-]+$/.test(text) ? JSON.parse(Buffer.from(text, "base64url")) : null;
    } catch {
        return null;
    }
}

// The first thing that is wrong with the claims, in the API's words.
function wrongClaim({ iss, scope, aud, iat, exp }, address) {
    const now = Date.now() / 1000;
    if (iss !== account.email) {
        return grantFailure("invalid_grant", "Invalid grant: account not found");
    }
    if (aud !== address) {
        return grantFailure("invalid_grant", "Invalid JWT: Failed audience check. The right audience is " + address);
    }
    if (!(Number.isInteger(iat) && Number.isInteger(exp) && exp - iat <= 3600 && exp > now && iat < now + 60)) {
        return grantFailure("invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable"
            + " timeframe. Check your iat and exp values in the JWT claim.");
    }
    return scope === SCOPE ? null : grantFailure("invalid_scope", "Invalid OAuth scope or ID token audience provided.");
}

function judgeAssertion(assertion, address) {
    const [head, claims, signature, ...more] = assertion.split(".");
    const [header, content] = [decodePart(head), decodePart(claims ?? "")];
    if (!header || !content || !/^[\w-]+$/.test(signature ?? "") || more.length > 0) {
        return grantFailure("invalid_grant", "Invalid JWT: Failed to parse the assertion.");
    }
    const known = header.alg === "RS256" && header.typ === "JWT" && header.kid === account.kid;
    if (!known || !verify("RSA-SHA256", `${head}.${claims}`, key, Buffer.from(signature, "base64url"))) {
        return grantFailure("invalid_grant", "Invalid JWT Signature.");
    }
    return wrongClaim(content, address);
}

function judgeGrant(call, double) {
    const form = new URLSearchParams(call.bytes.toString("utf8"));
    if (!/^application\/x-www-form-urlencoded(;|$)/i.test(call.headers["content-type"] ?? "")) {
        return grantFailure("invalid_request", "Could not determine client ID from request.");
    }
    if (form.get("grant_type") !== GRANT) {
        return grantFailure("unsupported_grant_type", `Invalid grant_type: ${form.get("grant_type")}`);
    }
    return judgeAssertion(form.get("assertion") ?? "", double.url + call.path);
}

// A token looks like a key of these tests, so that nobody overlooks it in a log.
function giveToken(double, call) {
    const token = `ya29.test-key-${call.number}`;
    double.tokens.set(token, Date.now() + double.seconds * 1000);
    return { status: 200, body: { access_token: token, expires_in: double.seconds, token_type: "Bearer" } };
}

// ---- models -----------------------------------------------------------------------

function judgeToken(call, double) {
    const [, token] = /^Bearer (\S+)$/.exec(call.headers.authorization ?? "") ?? [];
    if (double.tokens.get(token) > Date.now()) {
        return null;
    }
    return failure(401, "UNAUTHENTICATED", "Request had invalid authentication credentials. Expected OAuth 2 access token, login"
        + " cookie or other valid authentication credential.", [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        reason: token ? "ACCESS_TOKEN_EXPIRED" : "CREDENTIALS_MISSING", domain: "googleapis.com" }]);
}

// Express mode: no project in the address, and a key.
function judgeKey(call, keys) {
    return keys.includes(call.headers["x-goog-api-key"]) ? null
        : failure(401, "UNAUTHENTICATED", "API keys are not supported by this API. Expected OAuth2 access token or other"
            + " authentication credentials that assert a principal.");
}

function judgePlace(project, location) {
    if (!PLACES.includes(location)) {
        return failure(400, "INVALID_ARGUMENT", `Unsupported region for Vertex AI, ${location} is not a valid region.`);
    }
    return ["a-project", "another-project"].includes(project) ? null
        : failure(403, "PERMISSION_DENIED", `Permission 'aiplatform.endpoints.predict' denied on resource`
            + ` '//aiplatform.googleapis.com/projects/${project}/locations/${location}' (or it may not exist).`);
}

function judgeRoles(call) {
    const good = (call.json?.contents ?? []).every(({ role } = {}) => role === "user" || role === "model");
    return good ? null : failure(400, "INVALID_ARGUMENT", "Please use a valid role: user, model.");
}

// The same call, as the other double is asked.
function elsewhere(call, id) {
    return { ...call, path: `/v1beta/models/${id}:generateContent`, headers: { ...call.headers, "x-goog-api-key": "inside" } };
}

function judgeModel(call, double, { keys, inner }) {
    const [, project, location, id] = MODEL.exec(call.path) ?? [];
    if (!id || [...call.query.keys()].length > 0) {
        return { status: 404, headers: { "content-type": "text/html; charset=UTF-8" },
            body: "<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>" };
    }
    const refusal = (project ? judgeToken(call, double) ?? judgePlace(project, location) : judgeKey(call, keys)) ?? judgeRoles(call)
        ?? inner.judge(elsewhere(call, id));
    return refusal?.status !== 404 ? refusal : failure(404, "NOT_FOUND", `Publisher Model \`projects/${project}/locations/${location}`
        + `/publishers/google/models/${id}\` was not found or your project does not have access to it.`);
}

function judge(call, double, parts) {
    if (call.method !== "POST") {
        return failure(404, "NOT_FOUND", "Not found.");
    }
    return TOKENS.includes(call.path) ? judgeGrant(call, double) : judgeModel(call, double, parts);
}

function hideTokens(double) {
    let script = null;
    Object.defineProperty(double, "script", {
        get: () => script && ((call) => call.path === "/token" ? undefined : script(call)),
        set: (given) => { script = given; },
    });
}

// options: keys (those of express mode that are good), seconds (that a token lasts), delay, port. The double has seconds,
// and tokens, those that are good, with when they end.
export async function start({ keys = ["test-key"], seconds = 3599, delay, port, pictureBytes } = {}) {
    const inner = await startGemini({ keys: ["inside"], pictureBytes });
    const double = await startDouble({
        name: "vertex", delay, port,
        judge: (call) => judge(call, double, { keys, inner }),
        draw: (call) => TOKENS.includes(call.path) ? giveToken(double, call) : inner.draw(call),
    });
    const { stop } = double;
    hideTokens(double);
    return Object.assign(double, { seconds, tokens: new Map(), stop: () => Promise.all([stop(), inner.stop()]) });
}

await runFromCommandLine(import.meta.url, start);
