-- about.lua - what is configured here, in words for the operator?
--
-- The texts of `pictor check` and `pictor explain --options`.
-- SPDX-License-Identifier: MIT
local descriptions = require "descriptions"
local fail = require "fail"
local models = require "models"
local modules = require "modules"
local options = require "options"
local lists = require "lists"

local about = {}

local function model_ids(name, state)
    local ids = {}
    for _, row in ipairs(models.list(nil, state).data) do
        for _, provider in ipairs(row.providers) do
            if provider == name then
                ids[#ids + 1] = row.id
            end
        end
    end
    return #ids > 0 and table.concat(ids, ", ") or "no model of the catalogue"
end

local function key_lines(settings)
    if #settings.keys == 0 then
        return { "keys      none: everybody on this machine may call" }
    end
    local names = {}
    for i, key in ipairs(settings.keys) do
        names[i] = key.models and ("%s (only %s)"):format(key.name, table.concat(key.models, ", ")) or key.name
    end
    return { "keys      " .. table.concat(names, ", ") }
end

-- -> text
function about.check(state)
    local settings = state.settings
    local lines = key_lines(settings)
    table.insert(lines, 1, "listen    " .. table.concat(settings.listen, ", "))
    lines[#lines + 1] = "policy    " .. settings.policy
    for _, provider in ipairs(state.registry.providers) do
        lines[#lines + 1] = ("provider  %s (%s): %s"):format(provider.name, provider.kind, model_ids(provider.name, state))
    end
    return table.concat(lines, "\n") .. "\n"
end

local function default_of(option)
    if option.required then
        return "required"
    elseif option.default == nil then
        return "optional"
    elseif type(option.default) == "table" then
        return "default none"
    end
    return "default " .. (type(option.default) == "string" and fail.show(option.default)
        or options.number(option, option.default))
end

local function add_options(lines, title, known)
    lines[#lines + 1] = title
    for _, name in ipairs(lists.keys(known)) do
        local option = known[name]
        lines[#lines + 1] = ("    %-20s %s, %s%s. %s"):format(name, option.type, default_of(option),
            option.secret and ", secret" or "", option.about)
    end
    lines[#lines + 1] = ""
end

local TITLES = { top = "pictor.lua", key = "keys", provider = "providers" }

-- Every option of pictor.lua and of every provider that is there. -> text
function about.options(root)
    local lines = {}
    for _, part in ipairs { "top", "limits", "egress", "privacy", "masks", "key", "provider" } do
        add_options(lines, TITLES[part] or part, descriptions[part])
    end
    for _, kind in ipairs(modules.kinds(root)) do
        add_options(lines, "providers: kind = " .. fail.show(kind), modules.provider(root, kind).options)
    end
    return table.concat(lines, "\n")
end

return about
