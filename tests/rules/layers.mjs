// layers.mjs - does each part know only what it may know?
//
// A rule is { name, find(tree) -> offenders, broken, found }: broken is a made-up
// tree that breaks it (and comes close to breaking it), found is what must be
// reported of that tree, in order.
// SPDX-License-Identifier: MIT

import { base, C_FILES, code, foldersOf, includes, matches, matchesInCode, PRODUCT_C } from "./tree.mjs";

const shown = (one) => `${one.path}:${one.line}: ${one.name}`;

// Only these files may include headers of that kind.
function headerOnlyIn(tree, pattern, owner) {
    return includes(tree, tree.some(C_FILES)).filter((one) => pattern.test(one.name) && one.path !== owner).map(shown);
}

// ---- the order of core/README.md ------------------------------------------------

// The names in the first column of the table whose rows are files of core/.
function order(tree) {
    const tables = tree.read("core/README.md").split(/\n(?!\|)/)
        .map((table) => table.split("\n").filter((line) => line.startsWith("|"))
            .flatMap((line) => [...line.split("|")[1].matchAll(/`([a-z0-9_]+)`/g)].map((match) => match[1])));
    const isFile = (name) => tree.has(`core/${name}.h`) || tree.has(`core/${name}.c`);
    return tables.find((names) => names.some(isFile)) ?? [];
}

// host_bytes.c belongs to host, unless it has a row of its own.
function rowOf(rows, name) {
    const own = rows.indexOf(name);
    const longest = rows.filter((row) => name.startsWith(`${row}_`)).sort((a, b) => b.length - a.length)[0];
    return own >= 0 ? own : rows.indexOf(longest);
}

function includesAgainstOrder(tree) {
    const rows = order(tree);
    const files = tree.some(/^core\/[^/]*\.[ch]$/);
    const place = (path) => rowOf(rows, base(path).replace(/\.[ch]$/, ""));
    const gone = rows.filter((row) => !tree.has(`core/${row}.c`) && !tree.has(`core/${row}.h`));
    const upward = includes(tree, files)
        .filter((one) => !one.system && one.name !== "public/pictor.h" && place(one.path) >= 0)
        .filter((one) => place(one.name) < 0 || place(one.name) > place(one.path));
    return [
        ...gone.map((row) => `core/README.md: row ${row}: no such file`),
        ...files.filter((path) => place(path) < 0).map((path) => `${path}: no row in core/README.md`),
        ...upward.map((one) => `${shown(one)} is not above it in core/README.md`),
    ];
}

// ---- modules ----------------------------------------------------------------------

function foreignIncludes(tree) {
    return includes(tree, tree.some(/^modules\/.*\.[ch]$/)).filter((one) => {
        const own = tree.has(`${one.path.replace(/[^/]*$/, "")}${one.name}`) && !one.name.includes("..");
        const foreign = one.system ? tree.has(`core/${one.name}`) : !own;
        return foreign && one.name !== "pictor.h";
    }).map(shown);
}

// A provider's module is the folder's name.lua, with the two functions that every provider has.
function isProvider(tree, name) {
    const text = code(tree, `modules/${name}/${name}.lua`);
    return /\bbuild\b/.test(text) && /\bread\b/.test(text);
}

// Some providers are called after words that everybody uses.
const PLAIN_WORDS = ["together", "replicate"];

// Of the vendors, that is. A C module such as the one that libvips does its work in is called after what it works on,
// in the core's own words. A module may speak of vendors where ids and addresses have their names (a marketplace sells
// everybody's models), but knows no other folder: neither its path nor its kind.
function foreignNames(tree) {
    return foldersOf(tree, "modules").filter((name) => isProvider(tree, name)).flatMap((name) => {
        const asFolder = new RegExp(`["'\`]${name}["'\`]|modules/${name}(?![a-z])`);
        const word = PLAIN_WORDS.includes(name) ? asFolder : new RegExp(`(?<![a-z])${name}(?![a-z])`);
        return [
            ...tree.some(/^core\/./).flatMap((path) => matches(path, tree.read(path), word)),
            ...tree.some(/^modules\/.*\.(lua|c|h)$/).filter((path) => !path.startsWith(`modules/${name}/`))
                .flatMap((path) => matches(path, tree.read(path), asFolder)),
        ];
    });
}

// What neither a script nor a provider needs: they get tables and give tables.
const IMPURE = /(?<![\w.:])((io|os|debug|coroutine|package)\s*[.[:]|(load|loadfile|dofile|loadstring|collectgarbage|print)\s*[(`])/;
const WAITING = /(?<![\w.])(pictor\s*\.\s*(send|send_all|fetch|sleep|store|now|id)|math\s*\.\s*random)\b/;
const REQUIRE_HOST = /\brequire\s*\(?\s*["'](host|upstream)["']/;

function impure(tree) {
    const scripts = tree.some(/^scripts\/.*\.lua$/);
    const providers = tree.some(/^modules\/[^/]+\/[^/]+\.lua$/).filter((path) => isProvider(tree, path.split("/")[1]));
    const both = [...scripts, ...providers];
    return [
        ...matchesInCode(tree, both, IMPURE),
        ...matchesInCode(tree, providers, WAITING),
        ...both.flatMap((path) => matches(path, tree.read(path), REQUIRE_HOST)),
    ];
}

export const layers = [
    {
        name: "civetweb.h is included in core/server.c only",
        find: (tree) => headerOnlyIn(tree, /^civetweb\.h$/, "core/server.c"),
        broken: {
            "core/server.c": "#include <civetweb.h>\n",
            "core/worker.c": "#include <stdio.h>\n# include <civetweb.h>\n",
            "modules/x/x.c": "#include \"civetweb.h\"\n",
        },
        found: ["core/worker.c:2: civetweb.h", "modules/x/x.c:1: civetweb.h"],
    },
    {
        name: "curl/curl.h is included in core/upstream.c only",
        find: (tree) => headerOnlyIn(tree, /^curl\//, "core/upstream.c"),
        broken: { "core/upstream.c": "#include <curl/curl.h>\n", "core/upstream.h": "#include <curl/multi.h>\n" },
        found: ["core/upstream.h:1: curl/multi.h"],
    },
    {
        name: "Lua is called from core/script.c only (lua_pcall, lua_resume)",
        find: (tree) => matchesInCode(tree, tree.some(C_FILES).filter((path) => path !== "core/script.c"),
            /\b(lua_pcallk?|lua_resume|luaL_do(string|file))\b/),
        broken: {
            "core/script.c": "lua_pcall(L, 0, 0, 0);\n",
            "core/host.c": "/* never\n * lua_pcall */\nlua_resume(L, 0, 0, &n);\nlua_call(L, 0, 0);\n",
        },
        found: ["core/host.c:3: lua_resume"],
    },
    {
        name: "a file of core/ includes only files above it in core/README.md",
        find: includesAgainstOrder,
        broken: {
            "core/README.md": "| file | |\n|---|---|\n| `buf` | bytes |\n| `host` | Lua |\n| `gone` | |\n\n| `x` | other table |\n",
            "core/buf.c": "#include \"buf.h\"\n#include \"host.h\"\n",
            "core/buf.h": "",
            "core/host.h": "#include <stdio.h>\n#include \"buf.h\"\n#include \"public/pictor.h\"\n",
            "core/host_bytes.c": "#include \"host.h\"\n#include \"nowhere.h\"\n",
            "core/public/pictor.h": "",
            "core/stray.c": "",
        },
        found: ["core/README.md: row gone", "core/stray.c: no row", "core/buf.c:2: host.h", "core/host_bytes.c:2: nowhere.h"],
    },
    {
        name: "a C module includes only pictor.h, its own headers and the system's",
        find: foreignIncludes,
        broken: {
            "core/buf.h": "",
            "core/public/pictor.h": "",
            "modules/x/x.h": "",
            "modules/x/x.c": "#include \"pictor.h\"\n#include <pictor.h>\n#include \"x.h\"\n#include <png.h>\n#include \"../../core/buf.h\"\n#include <buf.h>\n",
            "modules/y/y.c": "#include \"x.h\"\n#include \"../x/x.h\"\n",
        },
        found: ["modules/x/x.c:5", "modules/x/x.c:6", "modules/y/y.c:1", "modules/y/y.c:2"],
    },
    {
        name: "no provider's name occurs in core/ or in another module",
        find: foreignNames,
        broken: {
            "core/a.c": "/* as painter does, not as Painter */\nint painters;\n/* frame */\nint drawn;\n",
            "core/lua/a.lua": "local painter_url\n",
            "modules/painter/painter.lua": "-- painter.lua\nreturn { build = build, read = read }\n",
            "modules/other/other.lua": "return { like = \"painter\" }\nreturn \"https://painter/painter-2\"\n-- see modules/painter\n",
            "modules/together/together.lua": "return { build = build, read = read }\n",
            "core/lua/b.lua": "-- all together\nreturn \"together\"\n",
            "modules/frame/frame.c": "/* frame.c */\n",
            "modules/drawn/drawn.lua": "-- build and read\nreturn { access = access }\n",
        },
        found: ["core/a.c:1", "core/lua/a.lua:1", "modules/other/other.lua:1", "modules/other/other.lua:3", "core/lua/b.lua:2"],
    },
    {
        name: "scripts and providers are pure",
        find: impure,
        broken: {
            "scripts/policy.lua": "-- os.time() is not for us\nlocal function pick(job)\n    return job.os.time, \"io.open\"\nend\nreturn os.time()\n",
            "modules/x/x.lua": "local host = require \"host\"\nreturn { build = function() return pictor.send {} end, read = print(1) }\n",
            "modules/plugin/plugin.lua": "return { access = function() return pictor.send {} end }\n",
        },
        found: ["scripts/policy.lua:5", "modules/x/x.lua:2", "modules/x/x.lua:2", "modules/x/x.lua:1"],
    },
    {
        name: "only core/main.c ends the process",
        find: (tree) => [
            ...matchesInCode(tree, tree.some(PRODUCT_C).filter((path) => path !== "core/main.c"), /\b(_?exit|_Exit|quick_exit|abort)\s*\(/),
            ...matchesInCode(tree, tree.some(/^(core|scripts|modules)\/.*\.lua$/), /\bos\s*\.\s*exit\b/),
        ],
        broken: {
            "core/main.c": "exit(1);\n",
            "core/a.c": "thread_exit(1); // exit(1)\nabort();\n",
            "core/lua/a.lua": "os.exit(1)\n",
        },
        found: ["core/a.c:2", "core/lua/a.lua:1"],
    },
    {
        name: "only core/log.c writes to stderr",
        find: (tree) => [
            ...matchesInCode(tree, tree.some(PRODUCT_C).filter((path) => path !== "core/log.c"),
                /\b(stderr|perror|psignal|STDERR_FILENO)\b|\b(write|dprintf)\s*\(\s*2\s*,/),
            ...matchesInCode(tree, tree.some(/^(core|scripts|modules)\/.*\.lua$/), /\bio\s*\.\s*stderr\b/),
        ],
        broken: {
            "core/log.c": "fputs(\"x\", stderr);\n",
            "core/a.c": "/* stderr */\nfputs(\"x\", stderr);\nperror(\"x\");\nwrite(2, \"x\", 1);\ndprintf(2, \"x\");\nwrite(fd, \"2,\", 1);\n",
        },
        found: ["core/a.c:2", "core/a.c:3", "core/a.c:4", "core/a.c:5"],
    },
];
