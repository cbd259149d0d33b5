-- modules.lua - which providers are there, and is each one well formed?
--
-- Loads modules/KIND/KIND.lua in a sandbox of its own and checks its shape once:
-- options, build, read. Knows no provider by name; the list is what is on disk.
-- SPDX-License-Identifier: MIT
local fail = require "fail"
local host = require "host"
local options = require "options"
local pictor = require "pictor"
local sandbox = require "sandbox"

local modules = {}
local loaded = {}

-- The kinds that have a provider, sorted.
function modules.kinds(root)
    local kinds = {}
    for _, kind in ipairs(host.folders(root .. "/modules")) do
        if host.read(("%s/modules/%s/%s.lua"):format(root, kind, kind)) then
            kinds[#kinds + 1] = kind
        end
    end
    return kinds
end

local function check_field(place, name, value, kind)
    if type(value) ~= kind then
        error(("%s: expected %s to be a %s, got %s"):format(place, name, kind, fail.show(value)), 0)
    end
end

local function check(place, module)
    check_field(place, "its result", module, "table")
    check_field(place, "options", module.options, "table")
    check_field(place, "build", module.build, "function")
    check_field(place, "read", module.read, "function")
    check_field(place, "row", module.row or {}, "table")
    for _, name in ipairs { "check", "read_error" } do
        check_field(place, name, module[name] or type, "function")
    end
    if module.token then
        check_field(place, "token.build", module.token.build, "function")
        check_field(place, "token.read", module.token.read, "function")
    end
    options.check_description(module.options, place)
    for _, name in ipairs { "families", "not_in_edits", "ratios", "takes", "tasks", "tiers" } do
        check_field(place, name, module[name] or {}, "table")
    end
    module.takes_set = {}
    for _, name in ipairs(module.takes or {}) do
        module.takes_set[name] = true
    end
end

-- -> the module | nil, the kinds that there are. Throws when the module is malformed.
function modules.provider(root, kind)
    if type(kind) ~= "string" or not kind:match "^[%w_-]+$" then
        return nil, modules.kinds(root)
    end
    if loaded[kind] then
        return loaded[kind]
    end
    local folder, place = ("%s/modules/%s"):format(root, kind), ("modules/%s/%s.lua"):format(kind, kind)
    local shared = { path = root .. "/modules/shared", name = "modules/shared" }
    local box = sandbox.new({ { path = folder, name = "modules/" .. kind }, shared }, nil, { pictor = pictor })
    local module = sandbox.run(box, ("%s/%s.lua"):format(folder, kind), place)
    if module == nil then
        return nil, modules.kinds(root)
    end
    check(place, module)
    loaded[kind] = module
    return module
end

return modules
