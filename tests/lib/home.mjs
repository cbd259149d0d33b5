// home.mjs - how does a test get a Pictor with one more provider than the one that ships?
//
// A folder with copies of core/lua, scripts and modules, to which modules and rows of
// the catalogue are added; the tests are ours. Started with PICTOR_HOME naming it.
// SPDX-License-Identifier: MIT

import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./pictor.mjs";

// modules: kind to the text of its Lua file. folders: kind to a whole folder. rows: texts of rows for scripts/models.lua.
// -> { path, remove() }
export async function makeHome({ modules = {}, folders = {}, rows = [] } = {}) {
    const path = await mkdtemp(join(tmpdir(), "pictor-home-"));
    for (const folder of ["core/lua", "scripts", "modules"]) {
        await cp(join(root, folder), join(path, folder), { recursive: true });
    }
    await symlink(join(root, "tests"), join(path, "tests"));
    for (const [kind, folder] of Object.entries(folders)) {
        await cp(folder, join(path, "modules", kind), { recursive: true });
    }
    for (const [kind, text] of Object.entries(modules)) {
        await mkdir(join(path, "modules", kind));
        await writeFile(join(path, "modules", kind, `${kind}.lua`), text);
    }
    const models = join(path, "scripts/models.lua");
    const text = await readFile(models, "utf8");
    await writeFile(models, text.replace("local models = {\n", (start) => start + rows.map((row) => `    ${row},\n`).join("")));
    return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
