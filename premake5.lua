-- premake5.lua - how do these folders become build/bin/pictor?
--
--     premake5 gmake && make -C build
--     premake4 --file=premake5.lua gmake && make -C build       (Debian's premake4)
--
-- Works unchanged with both, so it keeps to what both know: flags are plain text for the compiler, and what depends on
-- an option is decided here, once, not in configurations. A new core/*.c, modules/NAME/*.c or tests/c/NAME_test.c is
-- found by itself; a module that needs a library has its row in module_packages.
-- SPDX-License-Identifier: MIT

local workspace = workspace or solution

newoption { trigger = "to", value = "DIR",
            description = "Makefiles and results go here; one folder for each set of options (default: build)" }
newoption { trigger = "minimal", description = "Leave out each C module that needs a library of its own" }
newoption { trigger = "without", value = "NAME", description = "Leave out the C module of this name" }
newoption { trigger = "static",
            description = "Link Lua, lua-cjson, libgcc and the modules' libraries from their archives. libcurl and " ..
                          "libcrypto stay shared (Debian lacks archives of what libcurl needs), and so does civetweb " ..
                          "(Debian has no archive of it) unless --civetweb is given" }
newoption { trigger = "civetweb", value = "DIR",
            description = "Compile this civetweb source tree in, with TLS, in place of the packaged library" }
newoption { trigger = "sanitize", value = "LIST",
            description = "address, undefined, address,undefined or thread: find what the compiler can watch for" }

-- What pkg-config calls the libraries, and the Debian package of each.
local core_packages = { "lua5.4", "libcurl", "libcrypto" }
local module_packages = { demo = { "libpng" }, image = { "vips" } }
local debian = { ["lua5.4"] = "liblua5.4-dev", libcurl = "libcurl4-openssl-dev", libcrypto = "libssl-dev",
                 libpng = "libpng-dev", vips = "libvips-dev" }

-- A module that needs one of these is left out, with a word about it, where the package is not there: it is too large to be
-- forced on everybody (libvips-dev brings over a hundred packages along). Any other that is missing stops us.
local optional = { vips = true }

-- These are opened when they are first needed, so programs are not linked with them; tests are, to check results.
local opened_late = { vips = true }

-- The packages whose archives --static takes.
local archived = { ["lua5.4"] = true, libpng = true }

local warnings = "-Wall -Wextra -Wconversion -Werror"
local compiler_flags = "-std=gnu11 -O2 -gdwarf-4 -D_GNU_SOURCE -pthread"      -- valgrind of Debian 12 cannot read clang's DWARF 5
local linker_flags = "-pthread"

local function fail(text, ...)
    io.stderr:write("premake5.lua: " .. text:format(...) .. "\n")
    os.exit(1)
end

-- ---- what was asked for --------------------------------------------------------------------------------------------

local to = _OPTIONS.to or "build"
local civetweb = _OPTIONS.civetweb
local sanitizers = { address = true, undefined = true, ["address,undefined"] = true, ["undefined,address"] = true,
                     thread = true }

if _OPTIONS.sanitize then
    if not sanitizers[_OPTIONS.sanitize] then
        fail('--sanitize: expected address, undefined, address,undefined or thread, got "%s"', _OPTIONS.sanitize)
    end
    local sanitize = " -fsanitize=" .. _OPTIONS.sanitize .. " -fno-sanitize-recover=all"
    compiler_flags = compiler_flags .. sanitize .. " -fno-omit-frame-pointer"
    linker_flags = linker_flags .. sanitize
end

if _OPTIONS.static then
    linker_flags = linker_flags .. " -static-libgcc"
end

if civetweb and not os.isfile(civetweb .. "/src/civetweb.c") then
    fail('--civetweb: expected a source tree with src/civetweb.c, got "%s"', civetweb)
end

-- ---- libraries -----------------------------------------------------------------------------------------------------

local missing = {}

local function pkg_config(arguments)
    local pipe = io.popen("pkg-config " .. arguments .. " 2>/dev/null")
    local text = pipe:read("*a"):gsub("%s+$", "")
    pipe:close()
    return text
end

local function need(names)
    for _, name in ipairs(names) do
        if pkg_config("--modversion " .. name) == "" then
            table.insert(missing, debian[name] or name)
        end
    end
end

-- False: one of them is optional and not there.
local function may_have(module, names)
    for _, name in ipairs(names) do
        if optional[name] and _ACTION and pkg_config("--modversion " .. name) == "" then
            print(("premake5.lua: leaving out modules/%s: %s is not installed (on Debian: apt-get install %s)"):format(module,
                  name, debian[name]))
            return false
        end
    end
    return true
end

-- Compiler flags; warnings in other people's headers are not ours.
local function cflags(names)
    return #names > 0 and (pkg_config("--cflags " .. table.concat(names, " ")):gsub("%-I", "-isystem ")) or ""
end

-- Everything from its archive, but the parts of the C library.
local function from_archives(libs)
    return (libs:gsub("%-l(%S+)", function(name)
        local of_libc = name == "m" or name == "dl" or name == "pthread"
        return of_libc and "-l" .. name or "-l:lib" .. name .. ".a"
    end))
end

local function libs(names)
    local parts = {}
    for _, name in ipairs(names) do
        if _OPTIONS.static and archived[name] then
            table.insert(parts, from_archives(pkg_config("--static --libs " .. name)))
        else
            table.insert(parts, pkg_config("--libs " .. name))
        end
    end
    return table.concat(parts, " ")
end

local function linked_with(names, is_test)
    local linked = {}
    for _, name in ipairs(names) do
        if is_test or not opened_late[name] then
            table.insert(linked, name)
        end
    end
    return linked
end

-- ---- what is there -------------------------------------------------------------------------------------------------

local core_files = {}
for _, file in ipairs(os.matchfiles("core/*.c")) do
    if path.getname(file) ~= "main.c" then
        table.insert(core_files, file)
    end
end

-- Name to packages, for every folder of modules/ that has C files and is to be built.
local modules, module_names = {}, {}
for _, folder in ipairs(os.matchdirs("modules/*")) do
    local name = path.getname(folder)
    local packages = module_packages[name] or {}
    local wanted = #os.matchfiles(folder .. "/*.c") > 0 and not (_OPTIONS.minimal and #packages > 0)
        and _OPTIONS.without ~= name
    if wanted and may_have(name, packages) then
        modules[name] = packages
        table.insert(module_names, name)
    end
end

if _ACTION then
    need(core_packages)
    for _, name in ipairs(module_names) do
        need(modules[name])
    end
    if pkg_config("--version") == "" then
        fail("pkg-config: not found; on Debian: apt-get install pkg-config")
    elseif #missing > 0 then
        fail("libraries: not all found; on Debian: apt-get install %s%s", table.concat(missing, " "),
             _OPTIONS.minimal and "" or " (or do without optional modules: --minimal)")
    end
end

-- ---- projects ------------------------------------------------------------------------------------------------------

local core_cflags = cflags(core_packages)
local core_libs = "-l:liblua5.4-cjson.a " .. libs(core_packages) .. " -lm"

-- Symbols are for whoever reads a crash; without this premake strips them.
local function keep_symbols()
    if symbols then
        symbols "On"
    else
        flags { "Symbols" }
    end
end

local function start(name, what, folder)
    project(name)
    kind(what)
    language "C"
    targetdir(to .. "/" .. folder)
    objdir(to .. "/obj/" .. name)
end

local function library(name, sources, options)
    start(name, "StaticLib", "lib")
    files(sources)
    buildoptions { compiler_flags .. " " .. options }
end

-- The linker must take a module whole: nothing calls it by name, it only lists itself in a section. premake puts links
-- behind linkoptions, where the order would be wrong for archives, so links only says what must be built before.
local function program(name, folder, sources, options, module_list, is_test)
    local whole, of_modules = {}, {}

    start(name, "ConsoleApp", folder)
    files(sources)
    buildoptions { compiler_flags .. " " .. warnings .. " " .. options }
    for _, module in ipairs(module_list) do
        links { "module_" .. module }
        table.insert(whole, "lib/libmodule_" .. module .. ".a")
        table.insert(of_modules, libs(linked_with(modules[module], is_test)))
    end
    links { "core" }
    if civetweb then
        links { "civetweb" }
    end
    linkoptions {
        linker_flags,
        #whole > 0 and "-Wl,--whole-archive " .. table.concat(whole, " ") .. " -Wl,--no-whole-archive" or "",
        "lib/libcore.a",
        civetweb and "lib/libcivetweb.a -lssl" or "-lcivetweb",
        table.concat(of_modules, " "),
        core_libs,
    }
end

workspace "pictor"
    configurations { "release" }
    location(to)
    keep_symbols()

if civetweb then
    library("civetweb", { civetweb .. "/src/civetweb.c" }, "-DNO_FILES -DNO_CGI -DNO_SSL_DL -DOPENSSL_API_3_0 -DUSE_IPV6")
    includedirs { civetweb .. "/include" }
end

library("core", core_files, warnings .. " " .. core_cflags .. (civetweb and " -DPICTOR_TLS" or ""))
if civetweb then
    includedirs { civetweb .. "/include" }
end

for _, name in ipairs(module_names) do
    library("module_" .. name, os.matchfiles("modules/" .. name .. "/*.c"), warnings .. " " .. cflags(modules[name]))
    includedirs { "core/public" }
end

program("pictor", "bin", { "core/main.c" }, core_cflags, module_names)

-- X_test.c and X_anything_test.c, of a folder modules/X, are tests of that module, which may be left out.
for _, file in ipairs(os.matchfiles("tests/c/*_test.c")) do
    local name = path.getbasename(file)
    local tested = name:match("^[^_]+")
    local of_module = #os.matchfiles("modules/" .. tested .. "/*.c") > 0
    if modules[tested] or not of_module then
        local packages = of_module and " " .. cflags(modules[tested]) or ""
        program(name, "bin/tests", { file }, core_cflags .. packages, of_module and { tested } or {}, true)
        includedirs { "core", "core/public", "tests/c" }
    end
end
