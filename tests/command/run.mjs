// run.mjs - does the program `pictor` tell people what they need to know?
//
//     node tests/command/run.mjs [NAME]       # those whose name contains NAME
//
// Every command with its exit codes, and a table of broken configurations with the
// exact message of each: a person must find the fault by it without reading code.
// SPDX-License-Identifier: MIT

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finish, skip, test } from "../lib/harness.mjs";
import { binary, root, startPictor } from "../lib/pictor.mjs";

const only = process.argv[2] ?? "";
const folder = mkdtempSync(join(tmpdir(), "pictor-command-"));
const { PICTOR_HOME: _, ...outside } = process.env;
const environment = { ...outside, PICTOR_HOME: root };
const packaged = readFileSync(binary).includes("libcivetweb.so");
const kinds = readdirSync(join(root, "modules"))
    .filter((kind) => existsSync(join(root, "modules", kind, `${kind}.lua`)) && kind !== "template").sort().join(", ");

async function claim(name, fn) {
    if (name.includes(only)) {
        await test(name, fn);
    }
}

// Runs pictor in the test's folder. Gives { code, out, err }.
function run(args, { env = {}, input = "", cwd = folder } = {}) {
    const ran = spawnSync(binary, args, { cwd, env: { ...environment, ...env }, input, encoding: "utf8", timeout: 60000 });
    return { code: ran.status ?? ran.signal, out: ran.stdout, err: ran.stderr };
}

function put(name, text) {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
}

// ---- usage --------------------------------------------------------------------------

const commands = ["serve", "check", "explain", "keys", "version"];

for (const args of [["--help"], ["-h"], ["help"]]) {
    await claim(`pictor ${args} lists every command`, () => {
        const { code, out, err } = run(args);
        assert.deepEqual([code, err], [0, ""]);
        for (const command of commands) {
            assert.match(out, new RegExp(`^    pictor ${command}\\b.* {2,}\\S`, "m"));
        }
    });
}

for (const command of commands) {
    await claim(`pictor ${command} --help says what it is for`, () => {
        for (const option of ["--help", "-h"]) {
            const { code, out, err } = run([command, option]);
            assert.deepEqual([code, err], [0, ""]);
            assert.match(out, new RegExp(`^pictor ${command}\\b.* - \\S`));
        }
    });
}

const see = (command) => `; see \`pictor ${command}--help\``;
const options = { serve: "-c, --config, --record, --replay, -h, --help", check: "-c, --config, -h, --help", explain: "-c, --config, --options, -h, --help", keys: "-h, --help" };
const names = "keys: expected \"keys new NAME\", with a name of letters, digits and - _ . @";
const usages = [
    [[], `command: expected one of ${commands.join(", ")}, got ""${see("")}`],
    [["sreve"], `command: expected one of ${commands.join(", ")}, got "sreve"${see("")}`],
    [["-c", "x", "check"], `command: expected one of ${commands.join(", ")}, got "-c"${see("")}`],
    [["check", "--nope"], `check: expected one of ${options.check}, got "--nope"${see("check ")}`],
    [["check", "-x"], `check: expected one of ${options.check}, got "-x"${see("check ")}`],
    [["check", "here", "-x"], `check: expected one of ${options.check}, got "-x"${see("check ")}`],
    [["check", "-c"], `check: expected a file behind -c${see("check ")}`],
    [["serve", "--config"], `serve: expected a file behind -c${see("serve ")}`],
    [["serve", "--options"], `serve: expected one of ${options.serve}, got "--options"${see("serve ")}`],
    [["serve", "-r"], `serve: expected one of ${options.serve}, got "-r"${see("serve ")}`],
    [["serve", "--record"], `serve: expected a folder behind --record${see("serve ")}`],
    [["serve", "--replay"], `serve: expected a folder behind --replay${see("serve ")}`],
    [["serve", "--record", "a", "--replay=b"], `serve: expected one of --record and --replay, got both${see("serve ")}`],
    [["check", "--record", "a"], `check: expected one of ${options.check}, got "--record"${see("check ")}`],
    [["explain", "--replay=a", "-"], `explain: expected one of ${options.explain}, got "--replay"${see("explain ")}`],
    [["explain", "--option=1"], `explain: expected one of ${options.explain}, got "--options"${see("explain ")}`],
    [["keys", "-c", "x"], `keys: expected one of ${options.keys}, got "-c"${see("keys ")}`],
    [["version", "--nope"], `version: expected one of ${options.keys}, got "--nope"${see("version ")}`],
    [["serve", "here"], "serve: expected no further argument, got \"here\""],
    [["check", "pictor.lua"], "check: expected no further argument, got \"pictor.lua\""],
    [["version", "1"], "version: expected no further argument, got \"1\""],
    [["explain"], "explain: expected one file with a request, or - for standard input, got 0"],
    [["explain", "a", "b"], "explain: expected one file with a request, or - for standard input, got 2"],
    [["explain", "--options", "a"], "explain: expected no file with --options, got 1"],
    [["keys"], names], [["keys", "new"], names], [["keys", "old", "web"], names], [["keys", "new", "a", "b"], names],
    [["keys", "new", ""], names], [["keys", "new", "a b"], names], [["keys", "new", "a\"b"], names],
    [["keys", "new", "x".repeat(65)], names],
];

for (const [args, message] of usages) {
    await claim(`wrong usage, code 2: pictor ${args.map((one) => JSON.stringify(one)).join(" ")}`.slice(0, 100), () => {
        assert.deepEqual(run(args), { code: 2, out: "", err: `pictor: ${message}\n` });
    });
}

await claim("version says of what it is made", () => {
    for (const word of ["version", "--version"]) {
        const { code, out, err } = run([word]);
        assert.deepEqual([code, err], [0, ""]);
        assert.match(out, /^pictor \d+\.\d+\.\d+\nLua 5\.4\S*, civetweb \S+, libcurl \S+, base64 on \w+\n/);
    }
});

// ---- broken configurations ------------------------------------------------------------

const demo = "    providers = { demo = { kind = \"demo\" } },";
const withDemo = (...lines) => ["return {", demo, ...lines, "}"].join("\n");
const withKeys = (...lines) => withDemo("    keys = {", ...lines, "    },");
const google = (...lines) => ["return {", "    providers = {", "        google = {", "            kind = \"gemini\",",
    ...lines, "        },", "    },", "}"].join("\n");
const top = "ca_file, certificate, egress, keys, limits, listen, log_level, masks, plugins, policy, privacy, providers, unknown_parameters";
const limits = "answer, body, drain_timeout, fetch_timeout, in_flight, lua_memory, lua_states, picture, pixels, upstream_timeout";
const admitted = "a host in lower case, such as pictures.internal or cdn.lan:8443";
const addressed = "ADDRESS:PORT such as 127.0.0.1:8080 or [::1]:8080";
const secret = "            api_key = \"a-secret-of-google\",";
const endless = "script: expected to wait or finish within its limit of instructions, got no end";
const proxied = "http: the packaged civetweb cannot serve TLS; let a proxy in front do it, or build with --civetweb";

// what is wrong, the file, what is said of it
const broken = [
    ["an unknown key", withDemo("    lisen = \"127.0.0.1:8080\","),
        `pictor.lua:3: lisen: expected one of ${top}, got an unknown option`],
    ["an unknown key in limits", withDemo("    limits = {", "        bodi = 1,", "    },"),
        `pictor.lua:4: limits.bodi: expected one of ${limits}, got an unknown option`],
    ["an unknown key of a key", withKeys("        { name = \"a\", key = \"b\" },", "        { name = \"c\", kee = \"d\" },"),
        "pictor.lua:5: keys[2].kee: expected one of key, models, name, sha256, got an unknown option"],
    ["an unknown option of a provider", google("            api_kee = \"x\","),
        "pictor.lua:5: providers.google.api_kee: expected one of api_key, base_url, express, kind, location, models, project, service_account, got an unknown option"],
    ["an entry without a name", withDemo("    \"127.0.0.1:8080\","),
        `pictor.lua:3: [1]: expected one of ${top}, got an unknown option`],
    ["a name in a comment is not the place", `-- lisen = 1\nreturn { --[[ lisen = 2 ]]\n${demo}\n lisen = 3 }`,
        `pictor.lua:4: lisen: expected one of ${top}, got an unknown option`],
    ["a name in a text is not the place", google("            base_url = \"http://x/ api_kee = { , \",", "            api_kee = 1,"),
        "pictor.lua:6: providers.google.api_kee: expected one of api_key, base_url, express, kind, location, models, project, service_account, got an unknown option"],
    ["the second of two alike is the place",
        `return { providers = {\n a = { kind = "demo" },\n b = { ["kind"] = "nope" },\n} }`,
        `pictor.lua:3: providers.b.kind: expected one of ${kinds}, got "nope"`],

    ["a secret that the environment lacks", google("            api_key = env \"GEMINI_API_KEY\","),
        "pictor.lua:5: providers.google.api_key: expected text, got nil (is GEMINI_API_KEY set?)"],
    ["the same on two lines", google("            api_key =", "                env \"GEMINI_API_KEY\","),
        "pictor.lua:5: providers.google.api_key: expected text, got nil (is GEMINI_API_KEY set?)"],
    ["a secret whose file is missing", google("            api_key = file \"secret.txt\","),
        "pictor.lua:5: providers.google.api_key: expected text, got nil (secret.txt: No such file or directory)"],
    ["a secret that is forgotten", google(), "pictor.lua:3: providers.google.api_key: expected text, got nil"],
    ["a secret that is a number", google("            api_key = 7,"), "pictor.lua:5: providers.google.api_key: expected text, got 7"],
    ["a secret that is empty", google("            api_key = \"\","), "pictor.lua:5: providers.google.api_key: expected text, got \"\""],
    ["a url that is none", google(secret, "            base_url = \"ftp://example.com\","),
        "pictor.lua:6: providers.google.base_url: expected an address such as https://host/path, got \"ftp://example.com\""],
    ["models that are no texts", google(secret, "            models = { 7 },"),
        "pictor.lua:6: providers.google.models: expected model ids as text, got 7"],
    ["env without a name", google("            api_key = env(nil),"),
        "pictor.lua:5: env: expected a variable's name as text, got nil"],
    ["file without a path", google("            api_key = file { },"), "pictor.lua:5: file: expected a path as text, got an object"],

    ["no providers", "return {\n}", "pictor.lua: providers: expected a list, got nil"],
    ["no provider", "return { providers = { } }", "pictor.lua:1: providers: expected at least one, got none"],
    ["a provider without a name", "return {\n    providers = { { kind = \"demo\" } },\n}",
        "pictor.lua:2: providers: expected names of letters, digits, - and _, got 1"],
    ["a provider with a strange name", "return { providers = { [\"a b\"] = { kind = \"demo\" } } }",
        "pictor.lua:1: providers: expected names of letters, digits, - and _, got \"a b\""],
    ["a provider that is a text", "return {\n    providers = {\n        demo = \"demo\" } }",
        "pictor.lua:3: providers.demo: expected { kind =, … }, got \"demo\""],
    ["an unknown kind", "return { providers = {\n    google = { kind = \"gemni\" } } }",
        `pictor.lua:2: providers.google.kind: expected one of ${kinds}, got "gemni"`],
    ["a kind that is a path", "return { providers = {\n    google = { kind = \"../scripts\" } } }",
        `pictor.lua:2: providers.google.kind: expected one of ${kinds}, got "../scripts"`],
    ["no kind", "return { providers = {\n    google = { api_key = \"x\" } } }",
        `pictor.lua:2: providers.google.kind: expected one of ${kinds}, got nil`],

    ["https without TLS", withDemo("    listen = \"https://127.0.0.1:8443\","),
        `pictor.lua:3: listen: expected ${proxied}, got "https://127.0.0.1:8443"`, packaged],
    ["listening on a name", withDemo("    listen = \"example.com:80\","), `pictor.lua:3: listen: expected ${addressed}, got "example.com:80"`],
    ["port 70000", withDemo("    listen = \"127.0.0.1:70000\","), `pictor.lua:3: listen: expected ${addressed}, got "127.0.0.1:70000"`],
    ["port 0", withDemo("    listen = \"127.0.0.1:0\","), `pictor.lua:3: listen: expected ${addressed}, got "127.0.0.1:0"`],
    ["no port", withDemo("    listen = \"127.0.0.1\","), `pictor.lua:3: listen: expected ${addressed}, got "127.0.0.1"`],
    ["an address beyond 255", withDemo("    listen = \"300.1.1.1:80\","), `pictor.lua:3: listen: expected ${addressed}, got "300.1.1.1:80"`],
    ["civetweb's own suffix for TLS", withDemo("    listen = \"127.0.0.1:8443s\","),
        `pictor.lua:3: listen: expected ${addressed}, got "127.0.0.1:8443s"`],
    ["listening on a number", withDemo("    listen = 8080,"), "pictor.lua:3: listen: expected text or a list of texts, got 8080"],
    ["a list with a number", withDemo("    listen = {", "        \"127.0.0.1:8080\",", "        8081,", "    },"),
        "pictor.lua:5: listen[2]: expected text such as 127.0.0.1:8080, got 8081"],
    ["an empty list", withDemo("    listen = { },"), "pictor.lua:3: listen: expected at least one address, got an empty list"],
    ["a list with a name", withDemo("    listen = { first = \"127.0.0.1:8080\" },"),
        "pictor.lua:3: listen: expected a list, { \"127.0.0.1:8080\", … }, got the name first in it"],
    ["no keys where others can connect", withDemo("    listen = \"0.0.0.0:8080\","),
        "pictor.lua:3: keys: expected at least one, because others than this machine can reach 0.0.0.0:8080, got none"],
    ["no keys where others can connect by IPv6", withDemo("    listen = { \"127.0.0.1:8080\", \"[::]:8080\" },"),
        "pictor.lua:3: keys: expected at least one, because others than this machine can reach [::]:8080, got none"],

    ["neither key nor sha256", withKeys("        { name = \"web\" },"), "pictor.lua:4: keys[1].key: expected either a key or a sha256, got nil"],
    ["both key and sha256", withKeys(`        { name = "web", key = "x", sha256 = "${"0".repeat(64)}" },`),
        "pictor.lua:4: keys[1].key: expected either a key or a sha256, got both"],
    ["a key that the environment lacks", withKeys("        { name = \"web\", key = env \"PICTOR_KEY\" },"),
        "pictor.lua:4: keys[1].key: expected either a key or a sha256, got nil (is PICTOR_KEY set?)"],
    ["a sha256 that is none", withKeys("        { name = \"web\", sha256 = \"9f86\" },"),
        "pictor.lua:4: keys[1].sha256: expected 64 hexadecimal digits, got \"9f86\""],
    ["a key without a name", withKeys("        { key = \"x\" },"), "pictor.lua:4: keys[1].name: expected text, got nil"],
    ["a key that is a text", withKeys("        \"x\","), "pictor.lua:4: keys[1]: expected { name =, key = }, got \"x\""],
    ["the same name twice", withKeys("        { name = \"web\", key = \"x\" },", "        { name = \"web\", key = \"y\" },"),
        "pictor.lua:5: keys[2].name: expected a name of its own, got \"web\" again"],
    ["the same key twice", withKeys("        { name = \"web\", key = \"x\" },", "        { name = \"kiosk\", key = \"x\" },"),
        "pictor.lua:5: keys[2].key: expected a key of its own, got that of \"web\""],
    ["keys by name, which would be no keys", withKeys("        web = { name = \"web\", key = \"x\" },"),
        "pictor.lua:3: keys: expected a list, { { name =, key = }, … }, got the name web in it"],
    ["keys with a hole, which would be no keys", withKeys("        env \"PICTOR_KEY\",", "        { name = \"web\", key = \"x\" },"),
        "pictor.lua:4: keys[1]: expected no hole in { { name =, key = }, … }, got nil (is PICTOR_KEY set?)"],
    ["keys that are a text", withDemo("    keys = \"x\","), "pictor.lua:3: keys: expected a list, got \"x\""],
    ["models of a key that are no texts", withKeys("        { name = \"web\", key = \"x\", models = { 7 } },"),
        "pictor.lua:4: keys[1].models[1]: expected a model's id as text, got 7"],
    ["models of a key by name", withKeys("        { name = \"web\", key = \"x\", models = { demo = true } },"),
        "pictor.lua:4: keys[1].models: expected a list, { \"vendor/model\", … }, got the name demo in it"],

    ["a size in words", withDemo("    limits = { body = \"64 megabytes\" },"),
        "pictor.lua:3: limits.body: expected a size such as \"64MiB\", got \"64 megabytes\""],
    ["a size with a strange unit", withDemo("    limits = { body = \"64MIB\" },"),
        "pictor.lua:3: limits.body: expected a size such as \"64MiB\", got \"64MIB\""],
    ["a size that is too large", withDemo("    limits = { body = \"2GiB\" },"), "pictor.lua:3: limits.body: expected 1KiB to 1GiB, got \"2GiB\""],
    ["a size that is too small", withDemo("    limits = { body = 1 },"), "pictor.lua:3: limits.body: expected 1KiB to 1GiB, got 1"],
    ["too little memory", withDemo("    limits = { lua_memory = \"1MiB\" },"),
        "pictor.lua:3: limits.lua_memory: expected 4MiB to 1GiB, got \"1MiB\""],
    ["one and a half requests", withDemo("    limits = { in_flight = 1.5 },"), "pictor.lua:3: limits.in_flight: expected a whole number, got 1.5"],
    ["many requests", withDemo("    limits = { in_flight = \"many\" },"), "pictor.lua:3: limits.in_flight: expected a whole number, got \"many\""],
    ["less than no time", withDemo("    limits = { drain_timeout = -1 },"), "pictor.lua:3: limits.drain_timeout: expected 0 to 3600, got -1"],
    ["limits that are a number", withDemo("    limits = 7,"), "pictor.lua:3: limits: expected a list, got 7"],
    ["a host with a scheme", withDemo("    egress = { allow = { \"https://pictures.internal\" } },"),
        `pictor.lua:3: egress.allow[1]: expected ${admitted}, got "https://pictures.internal"`],
    ["a host in capitals", withDemo("    egress = { allow = { \"a\", \"Pictures.internal\" } },"),
        `pictor.lua:3: egress.allow[2]: expected ${admitted}, got "Pictures.internal"`],
    ["a host that ends in a dot", withDemo("    egress = { allow = { \"pictures.internal.\" } },"),
        `pictor.lua:3: egress.allow[1]: expected ${admitted}, got "pictures.internal."`],
    ["all hosts", withDemo("    egress = { allow = { \"*\" } },"), `pictor.lua:3: egress.allow[1]: expected ${admitted}, got "*"`],
    ["two hosts in one", withDemo("    egress = { allow = { \"a b\" } },"), `pictor.lua:3: egress.allow[1]: expected ${admitted}, got "a b"`],
    ["a host at no port", withDemo("    egress = { allow = { \"a:0\" } },"), `pictor.lua:3: egress.allow[1]: expected ${admitted}, got "a:0"`],
    ["a host at a port that is none", withDemo("    egress = { allow = { \"a:65536\" } },"),
        `pictor.lua:3: egress.allow[1]: expected ${admitted}, got "a:65536"`],
    ["IPv6 without brackets", withDemo("    egress = { allow = { \"fd00::7\" } },"), `pictor.lua:3: egress.allow[1]: expected ${admitted}, got "fd00::7"`],
    ["a host that is a number", withDemo("    egress = { allow = { 7 } },"), `pictor.lua:3: egress.allow[1]: expected ${admitted}, got 7`],
    ["a host by name", withDemo("    egress = { allow = { a = true } },"),
        "pictor.lua:3: egress.allow: expected a list, { \"pictures.internal\", … }, got the name a in it"],
    ["egress that knows more", withDemo("    egress = { deny = { } },"), "pictor.lua:3: egress.deny: expected one of allow, got an unknown option"],
    ["certificates that are not there", withDemo("    ca_file = \"/nowhere.pem\","),
        "pictor.lua:3: ca_file: expected a PEM file with certificates, got \"/nowhere.pem\": No such file or directory"],
    ["certificates that are none", withDemo("    ca_file = \"pictor.lua\","),
        "pictor.lua:3: ca_file: expected a PEM file with certificates, got \"./pictor.lua\""],
    ["a loud log", withDemo("    log_level = \"loud\","), "pictor.lua:3: log_level: expected one of debug, info, warn, error, got \"loud\""],
    ["unknown parameters: maybe", withDemo("    unknown_parameters = \"maybe\","),
        "pictor.lua:3: unknown_parameters: expected one of refuse, ignore, got \"maybe\""],
    ["plugins", withDemo("    plugins = { \"idempotency\" },"),
        "pictor.lua:3: plugins: expected an empty list: this version has no plugins, got \"idempotency\""],

    ["a missing comma", `return {\n    providers = { }\n    listen = "127.0.0.1:8080",\n}`,
        "pictor.lua:3: '}' expected (to close '{' at line 1) near 'listen'"],
    ["code that fails", "local settings = nil\nreturn settings.all", "pictor.lua:2: attempt to index a nil value (local 'settings')"],
    ["what is not there: os", "return { providers = os.getenv \"X\" }", "pictor.lua:1: attempt to index a nil value (global 'os')"],
    ["what is not there: require", "return require \"x\"", "pictor.lua:1: attempt to call a nil value (global 'require')"],
    ["nothing returned", "local x = 1", "pictor.lua: expected to return a table, got nothing"],
    ["a number returned", "return 7", "pictor.lua: expected to return a table, got 7"],
    ["an empty file", "", "pictor.lua: expected to return a table, got nothing"],
    ["bytecode", "\x1bLua", "pictor.lua: attempt to load a binary chunk (mode is 't')"],
    ["an endless loop", "local x = 1\nwhile true do end", `pictor.lua:2: ${endless}`],
    ["an endless loop deep inside", "return {\n    providers = (function()\n        while true do end\n    end)(),\n}", `pictor.lua:3: ${endless}`],
    ["endless recursion", "local function f()\n    return 1 + f()\nend\nreturn f()", "pictor.lua:2: stack overflow"],
    ["endless memory", "local t = { }\nfor i = 1, 1e9 do t[i] = { i } end", "pictor.lua: not enough memory"],

    ["a policy that is missing", withDemo("    policy = \"nowhere.lua\","),
        `pictor.lua:3: policy: expected a script that can be read, got "./nowhere.lua": No such file or directory`],
    ["a policy that is a folder", withDemo("    policy = \".\","),
        "pictor.lua:3: policy: expected a script that can be read, got \"./.\": Is a directory"],
    ["a policy that is a number", withDemo("    policy = 7,"), "pictor.lua:3: policy: expected text, got 7"],
];

const environmentOf = { GEMINI_API_KEY: "", PICTOR_KEY: "" };   // set to nothing is as good as not set

for (const [name, text, message, possible = true] of broken) {
    if (!possible) {
        skip(`${name}: says what and where`, "this build can do it");
        continue;
    }
    await claim(`${name}: says what and where`, () => {
        put("pictor.lua", text);
        assert.deepEqual(run(["check"], { env: environmentOf }), { code: 1, out: "", err: `pictor: ${message}\n` });
    });
}

const policies = [
    ["a syntax error", "return {\n    x x\n}", ":2: '}' expected (to close '{' at line 1) near 'x'"],
    ["nothing returned", "local x = 1", ": its result: expected a table of functions, got nothing"],
    ["a number returned", "return 7", ": its result: expected a table of functions, got 7"],
    ["a number for a function", "return { pick_model = 7 }", ": pick_model: expected a function, got 7"],
    ["a misspelt function", "return { pick_modle = function() end }", ": pick_modle: expected one of pick_model, aspect_ratio, "
        + "image_size, pixels, size_policy, rewrite_prompt, candidates, on_failure, got a function that nobody calls"],
    ["an error thrown", "local policy = require \"policy\"\nerror \"I give up\"", ":2: I give up"],
    ["a global", "x = 1\nreturn require \"policy\"", ":1: x: expected `local`, got an assignment to a global"],
    ["a misspelt name", "return polcy", ":1: polcy: expected a name that is defined here, got none of it"],
    ["files", "return io.open \"x\"", ":1: io: expected a name that is defined here, got none of it"],
    ["a script that is not there", "local x = require \"nowhere\"", ":1: require: expected a script that is there, got \"nowhere\""],
    ["a script that is not there, called last", "return require \"nowhere\"", ": require: expected a script that is there, got \"nowhere\""],
    ["an endless loop", "local x\nwhile true do x = 1 end", `:2: ${endless}`],
    ["an endless loop that catches errors", "while true do\n    pcall(function()\n        while true do end\n    end)\nend", `:3: ${endless}`],
];

for (const [name, text, message] of policies) {
    await claim(`a policy with ${name}: says what and where`, () => {
        put("pictor.lua", withDemo("    policy = \"my.lua\","));
        put("my.lua", text);
        assert.deepEqual(run(["check"]), { code: 1, out: "", err: `pictor: ./my.lua${message}\n` });
        const serving = run(["serve", "-c", join(folder, "pictor.lua")]);
        assert.deepEqual(serving, { code: 1, out: "", err: `pictor: ${folder}/my.lua${message}\n` });
    });
}

for (const command of ["check", "serve", "explain"]) {
    await claim(`${command} without a configuration says so`, () => {
        const args = command === "explain" ? [command, "-"] : [command];
        assert.deepEqual(run([...args, "-c", "nowhere.lua"]),
            { code: 1, out: "", err: "pictor: nowhere.lua: expected a configuration file, got: No such file or directory\n" });
    });
    await claim(`${command} refuses a broken configuration`, () => {
        const args = command === "explain" ? [command, "-"] : [command];
        put("pictor.lua", withDemo("    lisen = 1,"));
        const { code, out, err } = run(args);
        assert.deepEqual([code, out], [1, ""]);
        assert.match(err, /^pictor: pictor\.lua:3: lisen: /);
    });
}

await claim("a folder that is not Pictor's says so", () => {
    put("pictor.lua", withDemo());
    const message = (home) => `pictor: PICTOR_HOME: expected the folder that holds core/lua, scripts and modules, got "${home}"\n`;
    for (const home of [folder, "/nowhere", ""]) {
        assert.deepEqual(run(["check"], { env: { PICTOR_HOME: home } }), { code: 1, out: "", err: message(home) });
    }
});

// ---- good configurations ----------------------------------------------------------------

await claim("check lists what is there", () => {
    put("pictor.lua", `return {
        listen = { "127.0.0.1:8080", "http://[::1]:8081/", "localhost:8082" },
        keys = { { name = "web", key = "x" }, { name = "kiosk", key = "y", models = { "demo" } } },
        providers = { demo = { kind = "demo" } },
    }`);
    const { code, out, err } = run(["check"]);
    assert.deepEqual([code, err], [0, ""]);
    assert.match(out, /^listen +127\.0\.0\.1:8080, \[::1\]:8081, 127\.0\.0\.1:8082$/m);
    assert.match(out, /^keys +web, kiosk \(only demo\)$/m);
    assert.match(out, /^policy +\/.*scripts\/policy\.lua$/m);
    assert.match(out, /^provider +demo \(demo\): demo$/m);
    assert.match(out, /\npictor\.lua is good\n$/);
});

await claim("env with a default, and file without its line break, give what they should", () => {
    put("secret.txt", "a-secret-in-a-file\n");
    put("pictor.lua", `return {
        listen = env "PICTOR_LISTEN" or "127.0.0.1:7777", providers = { demo = { kind = "demo" } },
        keys = { { name = "web", key = file "secret.txt" }, { name = "hashed",
            sha256 = "${createHash("sha256").update("other").digest("hex").toUpperCase()}" } },
    }`);
    assert.match(run(["check"]).out, /^listen +127\.0\.0\.1:7777$/m);
    assert.match(run(["check"], { env: { PICTOR_LISTEN: "127.0.0.1:6666" } }).out, /^listen +127\.0\.0\.1:6666$/m);
    put("pictor.lua", `return { providers = { demo = { kind = "demo" } }, keys = { { name = "web", key = file "secret.txt" },
        { name = "same", key = "a-secret-in-a-file" } } }`);
    assert.match(run(["check"]).err, /keys\[2\]\.key: expected a key of its own/);
});

await claim("paths are beside the configuration, wherever it is called from", () => {
    mkdirSync(join(folder, "inner"));
    put("inner/secret.txt", "a-secret\n");
    put("inner/my.lua", "local policy = require \"policy\"\nreturn policy");
    put("inner/pictor.lua", withDemo("    policy = \"my.lua\",", "    keys = { { name = \"web\", key = file \"secret.txt\" } },"));
    for (const [cwd, path] of [[folder, "inner/pictor.lua"], ["/", join(folder, "inner/pictor.lua")], [join(folder, "inner"), "pictor.lua"]]) {
        const { code, out, err } = run(["check", "-c", path], { cwd });
        assert.deepEqual([code, err], [0, ""]);
        assert.match(out, /^policy +.*my\.lua$/m);
    }
    assert.equal(run(["check", "--config=inner/pictor.lua"]).code, 0);
    assert.equal(run(["check", "-cinner/pictor.lua"]).code, 0);
});

// ---- explain ------------------------------------------------------------------------------

const secrets = { google: "sk-google-0123456789", router: "sk-router-0123456789", web: "pk-web-0123456789" };
const two = `return {
    keys = { { name = "web", key = env "WEB_KEY" } },
    providers = {
        google = { kind = "gemini", api_key = "${secrets.google}", base_url = "http://127.0.0.1:1/v1beta" },
        router = { kind = "chat", api_key = file "router.txt", base_url = "http://127.0.0.1:1/v1" },
    },
}`;

function explain(request, args = ["-"], env = { WEB_KEY: secrets.web }) {
    put("router.txt", secrets.router);
    put("pictor.lua", two);
    const ran = run(["explain", ...args], { input: typeof request === "string" ? request : JSON.stringify(request), env });
    for (const one of Object.values(secrets)) {
        assert.ok(!ran.out.includes(one) && !ran.err.includes(one), `expected no key, got ${ran.out}${ran.err}`);
    }
    return ran;
}

await claim("explain shows request, plan and call of a request from standard input or a file, without keys", () => {
    const request = { prompt: `a fox named ${secrets.google}`, size: "1792x1024", model: "gemini-3-pro-image" };
    const { code, out, err } = explain(request);
    assert.deepEqual([code, err], [0, ""]);
    const { request: understood, plan, call } = JSON.parse(out);
    assert.equal(understood.size, "1792x1024");
    assert.deepEqual([plan.provider, plan.aspect_ratio], ["google", "16:9"]);
    assert.equal(call.headers["x-goog-api-key"], "***");
    put("request.json", JSON.stringify(request));
    assert.equal(explain("", ["request.json"]).out, out);
    const routed = JSON.parse(explain({ prompt: "a fox", model: "router/google/gemini-3-pro-image" }).out);
    assert.match(routed.call.headers.authorization, /^Bearer \*\*\*$/);
});

const badRequests = [
    ["{\"prompt\":", "invalid_json", null], ["", "invalid_json", null], ["[]", "invalid_type", null],
    [{ prompt: "x", size: "big" }, "invalid_value", "size"], [{ prompt: "x", colour: "red" }, "unknown_parameter", "colour"],
    [{ size: "64x64" }, "missing_required_parameter", "prompt"], [{ prompt: "x", model: "google/nobodys" }, "model_not_found", "model"],
];

for (const [request, wanted, param] of badRequests) {
    await claim(`explain of ${JSON.stringify(request)} prints the error that a client would get, code 1`, () => {
        const { code, out, err } = explain(request);
        assert.deepEqual([code, err], [1, ""]);
        assert.match(out, /\}\n$/);
        const { error } = JSON.parse(out);
        assert.deepEqual([error.code, error.param], [wanted, param]);
    });
}

await claim("explain of a file that cannot be read says why", () => {
    const ceiling = "expected a readable file of at most 67108864 bytes, got";
    assert.deepEqual(explain("", ["nowhere.json"]), { code: 1, out: "", err: `pictor: nowhere.json: ${ceiling} No such file or directory\n` });
    assert.deepEqual(explain("", ["."]), { code: 1, out: "", err: `pictor: .: ${ceiling} Is a directory\n` });
});

await claim("explain --options lists every option with its default and what it is", () => {
    put("pictor.lua", withDemo());
    const { code, out, err } = run(["explain", "--options"]);
    assert.deepEqual([code, err], [0, ""]);
    for (const name of [...top.split(", "), ...limits.split(", "), "sha256", "api_key", "base_url"]) {
        assert.match(out, new RegExp(`^    ${name} +\\w+, (required|optional|default \\S+)[^.]*\\. \\S`, "m"));
    }
    assert.match(out, /^ {4}body +bytes, default 64MiB\. /m);
    for (const kind of kinds.split(", ")) {
        assert.ok(out.includes(`providers: kind = "${kind}"\n`));
    }
});

// ---- keys -----------------------------------------------------------------------------------

await claim("keys new makes a key whose line works in the configuration", async () => {
    const { code, out, err } = run(["keys", "new", "web-1_a.b@c"]);
    assert.deepEqual([code, err], [0, ""]);
    const [, key] = /^    (pk-[A-Za-z0-9_-]{43})$/m.exec(out);
    const [line, name, hash] = /^    \{ name = "([^"]+)", sha256 = "([0-9a-f]{64})" \},$/m.exec(out);
    assert.equal(name, "web-1_a.b@c");
    assert.equal(hash, createHash("sha256").update(key).digest("hex"));
    assert.ok(!run(["keys", "new", "web"]).out.includes(key), "expected another key each time");
    const pictor = await startPictor({
        config: `return { listen = "$LISTEN", keys = {\n${line}\n}, providers = { demo = { kind = "demo" } } }`,
        env: { PICTOR_HOME: root }, secrets: [key],
    });
    const ask = (given) => fetch(`${pictor.url}/v1/models`, { headers: { authorization: `Bearer ${given}` } });
    assert.deepEqual([(await ask(key)).status, (await ask(`${key}x`)).status], [200, 401]);
    await pictor.stop();
});

// ---- serve ------------------------------------------------------------------------------------

await claim("serve on a port that is taken ends with 1 and says which", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const where = `127.0.0.1:${server.address().port}`;
    put("pictor.lua", withDemo(`    listen = "${where}",`));
    assert.deepEqual(run(["serve"]), { code: 1, out: "",
        err: `pictor: listen: expected addresses that can be listened on, got ${where} (cannot bind to ${where}: 98 (Address already in use))\n` });
    server.close();
});

await claim("serve finds pictor.lua in the folder where it is called, logs that it serves, and ends with 0", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address();
    server.close();
    await once(server, "close");
    put("pictor.lua", withDemo(`    listen = "127.0.0.1:${port}",`));
    const child = spawn(binary, ["serve"], { cwd: folder, env: environment, stdio: ["ignore", "pipe", "pipe"] });
    const [line] = await once(child.stderr, "data");
    const { event, listen } = JSON.parse(String(line).split("\n")[0]);
    assert.deepEqual([event, listen], ["serving", `127.0.0.1:${port}`]);
    assert.equal((await fetch(`http://127.0.0.1:${port}/health`)).status, 200);
    child.kill("SIGTERM");
    const [code] = await once(child, "exit");
    assert.equal(code, 0);
});

rmSync(folder, { recursive: true });
finish();
